// The focal loss and its gradient, drawn against the network's output p.
import { focalGradient, focalLoss } from "../page/focal_math.js";

const POINTS = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);
const OUTCOMES = [
  { isOnset: true, style: "dm-solid" },
  { isOnset: false, style: "dm-dashed" },
];

/** A line through the points of a function of p that lie inside a panel. */
export function curveLine(style, height, { width, height: panelHeight }, highest) {
  const inside = POINTS.filter((p) => height(p) <= highest);
  const points = inside.map((p) => {
    const y = panelHeight * (1 - height(p) / highest);
    return `${(p * width).toFixed(1)},${y.toFixed(1)}`;
  });
  return `<polyline class="${style}" points="${points.join(" ")}"/>`;
}

/** A dot at (p, value), nothing where that lies above the panel. */
export function curveDot(p, value, { width, height }, highest) {
  if (value > highest) return "";
  const y = height * (1 - value / highest);
  return `<circle r="4.5" cx="${(p * width).toFixed(1)}" cy="${y.toFixed(1)}"/>`;
}

/** The vertical line at p = 1/2, the threshold on raw outputs. */
export function halfLine({ width, height }) {
  const x = (width / 2).toFixed(1);
  return `<line class="dm-threshold" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
}

function drawLosses(inner, { alpha, gamma }, { highest, value }) {
  const curves = OUTCOMES.map(({ isOnset, style }) => {
    const height = (p) => value(p, isOnset, alpha, gamma);
    const bce = (p) => value(p, isOnset, null, 0);
    return (
      curveLine(`dm-bce ${style}`, bce, inner, highest) +
      curveLine(`dm-focal ${style}`, height, inner, highest) +
      curveDot(0.5, height(0.5), inner, highest)
    );
  });
  return halfLine(inner) + curves.join("");
}

export const LOSS_PANELS = [
  {
    title: "Loss",
    unit: "nats",
    highest: 4,
    step: 1,
    value: focalLoss,
    draw: drawLosses,
  },
  {
    title: "Gradient size",
    unit: "w.r.t. the logit",
    highest: 1.4,
    step: 0.2,
    value: (...cell) => Math.abs(focalGradient(...cell)),
    draw: drawLosses,
  },
];
