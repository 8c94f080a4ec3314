// The focal loss and its pull on the logit, drawn against the network's output p.
import { focal, pull } from "./focal_math.js";

const POINTS = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);
const CASES = [
  { touched: true, style: "dm-solid" },
  { touched: false, style: "dm-dashed" },
];

/** A line through the points of a function of p that lie inside a panel. */
export function curveLine(style, height, { width, height: tall }, highest) {
  const inside = POINTS.filter((p) => height(p) <= highest);
  const points = inside.map((p) => {
    const y = tall * (1 - height(p) / highest);
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

/** The upright line at p = 1/2, where a raw output is cut. */
export function halfLine({ width, height }) {
  const x = (width / 2).toFixed(1);
  return `<line class="dm-cut" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
}

function drawLosses(inner, { alpha, gamma }, { highest, value }) {
  const drawn = CASES.map(({ touched, style }) => {
    const height = (p) => value(p, touched, alpha, gamma);
    const bce = (p) => value(p, touched, null, 0);
    return (
      curveLine(`dm-bce ${style}`, bce, inner, highest) +
      curveLine(`dm-focal ${style}`, height, inner, highest) +
      curveDot(0.5, height(0.5), inner, highest)
    );
  });
  return halfLine(inner) + drawn.join("");
}

export const FOCAL_PANELS = [
  {
    title: "Loss",
    unit: "nats",
    highest: 4,
    step: 1,
    value: focal,
    draw: drawLosses,
  },
  {
    title: "Pull on the logit",
    unit: "gradient",
    highest: 1.4,
    step: 0.2,
    value: (...cell) => Math.abs(pull(...cell)),
    draw: drawLosses,
  },
];
