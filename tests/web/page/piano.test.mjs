import assert from "node:assert/strict";
import { test } from "node:test";

import {
  dampingTime,
  nearestTone,
  Piano,
  paddingTime,
} from "../../../deepmusician/widgets/web/page/piano.js";
import { FakeGain, FakeSource } from "../support/fake_audio.mjs";

const RATE = 1000;

/** A tone of one second that begins after so many samples of padding. */
function tone(silent) {
  const samples = new Float32Array(RATE).fill(0.001);
  samples.fill(0.5, silent);
  return { sampleRate: RATE, getChannelData: () => samples };
}

function struck(settings) {
  const piano = new Piano([60, 63], [tone(50), tone(20)]);
  const into = new FakeGain({});
  const release = piano.strike(into, { at: 5, hold: 1, ...settings });
  const source = FakeSource.made.at(-1);
  return {
    release,
    source,
    gain: source.outputs[0].gain,
    into,
    damper: source.outputs[0],
  };
}

test("the nearest recorded tone is bent, of two the lower one", () => {
  assert.equal(nearestTone([60, 63, 66], 61), 0);
  assert.equal(nearestTone([60, 63, 66], 62), 1);
  assert.equal(nearestTone([60, 62], 61), 0);
  assert.equal(nearestTone([60, 63, 66], 108), 2);
});

test("what MP3 puts before a tone is left out, but for two milliseconds", () => {
  assert.equal(paddingTime(tone(50).getChannelData(), RATE), 0.048);
  assert.equal(paddingTime(tone(0).getChannelData(), RATE), 0);
  assert.equal(paddingTime(new Float32Array(RATE), RATE), 0);
});

test("a struck key begins at its attack, at its pitch and level", () => {
  const { source, gain, damper, into } = struck({ pitch: 61, level: 0.5 });
  assert.equal(source.at, 5);
  assert.equal(source.offset, 0.048);
  assert.equal(source.playbackRate, 2 ** (1 / 12));
  assert.equal(gain.value, 0.5);
  assert.deepEqual(damper.outputs, [into]);
});

test("a key is damped when it is released, and stops when nothing is heard", () => {
  const { source, gain } = struck({ pitch: 60 });
  assert.deepEqual(gain.events, [
    { value: 1, at: 6 },
    { target: 0, at: 6, life: 0.12 },
  ]);
  assert.ok(Math.abs(source.stopped - 6.72) < 1e-9);
});

test("the highest keys of a piano have no dampers", () => {
  assert.equal(dampingTime(89), 0.12);
  assert.equal(dampingTime(90), 1.2);
});

test("a key let go earlier is damped then, in the time asked for", () => {
  const { release, source, gain } = struck({ pitch: 60, hold: 30 });
  release(7, 0.12);
  assert.deepEqual(gain.events, [
    { value: 1, at: 7 },
    { target: 0, at: 7, life: 0.12 },
  ]);
  assert.ok(Math.abs(source.stopped - 7.72) < 1e-9);
});

test("a key that has not sounded yet is cancelled", () => {
  const { release, source } = struck({ pitch: 60 });
  release(4.9);
  assert.equal(source.stopped, 0);
});

test("a key that was released already is left to ring off", () => {
  const { release, gain } = struck({ pitch: 60 });
  release(6.1);
  assert.equal(gain.events.at(-1).at, 6);
});
