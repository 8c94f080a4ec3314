import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Sound } from "../../../deepmusician/widgets/web/page/sound.js";

class FakeContext {
  currentTime = 3;
  resume() {
    return new Promise(() => {}); // as where no sound card answers
  }
}

let sound;

beforeEach(() => {
  globalThis.AudioContext = FakeContext;
  sound = new Sound({ pitches: [], tones: [] }, { patience: 30 });
  sound.decoded = Promise.resolve("piano");
});

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Let the context's time go on from now, as a sound card does. */
function plugIn() {
  const { context } = sound;
  const [start, from] = [performance.now(), context.currentTime];
  Object.defineProperty(context, "currentTime", {
    get: () => from + (performance.now() - start) / 1000,
  });
  context.resume = async () => {};
}

test("without a sound card music goes on by the page's clock", async () => {
  assert.equal(await sound.startFor({}), "piano");
  const before = sound.now;
  await wait(50);
  const passed = sound.now - before;
  assert.equal(sound.context.currentTime, 3);
  assert.ok(before >= 3 && passed > 0.04 && passed < 1, `${passed} seconds passed`);
});

test("with a sound card the time is that of what is heard", async () => {
  plugIn();
  await sound.startFor({});
  assert.ok(Math.abs(sound.now - sound.context.currentTime) < 0.01);
});

test("a sound card that comes later is used from the next start on", async () => {
  const player = {};
  await sound.startFor(player);
  plugIn();
  await wait(20);
  await sound.startFor(player);
  assert.ok(Math.abs(sound.now - sound.context.currentTime) < 0.01);
});

test("whoever starts to play pauses the other", async () => {
  plugIn();
  let pauses = 0;
  const first = { pause: () => (pauses += 1) };
  await sound.startFor(first);
  await sound.startFor(first);
  assert.equal(pauses, 0);
  await sound.startFor({});
  assert.equal(pauses, 1);
});
