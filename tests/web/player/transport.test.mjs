import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Transport } from "../../../deepmusician/widgets/web/player/transport.js";
import { FakeSound } from "../support/fake_audio.mjs";

const LEAD = 0.03; // seconds from a jump to the first note
const SCALE = Array.from({ length: 16 }, (_, n) => [4 * n, 60 + n, 4]);
// eight steps a second
const PIECE = { stepsPerQuarter: 4, tempo: 120, length: 64, gain: 0.5, notes: SCALE };

let sound;
let transport;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  sound = new FakeSound();
  transport = new Transport(sound);
  transport.load(PIECE);
});

afterEach(() => {
  transport.pause();
  mock.timers.reset();
});

/** Let time pass, in the page and for the ear. */
function pass(seconds) {
  for (let n = 0; n < Math.round(seconds * 20); n += 1) {
    sound.context.currentTime += 0.05;
    mock.timers.tick(50);
  }
}

/** Stand still for a while, as a page does that computes. */
function stall(seconds) {
  sound.context.currentTime += seconds;
  mock.timers.tick(50);
}

/** The notes that sounded: those not cancelled or faded out before they began. */
function soundedNotes() {
  return sound.fakePiano.struck.filter(({ at, released = Infinity, into }) => {
    const faded = into.gain.events.find(({ target }) => target === 0)?.at ?? Infinity;
    return released > at && faded > at && at <= sound.context.currentTime;
  });
}

function pitches() {
  return soundedNotes().map(({ pitch }) => pitch);
}

function near(value, wanted, within = 1e-6) {
  assert.ok(Math.abs(value - wanted) < within, `${value} is not ${wanted}`);
}

test("every note is struck once, at its time, to the end", async () => {
  await transport.play();
  pass(9);
  assert.deepEqual(
    pitches(),
    SCALE.map(([, pitch]) => pitch),
  );
  for (const [n, { at, hold }] of soundedNotes().entries()) {
    near(at, 10 + LEAD + n / 2);
    near(hold, 0.5);
  }
  assert.equal(transport.isPlaying, false);
  assert.equal(transport.position, 64);
});

test("the last note rings on when the piece is over", async () => {
  await transport.play();
  pass(9);
  const [last] = soundedNotes().slice(-1);
  assert.equal(last.into.outputs.length, 1);
  assert.deepEqual(last.into.gain.events, []);
});

test("the position follows the audio clock, and rests when paused", async () => {
  await transport.play();
  pass(1);
  near(transport.position, 8 * (1 - LEAD));
  transport.pause();
  const rested = transport.position;
  pass(1);
  assert.equal(transport.position, rested);
});

test("a pause fades out what sounds and starts nothing again", async () => {
  await transport.play();
  pass(0.6);
  transport.pause();
  const { into } = sound.fakePiano.struck[0];
  const count = soundedNotes().length;
  assert.equal(into.gain.events.at(-1).target, 0);
  pass(1);
  assert.equal(soundedNotes().length, count);
  assert.deepEqual(into.outputs, []);
});

test("play resumes where it was paused, with held notes struck anew", async () => {
  await transport.play();
  pass(0.75);
  transport.pause();
  pass(1);
  await transport.play();
  pass(0.1);
  const last = soundedNotes().at(-1);
  assert.equal(last.pitch, 61);
  near(last.hold, 0.5 - (0.75 - LEAD - 0.5));
});

test("at its end, play begins anew", async () => {
  await transport.play();
  pass(9);
  await transport.play();
  pass(0.1);
  assert.deepEqual(pitches().slice(16), [60]);
});

test("pressed twice while the piano is made ready, it plays once", async () => {
  let wake;
  sound.waking = new Promise((resolve) => {
    wake = resolve;
  });
  const pressed = [transport.play(), transport.play()];
  assert.equal(transport.isWanted, true);
  wake();
  await Promise.all(pressed);
  pass(0.2);
  assert.deepEqual(pitches(), [60]);
});

test("paused while the piano is made ready, it does not begin", async () => {
  let wake;
  sound.waking = new Promise((resolve) => {
    wake = resolve;
  });
  const pressed = transport.play();
  transport.toggle();
  wake();
  await pressed;
  pass(0.2);
  assert.equal(transport.isPlaying, false);
  assert.deepEqual(pitches(), []);
});

test("without a piano, it can be asked again", async () => {
  sound.waking = Promise.reject(new Error("no tones"));
  await assert.rejects(transport.play(), /no tones/);
  assert.equal(transport.isWanted, false);
  sound.waking = null;
  await transport.play();
  assert.equal(transport.isPlaying, true);
});

test("a piece without notes passes in silence, one without steps does not play", async () => {
  transport.load({ ...PIECE, notes: [] });
  await transport.play();
  pass(1);
  assert.ok(transport.position > 7);
  transport.pause();
  transport.load({ ...PIECE, notes: [], length: 0 });
  await transport.play();
  assert.equal(transport.isWanted, false);
});

test("a seek while it plays continues from there", async () => {
  await transport.play();
  pass(1);
  transport.seek(40);
  pass(0.6);
  near(transport.position, 40 + 8 * (0.6 - LEAD));
  assert.deepEqual(pitches(), [60, 61, 70, 71]);
});

test("a seek beyond the piece stays within it", () => {
  transport.seek(-3);
  assert.equal(transport.position, 0);
  transport.seek(99);
  assert.equal(transport.position, 64);
});

