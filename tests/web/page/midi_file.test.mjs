import assert from "node:assert/strict";
import { test } from "node:test";

import {
  midiOf,
  nearestStep,
  pieceOfMidi,
  withoutOverlaps,
} from "../../../deepmusician/widgets/web/page/midi_file.js";

const PIECE = {
  label: "Rising",
  facts: "",
  stepsPerQuarter: 4,
  tempo: 90,
  length: 24,
  notes: [
    [0, 60, 4],
    [0, 64, 4],
    [4, 60, 4],
    [8, 67, 1],
    [9, 67, 7],
    [15, 21, 1],
    [15, 108, 5],
  ],
  gain: 1,
  role: "human",
};
const END = [0x00, 0xff, 0x2f, 0x00];
const NOTE = [0x00, 0x90, 60, 80, 0x60, 0x80, 60, 0]; // for 96 ticks

function header({ kind = 1, tracks = 1, division = 96, size = 6 } = {}) {
  const words = [kind, tracks, division].flatMap((word) => [word >> 8, word & 255]);
  return [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, size, ...words];
}

function track(events, end = END) {
  const all = [...events, ...end];
  return [0x4d, 0x54, 0x72, 0x6b, 0, 0, all.length >> 8, all.length & 255, ...all];
}

function read(bytes, stepsPerQuarter = 4) {
  return pieceOfMidi(Uint8Array.from(bytes), stepsPerQuarter);
}

function notesOf(events) {
  return read([...header(), ...track(events)]).notes;
}

test("a piece written as MIDI reads back as the same piece", () => {
  const { notes, tempo, length, stepsPerQuarter } = pieceOfMidi(midiOf(PIECE), 4);
  assert.deepEqual(notes, PIECE.notes);
  assert.deepEqual([tempo, length, stepsPerQuarter], [90, 24, 4]);
});

test("any grid, tempo and rest at the end survive writing and reading", () => {
  let state = 1;
  const random = (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let trial = 0; trial < 100; trial += 1) {
    const stepsPerQuarter = 1 + random(24);
    const drawn = Array.from({ length: 1 + random(60) }, () => [
      random(300),
      21 + random(88),
      1 + random(20),
    ]);
    const notes = withoutOverlaps(drawn);
    const piece = { ...PIECE, stepsPerQuarter, notes, length: 330, tempo: 125 };
    const back = pieceOfMidi(midiOf(piece), stepsPerQuarter);
    assert.deepEqual(back.notes, notes);
    assert.deepEqual([back.length, back.tempo], [330, 125]);
  }
});

test("a piece without notes is written, with its length", () => {
  const bytes = midiOf({ ...PIECE, notes: [] });
  assert.throws(() => pieceOfMidi(bytes, 4), /no notes/);
});

test("a level is the square of the velocity against 80, as audio.py plays it", () => {
  const notes = [
    [0, 60, 4, 0.25],
    [4, 60, 4],
    [8, 60, 4, 9],
  ];
  const bytes = [...midiOf({ ...PIECE, notes })];
  const struck = bytes.flatMap((byte, n) => (byte === 0x90 ? [bytes[n + 2]] : []));
  assert.deepEqual(struck, [40, 80, 127]);
});

test("notes at exact times keep them to a 480th of a quarter", () => {
  const notes = [[0.3333, 60, 0.5]];
  const exact = { ...PIECE, stepsPerQuarter: 1, length: 2, notes };
  assert.deepEqual(pieceOfMidi(midiOf(exact), 480).notes, [[160, 60, 240]]);
});

test("running status and onsets of velocity 0 are understood", () => {
  const events = [0x00, 0x90, 60, 80, 0x60, 60, 0, 0x00, 62, 80, 0x60, 62, 0];
  assert.deepEqual(notesOf(events), [
    [0, 60, 4],
    [4, 62, 4],
  ]);
});

test("drums, graces, other events and pitches off the piano are left out", () => {
  const drum = [0x00, 0x99, 36, 80, 0x60, 0x89, 36, 0];
  const grace = [0x00, 0x90, 64, 80, 0x00, 0x80, 64, 0];
  const low = [0x00, 0x90, 20, 80, 0x10, 0x80, 20, 0];
  const others = [0x00, 0xc0, 5, 0x00, 0xb0, 64, 127, 0x00, 0xe0, 0, 64, 0x00, 0xd0, 3];
  const exclusive = [0x00, 0xf0, 0x02, 0x01, 0xf7];
  const name = [0x00, 0xff, 0x03, 0x02, 0x41, 0x42];
  const all = [...name, ...exclusive, ...others, ...drum, ...grace, ...low, ...NOTE];
  assert.deepEqual(notesOf(all), [[4 + 1, 60, 4]]);
});

