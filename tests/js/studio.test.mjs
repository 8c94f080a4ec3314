import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Beginning } from "../../deepmusician/listening/web/beginning.js";
import { FIRST_SETTINGS } from "../../deepmusician/listening/web/composer_settings.js";
import { breath } from "../../deepmusician/listening/web/slices.js";
import { Studio } from "../../deepmusician/listening/web/studio.js";
import { Takes } from "../../deepmusician/listening/web/takes.js";
import { Transport } from "../../deepmusician/listening/web/transport.js";
import { FakeSound } from "./fake_audio.mjs";

const SETTINGS = { ...FIRST_SETTINGS, length: 40, tempo: 120 }; // eight steps a second

let sound;
let studio;
let needed; // seconds of music that pass while a step is composed
let atStep; // what happens before a step, by its number

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  sound = new FakeSound();
  needed = 0;
  atStep = {};
  studio = new Studio({
    transport: new Transport(sound),
    takes: new Takes(),
    plane: "onsets",
    gain: 1,
    start: scaleComposer,
    slice: 0, // each step for itself
  });
});

afterEach(() => {
  studio.stop();
  mock.timers.reset();
});

/** Let music play on for some seconds. */
function pass(seconds) {
  for (let n = 0; n < Math.round(seconds * 20); n += 1) {
    sound.context.currentTime += 0.05;
    mock.timers.tick(50);
  }
}

/** Touches one key a step, and takes its time for it. */
function scaleComposer() {
  let made = 0;
  return {
    async prepare() {},
    next() {
      atStep[made]?.();
      pass(needed);
      made += 1;
      return [made];
    },
  };
}

function silence() {
  return new Beginning(4, 96);
}

/** The pitches that were heard, those alone that were not taken back. */
function heardPitches() {
  return sound.fakePiano.struck
    .filter(({ at, taken = Infinity }) => taken > at)
    .map(({ pitch }) => pitch);
}

const ALL = Array.from({ length: SETTINGS.length }, (_, n) => 22 + n);

test("music is heard while it is composed, every note once and in time", async () => {
  needed = 0.05;
  let heardEarly = 0;
  atStep[30] = () => {
    heardEarly = heardPitches().length;
  };
  const take = await studio.compose(SETTINGS, silence());
  assert.ok(heardEarly > 3 && heardEarly < 30, `${heardEarly} notes`);
  await breath();
  pass(9);
  assert.deepEqual(heardPitches(), ALL);
  assert.deepEqual([take.state, take.growing.made], ["done", 40]);
});

for (const [name, seconds] of [
  ["a little", 0.2],
  ["much", 0.4],
]) {
  test(`music that is overtaken by its hearing, by ${name}, is waited for`, async () => {
    needed = seconds; // a step lasts an eighth of one
    let waited = 0;
    studio.addEventListener("progress", () => {
      if (studio.isWaiting && studio.transport.position > 0) waited += 1;
    });
    await studio.compose({ ...SETTINGS, length: 30 }, silence());
    for (let n = 0; n < 3; n += 1) {
      await breath();
      pass(9);
    }
    const heard = [...new Set(heardPitches())]; // what is held is struck again
    assert.deepEqual(heard, ALL.slice(0, 30));
    assert.equal(waited > 5, name === "much");
  });
}

test("a reader who pauses is not played to again by what still grows", async () => {
  needed = 0.05;
  atStep[30] = () => studio.transport.pause();
  await studio.compose(SETTINGS, silence());
  await breath();
  pass(2);
  assert.equal(studio.transport.isWanted, false);
  assert.ok(heardPitches().length < 30);
});

test("stopping keeps what there is of a take, and is silent", async () => {
  needed = 0.05;
  atStep[25] = () => studio.stop();
  const take = await studio.compose(SETTINGS, silence());
  assert.deepEqual([take.state, take.growing.made], ["stopped", 26]);
  assert.equal(take.growing.piece.length, 26);
  assert.equal(studio.transport.isWanted, false);
  assert.equal(studio.take, null);
  assert.deepEqual(studio.takes.all, [take]);
});

test("a take that was stopped before its first step is forgotten", async () => {
  const composing = studio.compose(SETTINGS, silence());
  studio.stop();
  await composing;
  assert.deepEqual(studio.takes.all, []);
});

test("composing anew stops the take before", async () => {
  let second;
  atStep[10] = () => {
    delete atStep[10];
    second = studio.compose(SETTINGS, silence());
  };
  const first = await studio.compose(SETTINGS, silence());
  assert.equal(studio.take.number, 2);
  const last = await second;
  assert.deepEqual([first.state, last.state], ["stopped", "done"]);
  assert.equal(studio.transport.piece, last.growing.piece);
});

test("a take that the reader leaves for another grows on unheard", async () => {
  const one = await studio.compose(SETTINGS, silence());
  needed = 0.05;
  atStep[20] = () => studio.transport.load(one.growing.piece);
  const two = await studio.compose(SETTINGS, silence());
  assert.equal(two.state, "done");
  assert.equal(studio.transport.piece, one.growing.piece);
});

test("a network that fails leaves no take behind, and its error is told", async () => {
  studio.start = () => {
    throw new Error("The seed is wrong.");
  };
  await assert.rejects(studio.compose(SETTINGS, silence()), /seed is wrong/);
  assert.deepEqual([studio.takes.all, studio.take], [[], null]);
});