test("another piece continues at the same quarter, without stopping", async () => {
  const slow = SCALE.map(([start, pitch]) => [start / 4, pitch + 20, 1]);
  const other = { ...PIECE, stepsPerQuarter: 1, length: 16, notes: slow, gain: 0.25 };
  await transport.play();
  pass(1.2);
  transport.load(other);
  assert.equal(transport.isPlaying, true);
  near(transport.position, (8 * (1.2 - LEAD)) / 4);
  pass(0.1);
  assert.deepEqual(pitches(), [60, 61, 62, 82]);
  assert.equal(soundedNotes().at(-1).into.gain.value, 0.25);
});

test("a shorter piece begins at its beginning", async () => {
  await transport.play();
  pass(4);
  transport.load({ ...PIECE, length: 16, notes: SCALE.slice(0, 4) });
  pass(0.1);
  near(transport.position, 8 * (0.1 - LEAD));
});

test("held notes are not struck with every move of a slider", async () => {
  await transport.play();
  pass(1.2);
  for (let n = 0; n < 5; n += 1) {
    transport.load({ ...PIECE });
    pass(0.05);
  }
  assert.deepEqual(pitches(), [60, 61, 62, 62]);
});

test("a loop repeats without a gap or an extra note", async () => {
  transport.load({ ...PIECE, length: 16, notes: SCALE.slice(0, 4) });
  transport.setLoop(true);
  await transport.play();
  pass(5.1);
  assert.deepEqual(pitches(), [60, 61, 62, 63, 60, 61, 62, 63, 60, 61, 62]);
  for (const [n, { at }] of soundedNotes().entries()) near(at, 10 + LEAD + n / 2);
  near(transport.position, 8 * (5.1 - LEAD) - 32);
});

test("a loop shorter than the look ahead goes round too", async () => {
  transport.load({ ...PIECE, length: 1, notes: [[0, 60, 1]] });
  transport.setLoop(true);
  await transport.play();
  pass(1);
  assert.equal(soundedNotes().length, 8);
  assert.ok(transport.position < 1);
});

test("a loop switched off just before the end plays no extra note", async () => {
  transport.load({ ...PIECE, length: 16, notes: SCALE.slice(0, 4) });
  transport.setLoop(true);
  await transport.play();
  pass(1.95); // the next lap's first note was scheduled
  transport.setLoop(false);
  pass(1);
  assert.deepEqual(pitches(), [60, 61, 62, 63]);
  assert.equal(transport.isPlaying, false);
});

test("a new tempo continues from here, and lets notes ring on", async () => {
  await transport.play();
  pass(1.2);
  const here = transport.position;
  transport.setTempo(60);
  near(transport.position, here);
  pass(1);
  near(transport.position, here + 4);
  assert.deepEqual(pitches(), [60, 61, 62, 63]);
  near(soundedNotes().at(-1).at, 11.2 + (12 - here) / 4);
  assert.deepEqual(soundedNotes()[2].into.gain.events, []);
});

test("a new tempo leaves a note alone that has just begun", async () => {
  await transport.play();
  pass(1);
  sound.context.currentTime += LEAD + 0.01; // the third note has begun, unnoticed
  transport.setTempo(60);
  assert.equal(sound.fakePiano.struck[2].released, undefined);
  pass(0.1);
  assert.deepEqual(pitches(), [60, 61, 62]);
});

test("moving the tempo all the time strikes no note twice", async () => {
  await transport.play();
  for (let n = 0; n < 60; n += 1) {
    transport.setTempo(100 + n);
    pass(0.05);
  }
  assert.equal(new Set(pitches()).size, pitches().length);
  assert.ok(pitches().length > 5);
});

test("a piece that grows while it plays is played on", async () => {
  const growing = { ...PIECE, length: 8, notes: SCALE.slice(0, 2) };
  transport.load(growing);
  await transport.play();
  pass(0.7);
  growing.notes.push(...SCALE.slice(2, 5));
  growing.length = 20;
  transport.load(growing); // tells those who listen; nothing is cut
  pass(4);
  assert.deepEqual(pitches(), [60, 61, 62, 63, 64]);
  assert.equal(transport.position, 20);
});

test("a loop keeps its place when the piece grows", async () => {
  const growing = { ...PIECE, length: 8, notes: SCALE.slice(0, 2) };
  transport.load(growing);
  transport.setLoop(true);
  await transport.play();
  pass(1.5);
  const here = transport.position;
  growing.length = 12;
  near(transport.position, here);
});

test("after a stall the music is delayed and keeps its rhythm", async () => {
  await transport.play();
  pass(0.3);
  stall(3);
  pass(2);
  const times = soundedNotes().map(({ at }) => at);
  for (let n = 2; n < times.length; n += 1) near(times[n] - times[n - 1], 0.5);
  assert.deepEqual(pitches(), [60, 61, 62, 63, 64]);
});

test("the volume is the reader's times what matches the pieces", async () => {
  transport.setVolume(0.5);
  await transport.play();
  pass(0.1);
  const { gain } = soundedNotes()[0].into;
  assert.equal(gain.value, 0.25);
  transport.setVolume(1);
  assert.equal(gain.events.at(-1).target, 0.5);
});

test("whoever begins to play pauses the other", async () => {
  const other = new Transport(sound);
  other.load(PIECE);
  await transport.play();
  await other.play();
  assert.equal(transport.isPlaying, false);
  assert.equal(other.isPlaying, true);
  other.pause();
});
