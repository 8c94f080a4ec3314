import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MEASURES,
  measureSentence,
  RULE_NAMES,
} from "../../../deepmusician/widgets/web/explorer/measures.js";
import {
  announcedSentence,
  cellName,
  gammaSentence,
  nearestSentence,
  ruleSentence,
  thresholdSentence,
} from "../../../deepmusician/widgets/web/explorer/words.js";

const SETTINGS = { alpha: 0.25, gamma: 2 };

const VALUES = { nll: 3.155, f1: 0.2079, best: 0.41 };

const CELL = {
  alpha: 0.25,
  gamma: 2,
  seed: 0,
  rules: Object.fromEntries(Object.keys(RULE_NAMES).map((rule) => [rule, VALUES])),
};

test("the words say that easy keys are weighted down", () => {
  const words = gammaSentence(SETTINGS);
  assert.match(words, /easy key .* keeps 1% .* hard one .* 81%/);
  assert.match(words, /the easy one counts 81 times less/);
  assert.match(gammaSentence({ gamma: 0 }), /no focusing/);
});

test("the words say what a threshold of one half requires", () => {
  const words = thresholdSentence(SETTINGS);
  assert.match(words, /are as 0.25 to 0.75/);
  assert.match(words, /η above 1 − alpha = 0.75/);
});

test("every rule and every measure is put into words", () => {
  for (const rule of Object.keys(RULE_NAMES)) {
    assert.doesNotMatch(ruleSentence(rule, SETTINGS), /undefined|NaN/);
    for (const measure of Object.keys(MEASURES)) {
      assert.doesNotMatch(measureSentence(measure, rule, CELL), /undefined/);
    }
  }
  assert.match(ruleSentence("raw_threshold", SETTINGS), /probability above 0.75/);
  assert.match(ruleSentence("threshold", SETTINGS), /output above 0.40/);
  assert.match(
    measureSentence("nll", "sample", CELL),
    /calibrated sample.*lower, which is better/,
  );
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

test("what is played is announced in one sentence", () => {
  assert.equal(
    announcedSentence(CELL, SETTINGS, "sample", 0.88),
    "This cell: alpha 0.25, gamma 2, seed 0. By calibrated sample: 0.88 notes per step, " +
      "NLL 3.15, F1 0.208.",
  );
  assert.match(announcedSentence(CELL, SETTINGS, "sample", 0), /: silence, NLL/);
});
