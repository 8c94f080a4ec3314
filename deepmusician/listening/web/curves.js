// The widget of chapter 3: focal loss and its pull on the logit, against probability.
import { focal, kept, pull } from "./focal_math.js";

const PANELS = [
  { title: "Loss", axis: "nats", highest: 4, step: 1, height: focal },
  {
    title: "Pull on the logit",
    axis: "size of the gradient",
    highest: 1.4,
    step: 0.2,
    height: (...cell) => Math.abs(pull(...cell)),
  },
];
const CASES = [
  { touched: true, name: "touched key, y = 1", style: "dm-solid" },
  { touched: false, name: "silent key, y = 0", style: "dm-dashed" },
];
const EDGE = { left: 38, right: 8, top: 30, bottom: 40 };
const NARROW = 600; // pixels, below which the panels stand one above the other
const TRAITS = ["alpha", "gamma", "weighted", "probability"];
const POINTS = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);

/** The widget's traits, with alpha as the loss takes it. */
export function settingsOf(model) {
  return {
    alpha: model.get("weighted") ? model.get("alpha") : null,
    gamma: model.get("gamma"),
    p: Math.min(0.995, Math.max(0.005, model.get("probability"))),
  };
}

/** A number to two significant digits. */
function short(value) {
  const digits = { maximumFractionDigits: 9 };
  return Number(value.toPrecision(2)).toLocaleString("en", digits);
}

function percent(share) {
  const value = 100 * share;
  return `${value >= 10 ? value.toFixed(0) : short(value)}\u00a0%`;
}

function focusSentence({ alpha, gamma }) {
  if (gamma === 0) {
    return alpha === null
      ? "With gamma 0 and no alpha, the focal loss is BCE: the curves coincide."
      : "With gamma 0, the focal loss is BCE times a weight for each class.";
  }
  const [easy, hard] = [kept(0.9, true, null, gamma), kept(0.1, true, null, gamma)];
  const times = short(hard / easy);
  return (
    `With gamma ${gamma}, an easy key (90\u00a0% sure and right) keeps ` +
    `${percent(easy)} of its BCE loss, a hard one (90\u00a0% sure and ` +
    `wrong) ${percent(hard)}: ` +
    `next to the hard one, the easy one counts ${times} times less.`
  );
}

function weightSentence({ alpha }) {
  if (alpha === null) return "No alpha: touched and silent keys weigh the same.";
  const silent = Number((1 - alpha).toFixed(2));
  return `Alpha ${alpha}: a touched key weighs ${alpha}, a silent one ${silent}.`;
}

function markerSentence({ alpha, gamma, p }) {
  const costs = CASES.map(({ touched }) => {
    const [now, bce] = [focal(p, touched, alpha, gamma), focal(p, touched, null, 0)];
    return `${short(now)} nats (BCE ${short(bce)})`;
  });
  return (
    `A key given p = ${p.toFixed(2)} costs ${costs[0]} if it is touched, ` +
    `${costs[1]} if it is silent.`
  );
}

/** What the picture shows, in words. */
export function sentence(settings) {
  return [focusSentence, weightSentence, markerSentence]
    .map((say) => say(settings))
    .join(" ");
}

function label(x, y, text, extra = "") {
  return `<text x="${x}" y="${y}" ${extra}>${text}</text>`;
}

function axes(panel, inner) {
  const lines = [];
  for (let n = 0; n * panel.step <= panel.highest + 1e-9; n += 1) {
    const y = EDGE.top + inner.height * (1 - (n * panel.step) / panel.highest);
    const end = EDGE.left + inner.width;
    lines.push(
      `<line class="dm-grid" x1="${EDGE.left}" x2="${end}" y1="${y}" y2="${y}"/>`,
    );
    const value = Number((n * panel.step).toFixed(1));
    lines.push(label(EDGE.left - 6, y + 4, value, 'text-anchor="end"'));
  }
  const foot = EDGE.top + inner.height + 17;
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    lines.push(label(EDGE.left + p * inner.width, foot, p, 'text-anchor="middle"'));
  }
  const middle = EDGE.left + inner.width / 2;
  const name = "p, probability of a touch";
  lines.push(label(middle, foot + 18, name, 'text-anchor="middle"'));
  lines.push(label(0, 16, `${panel.title}, ${panel.axis}`, 'class="dm-title"'));
  return lines.join("");
}

