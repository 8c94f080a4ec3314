import assert from "node:assert/strict";
import { test } from "node:test";

import {
  focalGradient,
  focalLogit,
  focalLoss,
  focalOutput,
  focalProbability,
  focalWeight,
} from "../../../deepmusician/widgets/web/page/focal_math.js";

function near(actual, expected) {
  const error = Math.abs(actual - expected);
  assert.ok(error < 1e-9, `${actual} is not ${expected}`);
}

test("gamma 0 without alpha is the cross-entropy", () => {
  near(focalLoss(0.25, true, null, 0), Math.log(4));
  near(focalLoss(0.25, false, null, 0), -Math.log(0.75));
});

test("at gamma 2 an easy key keeps a hundredth of its loss, a hard one most", () => {
  near(focalWeight(0.9, true, null, 2), 0.01);
  near(focalWeight(0.1, true, null, 2), 0.81);
  near(focalWeight(0.9, false, null, 2), 0.81);
});

test("alpha weights onsets, and one minus alpha weights silence", () => {
  near(focalLoss(0.5, true, 0.25, 0), 0.25 * Math.log(2));
  near(focalLoss(0.5, false, 0.25, 0), 0.75 * Math.log(2));
});

test("the gradient of the cross-entropy is the error: p - 1 at an onset, p in silence", () => {
  near(focalGradient(0.3, true, null, 0), -0.7);
  near(focalGradient(0.3, false, null, 0), 0.3);
});

test("onset and silence mirror each other when alpha is one half", () => {
  for (const p of [0.01, 0.3, 0.8]) {
    near(focalLoss(p, true, 0.5, 2), focalLoss(1 - p, false, 0.5, 2));
    near(focalGradient(p, true, 0.5, 2), -focalGradient(1 - p, false, 0.5, 2));
  }
});

test("the gradient is the slope of the loss against the logit", () => {
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  for (const z of [-3, -0.5, 0, 2]) {
    for (const isOnset of [true, false]) {
      const loss = (at) => focalLoss(sigmoid(at), isOnset, 0.3, 1.5);
      const slope = (loss(z + 1e-5) - loss(z - 1e-5)) / 2e-5;
      assert.ok(Math.abs(focalGradient(sigmoid(z), isOnset, 0.3, 1.5) - slope) < 1e-8);
    }
  }
});

test("an output of one half corresponds to 1 - alpha, whatever gamma is", () => {
  for (const gamma of [0, 0.5, 2, 5]) {
    near(focalProbability(0.5, 0.25, gamma), 0.75);
    near(focalProbability(0.5, 0.9, gamma), 0.1);
  }
});

test("gamma 0 shifts the logit by the weights alone", () => {
  near(focalLogit(1.5, 0.25, 0), 1.5 + Math.log(3));
  near(focalProbability(0.3, 0.5, 0), 0.3);
});

test("the map rises, and stays finite far out", () => {
  const far = [-800, -80, -8, 0, 8, 80, 800].map((z) => focalLogit(z, 0.25, 5));
  assert.ok(far.every(Number.isFinite));
  assert.ok(far.every((logit, n) => n === 0 || logit > far[n - 1]));
});

test("the map and its inverse cancel out", () => {
  for (const gamma of [0, 0.5, 5]) {
    for (const eta of [0.001, 0.0125, 0.5, 0.99]) {
      near(focalProbability(focalOutput(eta, 0.3, gamma), 0.3, gamma), eta);
    }
  }
});
