import assert from "node:assert/strict";
import { test } from "node:test";

import {
  elapsedInWords,
  nextTab,
  playerAction,
  tempoRange,
} from "../../../deepmusician/widgets/web/player/controls.js";

const PIECE = { stepsPerQuarter: 4, tempo: 120, length: 64, notes: [] };

/** What is pressed on an element that these selectors match. */
function pressed(key, ...matching) {
  const matches = (selector) =>
    matching.some((name) => selector.split(", ").includes(name));
  return { key, target: { closest: (selector) => matches(selector) || null } };
}

test("arrow keys go round the tabs, Home and End to the first and last", () => {
  assert.equal(nextTab("ArrowRight", 0, 3), 1);
  assert.equal(nextTab("ArrowRight", 2, 3), 0);
  assert.equal(nextTab("ArrowLeft", 0, 3), 2);
  assert.equal(nextTab("Home", 2, 3), 0);
  assert.equal(nextTab("End", 0, 3), 2);
  assert.equal(nextTab("a", 0, 3), undefined);
});

test("the tempo's slider reaches every piece's own tempo", () => {
  assert.deepEqual(tempoRange([PIECE]), { min: 30, max: 240 });
  const extremes = [20.5, 300.2].map((tempo) => ({ ...PIECE, tempo }));
  assert.deepEqual(tempoRange(extremes), { min: 20, max: 301 });
});

test("the clock shows the time elapsed and the duration, at the current tempo", () => {
  assert.equal(elapsedInWords(PIECE, 24, 120), "0:03 / 0:08");
  assert.equal(elapsedInWords(PIECE, 24, 60), "0:06 / 0:16");
  assert.equal(elapsedInWords({ ...PIECE, length: 0 }, 0, 120), "0:00 / 0:00");
});

test("space plays everywhere but on buttons that do something else", () => {
  assert.equal(playerAction(pressed(" ")), "toggle");
  assert.equal(playerAction(pressed(" ", "input")), "toggle");
  assert.equal(playerAction(pressed(" ", "a")), null);
  assert.equal(playerAction(pressed(" ", "button:not([aria-selected=true])")), null);
});

test("arrow keys seek everywhere but on tabs and sliders", () => {
  assert.equal(playerAction(pressed("ArrowLeft")), "jump");
  assert.equal(playerAction(pressed("ArrowLeft", "[role=tab]")), null);
  assert.equal(playerAction(pressed("ArrowLeft", "input")), null);
  assert.equal(playerAction({ ...pressed("ArrowLeft"), altKey: true }), null);
});
