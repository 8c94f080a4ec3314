import assert from "node:assert/strict";
import { test } from "node:test";

import { beginningOf, grownPiece } from "../support/beginnings.mjs";

test("onsets are held for a quarter, until the next one, or to the end", () => {
  const growingPiece = grownPiece(beginningOf([]), "onsets", [
    [39],
    [],
    [39, 40],
    [],
    [39],
  ]);
  assert.deepEqual(growingPiece.piece.notes, [
    [0, 60, 2],
    [2, 60, 2],
    [2, 61, 3],
    [4, 60, 1],
  ]);
  assert.deepEqual(
    [growingPiece.piece.length, growingPiece.newSteps, growingPiece.onsets],
    [5, 5, 4],
  );
});

test("on the sounding plane, a key that sounds on has no new onset", () => {
  const beginning = beginningOf([[0, 60, 4]]);
  const growingPiece = grownPiece(beginning, "sounding", [[39], [39, 40], [], [39]]);
  assert.deepEqual(growingPiece.piece.notes, [
    [0, 60, 6],
    [5, 61, 1],
    [7, 60, 1],
  ]);
  assert.deepEqual(beginning.notes, [[0, 60, 4]]);
});

test("new music follows its beginning", () => {
  const growingPiece = grownPiece(beginningOf([[0, 60, 4]]), "onsets", [[39], []]);
  assert.deepEqual(growingPiece.piece.notes, [
    [0, 60, 4],
    [4, 60, 2],
  ]);
  assert.deepEqual(
    [growingPiece.newMusicStart, growingPiece.newSteps, growingPiece.onsets],
    [4, 2, 1],
  );
});

test("of both planes, notes are as long as they are held, beyond their beginning", () => {
  const beginning = beginningOf([[0, 60, 4]]);
  const steps = [[79], [78, 80], [81], [], [80]];
  const growingPiece = grownPiece(beginning, "both", steps);
  assert.deepEqual(growingPiece.piece.notes, [
    [0, 60, 5],
    [5, 60, 1],
    [5, 61, 2],
    [8, 61, 1],
  ]);
  assert.equal(growingPiece.onsets, 3);
});
