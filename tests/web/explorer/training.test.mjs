import assert from "node:assert/strict";
import { mock, test } from "node:test";

import {
  reportInWords,
  TrainingButton,
} from "../../../deepmusician/widgets/web/explorer/training.js";

const SETTINGS = { alpha: 0.3, gamma: 1.5 };

/** An element that remembers what is put into it. */
function fakeElement() {
  return {
    textContent: "",
    hidden: true,
    addEventListener(event, listener) {
      this[event] = listener;
    },
    removeAttribute(name) {
      delete this[name];
    },
  };
}

/** A button in front of a kernel, or of none; `asked` is what it was asked. */
function setUp({ kernel }) {
  const elements = {};
  const host = {
    querySelector(name) {
      elements[name] ??= fakeElement();
      return elements[name];
    },
  };
  const asked = [];
  let listener = null;
  const model = {
    on: (_, added) => {
      listener = added;
    },
    off: () => {
      listener = null;
    },
    send(message) {
      if (kernel === "dead") throw new Error("this comm is closed");
      asked.push(message);
      if (kernel && message.ask === "hello") listener({ tell: "here", busy: false });
    },
  };
  const training = new TrainingButton(host, model, "https://host/owner/book");
  const { innerHTML } = host;
  training.show(SETTINGS);
  const { button, progress: bar, p: words, ".dm-how": how } = elements;
  const tell = (report) => listener({ ...SETTINGS, ...report });
  return {
    innerHTML,
    training,
    button,
    bar,
    words,
    how,
    asked,
    tell,
    listener: () => listener,
  };
}

test("where a kernel answers, a press trains the alpha and gamma that are set", async () => {
  const { button, how, asked } = setUp({ kernel: true });
  assert.equal(button.textContent, "Train alpha 0.3, gamma 1.5");
  await button.click();
  assert.deepEqual(asked.at(-1), { ask: "train", ...SETTINGS });
  assert.equal(how.hidden, true);
});

test("the ways to a kernel are those of the repository", () => {
  const links = setUp({ kernel: false }).innerHTML.matchAll(/href="([^"]*)"/g);
  assert.deepEqual(
    [...links].map(([, address]) => address),
    [
      "https://mybinder.org/v2/gh/owner/book/main?labpath=book/focal_loss.ipynb",
      "https://colab.research.google.com/github/owner/book/blob/main/book/focal_loss.ipynb",
      "https://host/owner/book",
    ],
  );
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

test("a button that has been destroyed listens to nothing", () => {
  const { training, listener } = setUp({ kernel: true });
  training.destroy();
  assert.equal(listener(), null);
});

test("every report is put into words", () => {
  const say = (report) => reportInWords({ ...SETTINGS, ...report });
  const row = { epoch: 3, epochs: 6, valid_nll: 2.786 };
  assert.equal(
    say({ tell: "progress", phase: "training", ...row }),
    "Training: alpha 0.3, gamma 1.5, epoch 3 of 6 done, validation NLL 2.79 …",
  );
  assert.match(say({ tell: "progress", phase: "training" }), /gamma 1.5 …$/);
  assert.match(say({ tell: "progress", phase: "reading" }), /^Reading the music/);
  assert.match(say({ tell: "progress", phase: "listening", ...row }), /^Measuring/);
  assert.match(say({ tell: "done" }), /^Trained: alpha 0.3/);
  assert.match(say({ tell: "failed", why: "no disk" }), /no disk$/);
});
