import assert from "node:assert/strict";
import { test } from "node:test";

import {
  openingOf,
  quantised,
  withoutLeadingRest,
} from "../../../deepmusician/widgets/web/composer/beginning.js";
import { beginningOf } from "../support/beginnings.mjs";

test("a beginning is silent until a note is set in it, and again when cleared", () => {
  const beginning = beginningOf([]);
  assert.deepEqual([beginning.length, beginning.name], [0, ""]);
  beginning.toggle(0, 60);
  beginning.toggle(5, 64);
  assert.deepEqual([beginning.length, beginning.name], [12, "my own"]);
  beginning.toggle(5, 64);
  assert.deepEqual(beginning.notes, [[0, 60, 4]]);
  beginning.clear();
  assert.deepEqual([beginning.length, beginning.name], [0, ""]);
});

test("an onset of a key that is held cuts the note before it", () => {
  const beginning = beginningOf([[0, 60, 8]]);
  beginning.toggle(4, 60);
  assert.deepEqual(beginning.notes, [
    [0, 60, 4],
    [4, 60, 4],
  ]);
});

test("a beginning is no longer than what the network reads", () => {
  const beginning = beginningOf([
    [90, 60, 40],
    [96, 62, 4],
    [200, 62, 4],
  ]);
  assert.deepEqual(beginning.notes, [[90, 60, 6]]);
  assert.equal(beginning.length, 96);
});

test("the network reads onsets, all that sounds, or both, by its plane", () => {
  const beginning = beginningOf([
    [0, 21, 3],
    [1, 108, 3],
  ]);
  assert.deepEqual(beginning.cellsOn("onsets"), [[0], [87], [], []]);
  assert.deepEqual(beginning.cellsOn("sounding"), [[0], [0, 87], [0, 87], [87]]);
  assert.deepEqual(beginning.cellsOn("both"), [[0], [1, 174], [1, 175], [175]]);
});

test("the opening of a file leaves out whole quarters of rest before its music", () => {
  const notes = [
    [9, 60, 2],
    [120, 62, 2],
  ];
  const piece = { notes, stepsPerQuarter: 4 };
  assert.deepEqual(openingOf(piece, 96), [[1, 60, 2]]);
  assert.deepEqual(withoutLeadingRest([], 4), []);
});

test("what is played is put on the grid, at its nearest step", () => {
  const played = [
    { pitch: 60, down: 9.98, up: 10.4 },
    { pitch: 62, down: 10.52, up: 10.53 },
    { pitch: 60, down: 10.3, up: 10.6 },
  ];
  assert.deepEqual(quantised(played, { pace: 8, origin: 10 }), [
    [0, 60, 2],
    [2, 60, 3],
    [4, 62, 1],
  ]);
});
