// The true probability that an output p corresponds to, and where thresholds lie.

import { focalOutput, focalProbability } from "../page/focal_math.js";
import { curveDot, curveLine, halfLine } from "./curves.js";

/** Where the threshold of one half lies, on p or on the true probability. */
export function thresholdPoint(rule, { alpha, gamma }) {
  if (rule === "threshold") return { p: focalOutput(0.5, alpha, gamma), eta: 0.5 };
  return { p: 0.5, eta: 1 - alpha };
}

/** The outputs above a threshold, as a shaded area; nothing for a draw. */
function shadedArea(rule, { p }, { width, height }) {
  if (rule !== "threshold" && rule !== "raw_threshold") return "";
  const x = (p * width).toFixed(1);
  const across = ((1 - p) * width).toFixed(1);
  return `<rect class="dm-above" x="${x}" y="0" width="${across}" height="${height}"/>`;
}

/** From an output up to the curve, and across to its true probability. */
function thresholdLines({ p, eta }, { width, height }) {
  const [x, y] = [(p * width).toFixed(1), (height * (1 - eta)).toFixed(1)];
  const points = `${x},${height} ${x},${y} 0,${y}`;
  return `<polyline class="dm-threshold" points="${points}"/>`;
}

/** The threshold in numbers, on the side of its dot where there is room. */
function thresholdLabel({ p, eta }, { width, height }) {
  const right = p < 0.6;
  const x = p * width + (right ? 9 : -9);
  const y = height * (1 - eta) + (eta > 0.5 ? 16 : -8);
  const anchor = right ? "start" : "end";
  return (
    `<text class="dm-value" x="${x.toFixed(1)}" y="${y.toFixed(1)}" ` +
    `text-anchor="${anchor}">η = ${eta.toFixed(2)}</text>`
  );
}

function drawCalibration(inner, settings) {
  const { alpha, gamma, rule } = settings;
  const threshold = thresholdPoint(rule, settings);
  const line = (style, height) => curveLine(style, height, inner, 1);
  return (
    shadedArea(rule, threshold, inner) +
    (threshold.p === 0.5 ? "" : halfLine(inner)) +
    line("dm-bce dm-solid", (p) => p) +
    thresholdLines(threshold, inner) +
    line("dm-focal dm-solid", (p) => focalProbability(p, alpha, gamma)) +
    curveDot(threshold.p, threshold.eta, inner, 1) +
    thresholdLabel(threshold, inner)
  );
}

export const CALIBRATION_PANEL = {
  title: "True probability",
  unit: "η",
  highest: 1,
  step: 0.25,
  draw: drawCalibration,
};
