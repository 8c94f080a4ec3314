import assert from "node:assert/strict";
import { test } from "node:test";

import {
  areaUnder,
  atLeast,
  detection,
  exactInterval,
  normalQuantile,
  ratingCurve,
  signalDetection,
} from "../../../deepmusician/widgets/web/blind/detection.js";

const NAMED = { m: "machine", h: "human" };

/** Answers to the machine's pieces, then to the human ones: "m" or "h" each. */
function trials(machine, human, confidence = () => 2) {
  const rows = [
    ...[...machine].map((answer) => ({ origin: "machine", answer: NAMED[answer] })),
    ...[...human].map((answer) => ({ origin: "human", answer: NAMED[answer] })),
  ];
  return rows.map((row, n) => ({ ...row, confidence: confidence(n) }));
}

function near(actual, wanted, within = 1e-4) {
  assert.ok(Math.abs(actual - wanted) < within, `${actual} is not ${wanted}`);
}

test("16 of 20 have the interval of Clopper and Pearson", () => {
  const [low, high] = exactInterval(16, 20);
  near(low, 0.5634);
  near(high, 0.9427);
});

test("none and all of them have an interval with an end of its own", () => {
  assert.deepEqual(exactInterval(0, 20)[0], 0);
  near(exactInterval(0, 20)[1], 1 - 0.025 ** (1 / 20), 1e-9);
  assert.deepEqual(exactInterval(20, 20)[1], 1);
});

test("the probability of guessing right is exact", () => {
  near(atLeast(16, 20), 6196 / 2 ** 20, 1e-12);
  near(atLeast(0, 20), 1, 1e-12);
});

test("the quantile is that of the normal distribution", () => {
  near(normalQuantile(0.975), 1.959963985, 1e-8);
  near(normalQuantile(0.001), -3.090232306, 1e-8);
  near(normalQuantile(0.5), 0, 1e-12);
});

test("d' and criterion by hand", () => {
  const { sensitivity, criterion } = signalDetection(
    trials("mmmmmmmmhh", "hhhhhhhhmm"),
  );
  near(sensitivity, 2 * 0.74786);
  near(criterion, 0, 1e-12);
  assert.ok(signalDetection(trials("hhhh", "hhhh")).criterion > 1);
});

test("the curve has a point for each rating and its area counts ordered pairs", () => {
  const answers = trials("mmh", "hhm", (n) => [4, 1, 2, 4, 1, 3][n]);
  const curve = ratingCurve(answers);
  assert.equal(curve.length, 7);
  assert.deepEqual(
    [curve[0], curve[6]],
    [
      [0, 0],
      [1, 1],
    ],
  );
  near(areaUnder(curve), 6 / 9, 1e-12);
});

test("one kind of piece alone has an accuracy and nothing else", () => {
  const result = detection(trials("mmhh", ""));
  assert.equal(result.accuracy, 0.5);
  assert.deepEqual([result.sensitivity, result.area, result.curve], [NaN, NaN, []]);
});
