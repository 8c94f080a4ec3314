import assert from "node:assert/strict";
import { mock, test } from "node:test";

import {
  reportWords,
  TrainingButton,
} from "../../deepmusician/listening/web/explorer_training.js";

const SETTINGS = { alpha: 0.3, gamma: 1.5 };

/** An element that remembers what is put into it. */
function fakePart() {
  return {
    textContent: "",
    hidden: true,
    addEventListener(event, hear) {
      this[event] = hear;
    },
    removeAttribute(name) {
      delete this[name];
    },
  };
}

/** A button in front of a kernel, or of none; `asked` is what it was asked. */
function setUp({ kernel }) {
  const parts = {};
  const host = {
    querySelector(name) {
      parts[name] ??= fakePart();
      return parts[name];
    },
  };
  const asked = [];
  let hear;
  const model = {
    on: (_, listener) => {
      hear = listener;
    },
    off: () => {
      hear = null;
    },
    send(told) {
      if (kernel === "dead") throw new Error("this comm is closed");
      asked.push(told);
      if (kernel && told.ask === "hello") hear({ tell: "here", busy: false });
    },
  };
  const training = new TrainingButton(host, model);
  training.show(SETTINGS);
  const { button, progress: bar, p: words, ".dm-how": how } = parts;
  const tell = (told) => hear({ ...SETTINGS, ...told });
  return { training, button, bar, words, how, asked, tell, heard: () => hear };
}

test("where a kernel answers, a press trains the alpha and gamma that are set", async () => {
  const { button, how, asked } = setUp({ kernel: true });
  assert.equal(button.textContent, "Train alpha 0.3, gamma 1.5");
  await button.click();
  assert.deepEqual(asked.at(-1), { ask: "train", ...SETTINGS });
  assert.equal(how.hidden, true);
});

test("a second press stops it", async () => {
  const { button, bar, words, asked, tell } = setUp({ kernel: true });
  tell({ tell: "progress", phase: "training", share: 0.5 });
  assert.deepEqual([button.textContent, bar.hidden], ["Stop training", false]);
  assert.equal(bar.value, 0.5);
  await button.click();
  assert.deepEqual(asked.at(-1), { ask: "stop" });
  tell({ tell: "stopped" });
  assert.deepEqual(
    [button.textContent, bar.hidden],
    ["Train alpha 0.3, gamma 1.5", true],
  );
  assert.match(words.textContent, /^Stopped/);
});

for (const kernel of [undefined, "dead"]) {
  test(`with ${kernel ?? "no"} kernel a press explains how to get one`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const { button, how, asked } = setUp({ kernel });
    const pressed = button.click();
    assert.equal(how.hidden, true); // a busy kernel is given a moment
    mock.timers.tick(2500);
    await pressed;
    mock.timers.reset();
    assert.equal(how.hidden, false);
    assert.ok(!asked.some(({ ask }) => ask === "train"));
  });
}

test("a button that is taken away hears no more", () => {
  const { training, heard } = setUp({ kernel: true });
  training.destroy();
  assert.equal(heard(), null);
});

test("every report is said in words", () => {
  const say = (told) => reportWords({ ...SETTINGS, ...told });
  const row = { epoch: 3, epochs: 6, valid_nll: 2.786 };
  assert.equal(
    say({ tell: "progress", phase: "training", ...row }),
    "Training: alpha 0.3, gamma 1.5, epoch 3 of 6 done, validation NLL 2.79 …",
  );
  assert.match(say({ tell: "progress", phase: "training" }), /gamma 1.5 …$/);
  assert.match(say({ tell: "progress", phase: "reading" }), /^Reading the music/);
  assert.match(say({ tell: "progress", phase: "listening", ...row }), /^Listening/);
  assert.match(say({ tell: "done" }), /^Trained: alpha 0.3/);
  assert.match(say({ tell: "failed", why: "no disk" }), /no disk$/);
});
