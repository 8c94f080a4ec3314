import assert from "node:assert/strict";
import { test } from "node:test";

import { thresholdPoint } from "../../../deepmusician/widgets/web/explorer/calibration.js";
import { focalPicture } from "../../../deepmusician/widgets/web/explorer/panels.js";

const SETTINGS = { alpha: 0.25, gamma: 2, rule: "sample" };

test("the raw threshold is at one half, which corresponds to 1 - alpha", () => {
  assert.deepEqual(thresholdPoint("raw_threshold", SETTINGS), { p: 0.5, eta: 0.75 });
  assert.deepEqual(thresholdPoint("sample", SETTINGS), { p: 0.5, eta: 0.75 });
  assert.match(focalPicture(SETTINGS, 800), /η = 0.75/);
});

test("the calibrated threshold is at a true probability of one half", () => {
  const { p, eta } = thresholdPoint("threshold", SETTINGS);
  assert.equal(eta, 0.5);
  assert.ok(p > 0.3 && p < 0.5); // alpha below one half keeps outputs low
  assert.equal(
    thresholdPoint("threshold", { alpha: 0.5, gamma: 2 }).p.toFixed(9),
    "0.500000000",
  );
});
