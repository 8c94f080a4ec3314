import assert from "node:assert/strict";
import { test } from "node:test";

import {
  heatColour,
  heatScale,
  scaleEnds,
} from "../../../deepmusician/widgets/web/explorer/heat.js";

test("a density is best where the music's is, and eight times off is the end", () => {
  const scale = heatScale([], "music", 1.2);
  const near = (value, bad) => assert.ok(Math.abs(scale(value) - bad) < 1e-9);
  near(1.2, 0);
  near(9.6, 1);
  near(0.15, -1);
  near(1.2 * Math.sqrt(8), 0.5);
  near(100, 1);
  near(0, -1);
});

test("other measures run from the best network to the worst", () => {
  const values = [3, null, 2, 4];
  const [low, high] = ["low", "high"].map((best) => heatScale(values, best));
  assert.deepEqual([2, 3, 4].map(low), [0, 0.5, 1]);
  assert.deepEqual([2, 3, 4].map(high), [1, 0.5, 0]);
  assert.deepEqual([low(9), low(0)], [1, 0]); // one trained here may lie outside
});

test("networks that are all alike are all best", () => {
  assert.equal(heatScale([2, 2], "low")(2), 0);
});

test("too little is blue, too much orange, worse purple, and the best has no colour", () => {
  assert.match(heatColour(-1, "music"), /--dm-independent\) 54.0%/);
  assert.match(heatColour(0.5, "music"), /--dm-dependent\) 27.0%/);
  assert.match(heatColour(1, "low"), /--dm-focal\) 54.0%/);
  assert.match(heatColour(0, "high"), / 0.0%, var\(--dm-ground\)/);
});

test("the legend says what its ends stand for, the best first", () => {
  assert.deepEqual(scaleEnds([3, 2.5, null], "low"), ["2.50", "3.00"]);
  assert.deepEqual(scaleEnds([0.1, 0.4], "high"), ["0.400", "0.100"]);
  assert.deepEqual(scaleEnds([], "music", 1.114), [
    "⅛ of the music’s",
    "the music’s 1.11",
    "8 times",
  ]);
});
