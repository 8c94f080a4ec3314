import assert from "node:assert/strict";
import { test } from "node:test";

import {
  f1Kind,
  formatNumber,
  measureOf,
  measureSentence,
  RULE_NAMES,
} from "../../../deepmusician/widgets/web/explorer/measures.js";

const VALUES = { nll: 3.155, f1: 0.2079, best: 0.41 };

const CELL = {
  alpha: 0.25,
  gamma: 2,
  seed: 0,
  rules: Object.fromEntries(Object.keys(RULE_NAMES).map((rule) => [rule, VALUES])),
};

const OLD = { ...CELL, rules: { sample: { ...VALUES, f1: null } } };

test("numbers have three figures, and a missing one is a dash", () => {
  const texts = [0, 0.0636, 0.955, 1.0625, 12.61, 156].map(formatNumber);
  assert.deepEqual(texts, ["0.00", "0.064", "0.955", "1.06", "12.6", "156"]);
  assert.equal(formatNumber(null), "–");
});

test("for a rule whose own F1 was not recorded, the best one is given and named", () => {
  assert.equal(measureOf(CELL, "sample", "f1"), 0.2079);
  assert.equal(measureOf(OLD, "sample", "f1"), 0.41);
  assert.equal(f1Kind(CELL, "sample"), "given the true past");
  assert.equal(f1Kind(OLD, "sample"), "at its best threshold");
  assert.match(measureSentence("f1", "sample", CELL), /\(calibrated sample\)/);
  assert.match(
    measureSentence("f1", "sample", OLD),
    /\(at the best threshold, the same/,
  );
  assert.match(
    measureSentence("precision", "sample", CELL),
    /\(the same for every rule\)/,
  );
});
