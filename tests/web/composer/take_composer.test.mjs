import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Beginning } from "../../../deepmusician/widgets/web/composer/beginning.js";
import { FIRST_SETTINGS } from "../../../deepmusician/widgets/web/composer/settings.js";
import { TakeComposer } from "../../../deepmusician/widgets/web/composer/take_composer.js";
import { Takes } from "../../../deepmusician/widgets/web/composer/takes.js";
import { yieldToBrowser } from "../../../deepmusician/widgets/web/page/time_slices.js";
import { Transport } from "../../../deepmusician/widgets/web/player/transport.js";
import { FakeSound } from "../support/fake_audio.mjs";

const SETTINGS = { ...FIRST_SETTINGS, length: 40, tempo: 120 }; // eight steps a second

let sound;
let takeComposer;
let stepSeconds; // how much music plays while a step is composed
let atStep; // what happens before a step, by its number

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  sound = new FakeSound();
  stepSeconds = 0;
  atStep = {};
  takeComposer = new TakeComposer({
    transport: new Transport(sound),
    takes: new Takes(),
    plane: "onsets",
    gain: 1,
    start: scaleComposer,
    slice: 0, // each step for itself
  });
});

afterEach(() => {
  takeComposer.stop();
  mock.timers.reset();
});

/** Let music play on for some seconds. */
function pass(seconds) {
  for (let n = 0; n < Math.round(seconds * 20); n += 1) {
    sound.context.currentTime += 0.05;
    mock.timers.tick(50);
  }
}

/** Plays one key per step, and takes its time over each. */
function scaleComposer() {
  let made = 0;
  return {
    async prepare() {},
    next() {
      atStep[made]?.();
      pass(stepSeconds);
      made += 1;
      return [made];
    },
  };
}

function silence() {
  return new Beginning(4, 96);
}

/** The pitches that sounded: those that were not cancelled before. */
function playedPitches() {
  return sound.fakePiano.struck
    .filter(({ at, released = Infinity }) => released > at)
    .map(({ pitch }) => pitch);
}

const ALL = Array.from({ length: SETTINGS.length }, (_, n) => 22 + n);

test("music plays while it is composed, every note once and in time", async () => {
  stepSeconds = 0.05;
  let playedEarly = 0;
  atStep[30] = () => {
    playedEarly = playedPitches().length;
  };
  const take = await takeComposer.compose(SETTINGS, silence());
  assert.ok(playedEarly > 3 && playedEarly < 30, `${playedEarly} notes`);
  await yieldToBrowser();
  pass(9);
  assert.deepEqual(playedPitches(), ALL);
  assert.deepEqual([take.state, take.growingPiece.newSteps], ["done", 40]);
});

for (const [name, seconds] of [
  ["a little", 0.2],
  ["much", 0.4],
]) {
  test(`playback that is ${name} faster than composing waits for it`, async () => {
    stepSeconds = seconds; // a step lasts an eighth of one
    let waited = 0;
    takeComposer.addEventListener("progress", () => {
      if (takeComposer.isWaiting && takeComposer.transport.position > 0) waited += 1;
    });
    await takeComposer.compose({ ...SETTINGS, length: 30 }, silence());
    for (let n = 0; n < 3; n += 1) {
      await yieldToBrowser();
      pass(9);
    }
    const played = [...new Set(playedPitches())]; // what is held is struck again
    assert.deepEqual(played, ALL.slice(0, 30));
    assert.equal(waited > 5, name === "much");
  });
}

test("music that a reader pauses stays silent while it grows", async () => {
  stepSeconds = 0.05;
  atStep[30] = () => takeComposer.transport.pause();
  await takeComposer.compose(SETTINGS, silence());
  await yieldToBrowser();
  pass(2);
  assert.equal(takeComposer.transport.isWanted, false);
  assert.ok(playedPitches().length < 30);
});

test("stopping keeps what there is of a take, and is silent", async () => {
  stepSeconds = 0.05;
  atStep[25] = () => takeComposer.stop();
  const take = await takeComposer.compose(SETTINGS, silence());
  assert.deepEqual([take.state, take.growingPiece.newSteps], ["stopped", 26]);
  assert.equal(take.growingPiece.piece.length, 26);
  assert.equal(takeComposer.transport.isWanted, false);
  assert.equal(takeComposer.take, null);
  assert.deepEqual(takeComposer.takes.all, [take]);
});

test("a take that was stopped before its first step is forgotten", async () => {
  const composed = takeComposer.compose(SETTINGS, silence());
  takeComposer.stop();
  await composed;
  assert.deepEqual(takeComposer.takes.all, []);
});

test("composing again stops the take before", async () => {
  let second;
  atStep[10] = () => {
    delete atStep[10];
    second = takeComposer.compose(SETTINGS, silence());
  };
  const first = await takeComposer.compose(SETTINGS, silence());
  assert.equal(takeComposer.take.number, 2);
  const last = await second;
  assert.deepEqual([first.state, last.state], ["stopped", "done"]);
  assert.equal(takeComposer.transport.piece, last.growingPiece.piece);
});

test("a take that the reader leaves for another grows on in silence", async () => {
  const one = await takeComposer.compose(SETTINGS, silence());
  stepSeconds = 0.05;
  atStep[20] = () => takeComposer.transport.load(one.growingPiece.piece);
  const two = await takeComposer.compose(SETTINGS, silence());
  assert.equal(two.state, "done");
  assert.equal(takeComposer.transport.piece, one.growingPiece.piece);
});

test("a network that fails leaves no take behind, and its error is passed on", async () => {
  takeComposer.start = () => {
    throw new Error("The seed is wrong.");
  };
  await assert.rejects(takeComposer.compose(SETTINGS, silence()), /seed is wrong/);
  assert.deepEqual([takeComposer.takes.all, takeComposer.take], [[], null]);
});
