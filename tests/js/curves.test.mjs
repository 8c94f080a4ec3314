import assert from "node:assert/strict";
import { test } from "node:test";

import widget, {
  picture,
  sentence,
  settingsOf,
} from "../../deepmusician/listening/web/curves.js";

const SETTINGS = { alpha: 0.25, gamma: 2, p: 0.9 };

function fakeModel(traits) {
  const handlers = new Map();
  return {
    handlers,
    get: (name) => traits[name],
    on: (event, handler) => handlers.set(event, handler),
    off: (event) => handlers.delete(event),
    set(name, value) {
      traits[name] = value;
      handlers.get(`change:${name}`)();
    },
  };
}

/** An element whose three children are those that `render` writes into it. */
function fakeElement(width) {
  const child = () => ({ innerHTML: "", textContent: "", clientWidth: width });
  return {
    classList: new Set(),
    innerHTML: "",
    children: [child(), child(), child()],
  };
}

function polylines(svg) {
  return [...svg.matchAll(/<polyline class="([^"]*)" points="([^"]*)"/g)].map(
    ([, style, points]) => ({ style, points }),
  );
}

test("two panels show focal loss and BCE for touched and for silent keys", () => {
  const styles = polylines(picture(SETTINGS, 800)).map(({ style }) => style);
  const panel = [
    "dm-bce dm-solid",
    "dm-focal dm-solid",
    "dm-bce dm-dashed",
    "dm-focal dm-dashed",
  ];
  assert.deepEqual(styles, [...panel, ...panel]);
});

test("without alpha and gamma the focal curves lie on BCE's", () => {
  const lines = polylines(picture({ alpha: null, gamma: 0, p: 0.5 }, 800));
  for (let n = 0; n < lines.length; n += 2) {
    assert.equal(lines[n].points, lines[n + 1].points);
  }
});

test("gamma lowers the loss of a touched key at every probability", () => {
  const heights = (gamma) =>
    polylines(picture({ alpha: null, gamma, p: 0.5 }, 800))[1]
      .points.split(" ")
      .map((point) => Number(point.split(",")[1]));
  const [low, high] = [heights(0.5), heights(3)];
  assert.ok(low.every((y, n) => y <= high[n])); // SVG counts from the top
  assert.ok(low[100] < high[100] - 5);
});

test("no coordinate is infinite or missing at the ends of the sliders", () => {
  for (const alpha of [null, 0, 1]) {
    for (const gamma of [0, 5]) {
      for (const probability of [0, 1]) {
        const weighted = alpha !== null;
        const traits = { alpha: alpha ?? 0, weighted, gamma, probability };
        const settings = settingsOf(fakeModel(traits));
        const shown = picture(settings, 800) + sentence(settings);
        assert.doesNotMatch(shown, /NaN|Infinity|undefined|null/);
      }
    }
  }
});

test("a narrow page stacks the panels, a wide one sets them side by side", () => {
  assert.match(picture(SETTINGS, 400), /width="400" height="520"/);
  assert.match(picture(SETTINGS, 800), /width="800" height="260"/);
});

test("the words say that easy examples are weighted down", () => {
  const words = sentence(SETTINGS);
  assert.match(words, /easy key .* keeps 1\u00a0% .* hard one .* 81\u00a0%/);
  assert.match(words, /the easy one counts 81 times less/);
  assert.match(words, /a touched key weighs 0.25, a silent one 0.75/);
  assert.match(words, /costs 0.00026 nats \(BCE 0.11\) if it is touched/);
});

test("the words name the special cases", () => {
  const words = (alpha) => sentence({ alpha, gamma: 0, p: 0.5 });
  assert.match(words(null), /focal loss is BCE: the curves coincide/);
  assert.match(words(0.25), /BCE times a weight for each class/);
});

test("the widget follows its traits and its width until it is taken away", () => {
  globalThis.requestAnimationFrame = (draw) => draw();
  const watched = [];
  let resized;
  globalThis.ResizeObserver = class {
    constructor(callback) {
      resized = callback;
    }
    observe(element) {
      watched.push(element);
    }
    disconnect() {
      watched.pop();
    }
  };
  const traits = { alpha: 0.25, gamma: 2, weighted: true, probability: 0.9 };
  const [model, el] = [fakeModel(traits), fakeElement(500)];
  const remove = widget.render({ model, el });
  const [drawing, , words] = el.children;
  assert.match(el.innerHTML, /role="status" aria-live="polite"/);
  assert.match(words.textContent, /With gamma 2,/);
  model.set("gamma", 0);
  assert.match(words.textContent, /With gamma 0,/);
  drawing.clientWidth = 900;
  resized();
  assert.match(drawing.innerHTML, /width="900"/);
  remove();
  assert.deepEqual([watched.length, model.handlers.size], [0, 0]);
});