function curves(panel, inner, settings) {
  const x = (p) => (p * inner.width).toFixed(1);
  const y = (value) => (inner.height * (1 - value / panel.highest)).toFixed(1);
  const line = (style, height) => {
    const inside = POINTS.filter((p) => height(p) <= panel.highest);
    const points = inside.map((p) => `${x(p)},${y(height(p))}`);
    return `<polyline class="${style}" points="${points.join(" ")}"/>`;
  };
  const { alpha, gamma, p } = settings;
  const drawn = CASES.map(({ touched, style }) => {
    const focalHeight = (at) => panel.height(at, touched, alpha, gamma);
    const bce = line(`dm-bce ${style}`, (at) => panel.height(at, touched, null, 0));
    const dot =
      focalHeight(p) > panel.highest
        ? ""
        : `<circle r="4.5" cx="${x(p)}" cy="${y(focalHeight(p))}"/>`;
    return bce + line(`dm-focal ${style}`, focalHeight) + dot;
  });
  const place = `x1="${x(p)}" x2="${x(p)}" y1="0" y2="${inner.height}"`;
  return `<line class="dm-marker" ${place}/>${drawn.join("")}`;
}

function panelSvg(panel, x, y, size, settings) {
  const inner = {
    width: size.width - EDGE.left - EDGE.right,
    height: size.height - EDGE.top - EDGE.bottom,
  };
  return (
    `<g transform="translate(${x}, ${y})">${axes(panel, inner)}` +
    `<g transform="translate(${EDGE.left}, ${EDGE.top})">` +
    `${curves(panel, inner, settings)}</g></g>`
  );
}

/** The picture as SVG text, `width` pixels wide. */
export function picture(settings, width) {
  const stacked = width < NARROW;
  const size = { width: stacked ? width : (width - 24) / 2, height: 260 };
  const panels = PANELS.map((panel, n) => {
    const x = stacked ? 0 : n * (size.width + 24);
    return panelSvg(panel, x, stacked ? n * size.height : 0, size, settings);
  });
  const height = stacked ? 2 * size.height : size.height;
  return (
    `<svg role="img" aria-label="Focal loss and BCE, and the size of their ` +
    `gradients, against the probability of a touch" width="${width}" ` +
    `height="${height}" viewBox="0 0 ${width} ${height}">${panels.join("")}</svg>`
  );
}

function legend() {
  const sample = (style) =>
    `<svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">` +
    `<line class="${style}" x1="1" x2="33" y1="5" y2="5"/></svg>`;
  const entries = ["focal", "bce"].flatMap((loss) =>
    CASES.map(({ name, style }) => {
      const title = loss === "focal" ? "focal loss" : "BCE";
      return `<li>${sample(`dm-${loss} ${style}`)} ${title}, ${name}</li>`;
    }),
  );
  return `<ul>${entries.join("")}</ul>`;
}

/** Draw the widget into its element, and again when a trait or the width changes. */
function render({ model, el }) {
  el.classList.add("dm-curves");
  el.innerHTML = `<div></div>${legend()}<p role="status" aria-live="polite"></p>`;
  const [drawing, , words] = el.children;
  let drawnWidth;
  const draw = () => {
    const settings = settingsOf(model);
    drawnWidth = drawing.clientWidth;
    drawing.innerHTML = picture(settings, Math.max(260, drawnWidth || 640));
    words.textContent = sentence(settings);
  };
  // in the next frame, for a picture that grows while it is watched is an error
  const redraw = () => drawing.clientWidth !== drawnWidth && draw();
  const watcher = new ResizeObserver(() => requestAnimationFrame(redraw));
  for (const trait of TRAITS) model.on(`change:${trait}`, draw);
  watcher.observe(el);
  draw();
  return () => {
    watcher.disconnect();
    for (const trait of TRAITS) model.off(`change:${trait}`, draw);
  };
}

export default { render };