test("tracks of type 1 go to one piano, and the earliest tempo counts", () => {
  const late = [0x60, 0xff, 0x51, 0x03, 0x0f, 0x42, 0x40];
  const early = [0x00, 0xff, 0x51, 0x03, 0x07, 0xa1, 0x20];
  const bytes = [
    ...header({ tracks: 2 }),
    ...track([...late, ...NOTE]),
    ...track([...early, ...NOTE]),
  ];
  const { tempo, notes } = read(bytes);
  assert.equal(tempo, 120);
  assert.deepEqual(notes, [
    [0, 60, 4],
    [4, 60, 4],
  ]);
});

test("a file that names no tempo is played at 100", () => {
  assert.equal(read([...header(), ...track(NOTE)]).tempo, 100);
});

test("chunks of other kinds are passed over", () => {
  const other = [0x58, 0x58, 0x58, 0x58, 0, 0, 0, 2, 1, 2];
  assert.equal(read([...header(), ...other, ...track(NOTE)]).notes.length, 1);
});

test("half steps go up, as in the package", () => {
  assert.deepEqual([0.49, 0.5, 1.5, 2.4999999].map(nearestStep), [0, 1, 2, 3]);
});

test("a new onset of a key ends its note, and a longer voice sounds on", () => {
  const voices = [
    [0, 60, 8],
    [2, 60, 2],
    [2, 60, 3],
  ];
  assert.deepEqual(withoutOverlaps(voices), [
    [0, 60, 2],
    [2, 60, 6],
  ]);
});

const LATE = [0xff, 0xff, 0xff, 0x7f, 0x90, 60, 80, 0x60, 0x80, 60, 0];
const GOOD = [...header(), ...track(NOTE)];
const BROKEN = {
  nothing: [[], /is not MIDI/],
  "a web page": [[..."<!doctype html>"].map((c) => c.charCodeAt(0)), /is not MIDI/],
  "a cut header": [GOOD.slice(0, 10), /cut off inside its header/],
  "a short header": [[...header({ size: 2 }), ...track(NOTE)], /header is too short/],
  "type 2": [[...header({ kind: 2 }), ...track(NOTE)], /type 2/],
  "type 7": [[...header({ kind: 7 }), ...track(NOTE)], /no type 7/],
  "zero division": [[...header({ division: 0 }), ...track(NOTE)], /zero ticks/],
  "film frames": [[...header({ division: 0xe728 }), ...track(NOTE)], /film frames/],
  "a cut track": [GOOD.slice(0, -6), /cut off inside a track/],
  "a missing track": [[...header({ tracks: 2 }), ...track(NOTE)], /track is missing/],
  "no end": [[...header(), ...track(NOTE, [])], /track without an end/],
  "a cut event": [[...header(), ...track([0x00, 0x90, 60], [])], /runs past its track/],
  "no status": [[...header(), ...track([0x00, 60, 80])], /no known kind/],
  "a bad value": [[...header(), ...track([0, 0x90, 60, 200])], /above 127/],
  "no tempo": [[...header(), ...track([0, 0xff, 0x51, 3, 0, 0, 0])], /tempo is zero/],
  "an endless time": [[...header(), ...track(Array(5).fill(255))], /has no end/],
  "drums alone": [
    [...header(), ...track([0, 0x99, 36, 80, 9, 0x89, 36, 0])],
    /no notes/,
  ],
  "no notes": [[...header(), ...track([])], /no notes/],
  ages: [[...header({ division: 1 }), ...track(LATE)], /lasts longer/],
};

for (const [name, [bytes, cause]] of Object.entries(BROKEN)) {
  test(`a broken file is refused in one sentence: ${name}`, () => {
    assert.throws(
      () => read(bytes),
      (error) => {
        assert.match(error.message, cause);
        assert.match(error.message, /^The file [^\n]+\.$/);
        return true;
      },
    );
  });
}

test("random damage is read or refused in one sentence, and nothing else", () => {
  const whole = [...midiOf(PIECE)];
  for (let at = 0; at < whole.length; at += 1) {
    for (const byte of [0, 0x7f, 0xff]) {
      const damaged = whole.with(at, byte);
      try {
        assert.ok(read(damaged).notes.length > 0);
      } catch (error) {
        assert.match(error.message, /^The file /);
      }
    }
  }
});
