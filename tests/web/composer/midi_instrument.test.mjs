import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { MidiInstrument } from "../../../deepmusician/widgets/web/composer/midi_instrument.js";
import { Transport } from "../../../deepmusician/widgets/web/player/transport.js";
import { FakeSound } from "../support/fake_audio.mjs";

const ON = 0x90;
const OFF = 0x80;
const START = 10_000; // milliseconds on the fake clock, as the fake sound's ten seconds

let sound;
let sent; // [milliseconds since the start, status, pitch, velocity]
let instrument;
let volume;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  sound = new FakeSound();
  sent = [];
  volume = 1;
  const clock = () => 1000 * sound.context.currentTime;
  const output = {
    send: (bytes, at = clock()) => sent.push([Math.round(at) - START, ...bytes]),
  };
  const now = () => sound.context.currentTime;
  instrument = new MidiInstrument(output, { now, clock, volume: () => volume });
});

afterEach(() => {
  instrument.silence();
  mock.timers.reset();
});

function pass(seconds) {
  for (let n = 0; n < Math.round(seconds * 100); n += 1) {
    sound.context.currentTime += 0.01;
    mock.timers.tick(10);
  }
}

function strike(pitch, at, hold, level) {
  return instrument.strike(null, { pitch, at: 10 + at, hold, level });
}

/** What was sent but for the message that ends all notes. */
function notes() {
  return sent.filter(([, status]) => status === ON || status === OFF);
}

test("a note is sent shortly before its time, and released after its hold", () => {
  strike(60, 0.2, 0.5);
  pass(0.1);
  assert.deepEqual(sent, []);
  pass(0.1);
  assert.deepEqual(sent, [[200, ON, 60, 80]]);
  pass(1);
  assert.deepEqual(sent, [
    [200, ON, 60, 80],
    [700, OFF, 60, 0],
  ]);
});

test("a key that is struck again is released first", () => {
  strike(60, 0.5, 0.5);
  strike(60, 0, 0.5);
  pass(2);
  assert.deepEqual(
    notes().map(([at, status]) => [at, status]),
    [
      [0, ON],
      [500, OFF],
      [500, ON],
      [1000, OFF],
    ],
  );
});

test("a softer note, and a lower volume, have a lower velocity", () => {
  strike(60, 0, 1, 0.25);
  volume = 0.25;
  strike(62, 0, 1);
  strike(64, 0, 1, 0);
  assert.deepEqual(
    sent.map(([, , , velocity]) => velocity),
    [40, 40, 1],
  );
});

test("a note can be released earlier, or taken back before it begins", () => {
  const release = strike(60, 0, 5);
  const takeBack = strike(64, 1, 1);
  pass(0.5);
  release(10.6);
  takeBack(10.6);
  pass(3);
  release(12);
  assert.deepEqual(notes(), [
    [0, ON, 60, 80],
    [600, OFF, 60, 0],
  ]);
});

test("silence releases all that is held, and nothing comes after it", () => {
  strike(60, 0, 9);
  strike(64, 0.03, 9);
  strike(67, 1, 9);
  sent = [];
  instrument.silence();
  pass(5);
  assert.deepEqual(sent, [
    [0, OFF, 60, 0],
    [30, OFF, 64, 0], // its onset was sent ahead of its time
    [0, 0xb0, 123, 0],
  ]);
});

test("a transport plays on an instrument, and a pause leaves no key down", async () => {
  const piece = {
    ...{ stepsPerQuarter: 4, tempo: 60, length: 16, gain: 1 },
    notes: Array.from({ length: 8 }, (_, n) => [2 * n, 60 + n, 8]),
  };
  const transport = new Transport(sound);
  transport.load(piece);
  transport.setInstrument(instrument);
  await transport.play();
  pass(1.7);
  transport.pause();
  pass(9);
  const keys = (kind) =>
    notes()
      .filter(([, status]) => status === kind)
      .map(([, , pitch]) => pitch);
  assert.deepEqual(keys(ON), [60, 61, 62, 63]);
  assert.deepEqual(keys(OFF).sort(), [60, 61, 62, 63]);
  assert.deepEqual(sound.fakePiano.struck, []);
});

test("another instrument goes on where the last one was", async () => {
  const notesOfPiece = Array.from({ length: 8 }, (_, n) => [2 * n, 60 + n, 2]);
  const transport = new Transport(sound);
  transport.load({
    ...{ stepsPerQuarter: 4, tempo: 60, length: 16, gain: 1 },
    notes: notesOfPiece,
  });
  transport.setInstrument(instrument);
  await transport.play();
  pass(1.8);
  transport.setInstrument(null);
  pass(4);
  assert.equal(transport.isPlaying, false);
  assert.deepEqual(
    [...new Set(sound.fakePiano.struck.map(({ pitch }) => pitch))],
    [63, 64, 65, 66, 67], // the one that was held, and those to come
  );
});
