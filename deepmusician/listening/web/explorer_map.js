// What an output p stands for: the true probability, and where a threshold cuts.
import { curveDot, curveLine, halfLine } from "./explorer_curves.js";
import { claimFor, standsFor } from "./focal_math.js";

/** Where the threshold of one half lies, on p or on what p stands for. */
export function cutOf(rule, { alpha, gamma }) {
  if (rule === "threshold") return { p: claimFor(0.5, alpha, gamma), eta: 0.5 };
  return { p: 0.5, eta: 1 - alpha };
}

/** The outputs that a threshold lets through, as a shaded stretch; none of a draw. */
function passedStretch(rule, { p }, { width, height }) {
  if (rule !== "threshold" && rule !== "raw_threshold") return "";
  const x = (p * width).toFixed(1);
  const wide = ((1 - p) * width).toFixed(1);
  return `<rect class="dm-passed" x="${x}" y="0" width="${wide}" height="${height}"/>`;
}

/** From an output up to the map, and across to the probability that it stands for. */
function cutLines({ p, eta }, { width, height }) {
  const [x, y] = [(p * width).toFixed(1), (height * (1 - eta)).toFixed(1)];
  const points = `${x},${height} ${x},${y} 0,${y}`;
  return `<polyline class="dm-cut" points="${points}"/>`;
}

/** The threshold in numbers, on the side of its dot where there is room. */
function cutLabel({ p, eta }, { width, height }) {
  const right = p < 0.6;
  const x = p * width + (right ? 9 : -9);
  const y = height * (1 - eta) + (eta > 0.5 ? 16 : -8);
  const anchor = right ? "start" : "end";
  return (
    `<text class="dm-said" x="${x.toFixed(1)}" y="${y.toFixed(1)}" ` +
    `text-anchor="${anchor}">η = ${eta.toFixed(2)}</text>`
  );
}

function drawMap(inner, settings) {
  const { alpha, gamma, rule } = settings;
  const cut = cutOf(rule, settings);
  const line = (style, height) => curveLine(style, height, inner, 1);
  return (
    passedStretch(rule, cut, inner) +
    (cut.p === 0.5 ? "" : halfLine(inner)) +
    line("dm-bce dm-solid", (p) => p) +
    cutLines(cut, inner) +
    line("dm-focal dm-solid", (p) => standsFor(p, alpha, gamma)) +
    curveDot(cut.p, cut.eta, inner, 1) +
    cutLabel(cut, inner)
  );
}

export const MAP_PANEL = {
  title: "What p stands for",
  unit: "η",
  highest: 1,
  step: 0.25,
  draw: drawMap,
};
