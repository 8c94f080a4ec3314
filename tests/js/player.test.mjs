import assert from "node:assert/strict";
import { test } from "node:test";

import {
  nextTab,
  playedOf,
  playerWish,
  tempoRange,
} from "../../deepmusician/listening/web/player_parts.js";
import { fileName } from "../../deepmusician/listening/web/save_file.js";

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

test("the clock shows time gone by and the whole, at the tempo that is heard", () => {
  assert.equal(playedOf(PIECE, 24, 120), "0:03 / 0:08");
  assert.equal(playedOf(PIECE, 24, 60), "0:06 / 0:16");
  assert.equal(playedOf({ ...PIECE, length: 0 }, 0, 120), "0:00 / 0:00");
});

test("space plays everywhere but on buttons that do something else", () => {
  assert.equal(playerWish(pressed(" ")), "toggle");
  assert.equal(playerWish(pressed(" ", "input")), "toggle");
  assert.equal(playerWish(pressed(" ", "a")), null);
  assert.equal(playerWish(pressed(" ", "button:not([aria-selected=true])")), null);
});

test("arrow keys seek everywhere but on tabs and sliders", () => {
  assert.equal(playerWish(pressed("ArrowLeft")), "jump");
  assert.equal(playerWish(pressed("ArrowLeft", "[role=tab]")), null);
  assert.equal(playerWish(pressed("ArrowLeft", "input")), null);
  assert.equal(playerWish({ ...pressed("ArrowLeft"), altKey: true }), null);
});

test("files are named after the piece", () => {
  assert.equal(fileName("BCE, epoch 3", "mid"), "bce-epoch-3.mid");
  assert.equal(fileName("Für Élise", "mp3"), "fur-elise.mp3");
  assert.equal(fileName("…", "mid"), "piece.mid");
  assert.equal(fileName("x".repeat(99), "mid").length, 64);
});
