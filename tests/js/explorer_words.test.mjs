import assert from "node:assert/strict";
import { test } from "node:test";

import {
  f1Kind,
  MEASURE_NAMES,
  measureOf,
  measureSentence,
  RULE_NAMES,
  written,
} from "../../deepmusician/listening/web/explorer_measures.js";
import {
  cellName,
  gammaSentence,
  nearestSentence,
  ruleSentence,
  spokenSentence,
  thresholdSentence,
} from "../../deepmusician/listening/web/explorer_words.js";

const SETTINGS = { alpha: 0.25, gamma: 2 };
const TOLD = { nll: 3.155, f1: 0.2079, best: 0.41 };
const CELL = {
  alpha: 0.25,
  gamma: 2,
  seed: 0,
  rules: Object.fromEntries(Object.keys(RULE_NAMES).map((rule) => [rule, TOLD])),
};
const OLD = { ...CELL, rules: { sample: { ...TOLD, f1: null } } };

test("numbers have three figures, and a missing one is a dash", () => {
  const told = [0, 0.0636, 0.955, 1.0625, 12.61, 156].map(written);
  assert.deepEqual(told, ["0.00", "0.064", "0.955", "1.06", "12.6", "156"]);
  assert.equal(written(null), "–");
});

test("the words say that easy keys are weighted down", () => {
  const words = gammaSentence(SETTINGS);
  assert.match(words, /easy key .* keeps 1\u00a0% .* hard one .* 81\u00a0%/);
  assert.match(words, /the easy one counts 81 times less/);
  assert.match(gammaSentence({ gamma: 0 }), /nothing is focused/);
});

test("the words say what a threshold of one half asks for", () => {
  const words = thresholdSentence(SETTINGS);
  assert.match(words, /weight 0.25 and a silent one with 0.75/);
  assert.match(words, /η above 1 − alpha = 0.75/);
});

test("every rule and every measure is said in words", () => {
  for (const rule of Object.keys(RULE_NAMES)) {
    assert.doesNotMatch(ruleSentence(rule, SETTINGS), /undefined|NaN/);
    for (const measure of Object.keys(MEASURE_NAMES)) {
      assert.doesNotMatch(measureSentence(measure, rule, CELL), /undefined/);
    }
  }
  assert.match(ruleSentence("raw_threshold", SETTINGS), /probability above 0.75/);
  assert.match(ruleSentence("threshold", SETTINGS), /output above 0.40/);
  assert.match(measureSentence("nll", "sample", CELL), /calibrated sample.*the lower/);
});

test("the network that is shown is named, and whether it is the nearest alone", () => {
  const near = nearestSentence(CELL, { alpha: 0.3, gamma: 2 });
  assert.equal(near, "Nearest cell: alpha 0.25, gamma 2, seed 0");
  assert.match(nearestSentence(CELL, SETTINGS), /^This cell: /);
  assert.match(
    nearestSentence({ ...CELL, trained: true }, SETTINGS),
    /^Trained here: /,
  );
  assert.match(cellName({ alpha: 0.5, gamma: 0, seed: 0 }), /seed 0 \(BCE\)$/);
});

test("what is heard is said in one sentence", () => {
  assert.equal(
    spokenSentence(CELL, SETTINGS, "sample", 0.88),
    "This cell: alpha 0.25, gamma 2, seed 0. By calibrated sample: 0.88 notes a step, " +
      "NLL 3.15, F1 0.208.",
  );
  assert.match(spokenSentence(CELL, SETTINGS, "sample", 0), /: silence, NLL/);
});

test("of a rule whose own F1 was not recorded, the best is told and named so", () => {
  assert.equal(measureOf(CELL, "sample", "f1"), 0.2079);
  assert.equal(measureOf(OLD, "sample", "f1"), 0.41);
  assert.equal(f1Kind(CELL, "sample"), "the true past given");
  assert.equal(f1Kind(OLD, "sample"), "at its best threshold");
  assert.match(measureSentence("f1", "sample", CELL), /\(calibrated sample\)/);
  assert.match(
    measureSentence("f1", "sample", OLD),
    /\(at the best threshold, the same/,
  );
  assert.match(
    measureSentence("precision", "sample", CELL),
    /\(the same by every rule\)/,
  );
});
