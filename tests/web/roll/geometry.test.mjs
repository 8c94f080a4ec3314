import assert from "node:assert/strict";
import { test } from "node:test";

import {
  barLines,
  describeRoll,
  fittingZoom,
  isBlackKey,
  longestHold,
  movedCursor,
  notesBetween,
  onsetSteps,
  pitchName,
  pitchRange,
  positionInWords,
  scrollFor,
} from "../../../deepmusician/widgets/web/roll/geometry.js";

const NOTES = [
  [0, 60, 8],
  [2, 64, 1],
  [6, 67, 2],
];
const PIECE = { label: "Bach", stepsPerQuarter: 4, length: 64, notes: NOTES };

test("pitches have their names, and black keys are black", () => {
  assert.deepEqual([21, 60, 70, 108].map(pitchName), ["A0", "C4", "B♭4", "C8"]);
  assert.deepEqual([60, 61, 66, 71].map(isBlackKey), [false, true, true, false]);
});

test("the view holds all notes, two keys around them and 25 rows at least", () => {
  const [low, high] = pitchRange([PIECE]);
  assert.ok(low <= 58 && high >= 69 && high - low === 24);
  const wide = {
    notes: [
      [0, 30, 1],
      [0, 90, 1],
    ],
  };
  assert.deepEqual(pitchRange([wide]), [28, 92]);
  assert.deepEqual(pitchRange([PIECE, wide]), [28, 92]);
});

test("the view never leaves the keyboard", () => {
  assert.deepEqual(
    pitchRange([
      {
        notes: [
          [0, 21, 1],
          [0, 108, 1],
        ],
      },
    ]),
    [21, 108],
  );
  assert.deepEqual(pitchRange([{ notes: [[0, 108, 1]] }]), [84, 108]);
  assert.deepEqual(pitchRange([{ notes: [[0, 21, 1]] }]), [21, 45]);
});

test("without notes it shows the middle of the keyboard, or what is asked for", () => {
  assert.deepEqual(pitchRange([{ notes: [] }]), [48, 72]);
  assert.deepEqual(pitchRange([{ notes: [] }], [36, 84]), [36, 84]);
});

test("an onset is a step on the grid, and a sixteenth off it", () => {
  assert.equal(onsetSteps(PIECE), 1);
  const exact = { stepsPerQuarter: 1, notes: [[0.13, 60, 1]] };
  assert.equal(onsetSteps(exact), 0.25);
});

test("a note held into the view is drawn, one that ended before is not", () => {
  const longest = longestHold(NOTES);
  assert.equal(longest, 8);
  assert.deepEqual(notesBetween(NOTES, 4, 6, longest), [NOTES[0]]);
  assert.deepEqual(notesBetween(NOTES, 2, 7, longest), NOTES);
  assert.deepEqual(notesBetween(NOTES, 8, 99, longest), []);
});

test("the longest piece fills the width where that can be read", () => {
  assert.equal(fittingZoom([PIECE], 640), 10);
  assert.equal(fittingZoom([PIECE, { ...PIECE, length: 80 }], 640), 8);
  assert.equal(fittingZoom([{ ...PIECE, length: 6400 }], 640), 6);
  assert.equal(fittingZoom([{ ...PIECE, length: 4 }], 640), 20);
  assert.equal(fittingZoom([{ ...PIECE, length: 0 }], 640), 20);
});

test("bars stand at every fourth quarter, wider apart where they would crowd", () => {
  assert.deepEqual(barLines(PIECE, 10, 0, 40), [0, 16, 32]);
  assert.deepEqual(barLines(PIECE, 10, 5, 40), [16, 32]);
  assert.deepEqual(barLines(PIECE, 1, 0, 130), [0, 64, 128]);
});

test("the view scrolls when the playhead comes near its end, or is before it", () => {
  assert.equal(scrollFor(100, 150, 200), 100);
  assert.equal(scrollFor(100, 290, 200), 274);
  assert.equal(scrollFor(100, 50, 200), 34);
  assert.equal(scrollFor(100, 0, 200), 0);
});

test("the cursor stays among the cells", () => {
  const move = (cell, key) => movedCursor(cell, key, 8, [48, 72]);
  assert.deepEqual(move([0, 60], "ArrowLeft"), [0, 60]);
  assert.deepEqual(move([0, 60], "ArrowRight"), [1, 60]);
  assert.deepEqual(move([0, 72], "ArrowUp"), [0, 72]);
  assert.deepEqual(move([3, 60], "End"), [7, 60]);
  assert.deepEqual(move([3, 60], "Enter"), [3, 60]);
  assert.equal(move([3, 60], "x"), undefined);
});

test("a roll says in words what it shows", () => {
  const wanted = "Piano roll of Bach: 3 notes from C4 to G4 in 64 steps.";
  assert.equal(describeRoll(PIECE), wanted);
  assert.match(describeRoll({ ...PIECE, notes: [] }), /no notes in 64 steps/);
  assert.match(describeRoll({ ...PIECE, notes: [NOTES[0]] }), /: 1 note from C4 to C4/);
});

test("a place says its bar, its beat and what sounds in that quarter", () => {
  const words = (step, piece = PIECE) =>
    positionInWords(piece, step, longestHold(piece.notes));
  assert.equal(words(0), "bar 1 of 4: C4, E4");
  assert.equal(words(3.5), "bar 1 of 4: C4, E4");
  assert.equal(words(4), "bar 1 of 4, beat 2: C4, G4");
  assert.equal(words(8), "bar 1 of 4, beat 3: silence");
  assert.equal(words(16), "bar 2 of 4: silence");
  assert.equal(words(64), "the end, after 4 bars");
  assert.equal(words(24, { ...PIECE, length: 25 }), "bar 2 of 2, beat 3: silence");
  assert.equal(words(0, { ...PIECE, length: 0, notes: [] }), "the end, after 0 bars");
});
