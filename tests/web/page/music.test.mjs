import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clock,
  firstFrom,
  pace,
  seconds,
  sounding,
  starting,
} from "../../../deepmusician/widgets/web/page/music.js";

const NOTES = [
  [0, 60, 4],
  [0, 64, 1],
  [2, 67, 2],
  [4, 60, 4],
];
const PIECE = { stepsPerQuarter: 4, tempo: 120, length: 64, notes: NOTES };

test("a sixteenth at 120 quarters per minute takes an eighth of a second", () => {
  assert.equal(pace(PIECE), 8);
  assert.equal(seconds(PIECE), 8);
  assert.equal(seconds(PIECE, 60), 16);
});

test("the first note from a step is found, or the end", () => {
  assert.deepEqual(
    [0, 0.5, 2, 3, 4, 5].map((step) => firstFrom(NOTES, step)),
    [0, 2, 2, 3, 3, 4],
  );
  assert.equal(firstFrom([], 0), 0);
});

test("notes that start in a stretch begin at its first step and not at its last", () => {
  assert.deepEqual(starting(NOTES, 0, 4), NOTES.slice(0, 3));
  assert.deepEqual(starting(NOTES, 4, 9), NOTES.slice(3));
  assert.deepEqual(starting(NOTES, 5, 9), []);
});

test("a note sounds from its start until just before its end", () => {
  const soundingAt = (step) => sounding(NOTES, step).map(([, pitch]) => pitch);
  assert.deepEqual(soundingAt(0), [60, 64]);
  assert.deepEqual(soundingAt(1), [60]);
  assert.deepEqual(soundingAt(3.99), [60, 67]);
  assert.deepEqual(soundingAt(4), [60]);
  assert.deepEqual(sounding(NOTES, 4), [NOTES[3]]);
  assert.deepEqual(soundingAt(8), []);
});

test("a clock shows minutes and whole seconds gone by", () => {
  assert.deepEqual([0, 59.99, 60, 67.2, 3600].map(clock), [
    "0:00",
    "0:59",
    "1:00",
    "1:07",
    "60:00",
  ]);
});
