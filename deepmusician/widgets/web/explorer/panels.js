// The explorer's plots side by side, all of them against p, the network's output.

import { CALIBRATION_PANEL } from "./calibration.js";
import { LOSS_PANELS } from "./curves.js";

const PANELS = [...LOSS_PANELS, CALIBRATION_PANEL];
const PANEL_EDGE = { left: 34, right: 8, top: 30, bottom: 38 };
const PANEL_GAP = 20;
const PANEL_HEIGHT = { beside: 250, stacked: 215 };
const NARROW = 540; // pixels, below which the panels stand one above the other

function panelText(x, y, text, extra = "") {
  return `<text x="${x}" y="${y}" ${extra}>${text}</text>`;
}

function panelAxes({ title, unit, highest, step }, inner) {
  const { left, top } = PANEL_EDGE;
  const lines = [];
  for (let n = 0; n * step <= highest + 1e-9; n += 1) {
    const y = top + inner.height * (1 - (n * step) / highest);
    const ends = `x1="${left}" x2="${left + inner.width}" y1="${y}" y2="${y}"`;
    lines.push(`<line class="dm-grid" ${ends}/>`);
    const value = Number((n * step).toFixed(2));
    lines.push(panelText(left - 6, y + 4, value, 'text-anchor="end"'));
  }
  const foot = top + inner.height + 16;
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    const at = left + p * inner.width;
    lines.push(panelText(at, foot, p, 'text-anchor="middle"'));
  }
  const middle = left + inner.width / 2;
  lines.push(panelText(middle, foot + 17, "output p", 'text-anchor="middle"'));
  const heading = `${title}<tspan class="dm-unit" dx="6">${unit}</tspan>`;
  lines.push(panelText(0, 15, heading, 'class="dm-title"'));
  return lines.join("");
}

function panelSvg(panel, { x, y, width, height }, settings) {
  const { left, right, top, bottom } = PANEL_EDGE;
  const inner = { width: width - left - right, height: height - top - bottom };
  return (
    `<g transform="translate(${x}, ${y})">${panelAxes(panel, inner)}` +
    `<g transform="translate(${left}, ${top})">` +
    `${panel.draw(inner, settings, panel)}</g></g>`
  );
}

/** Where each panel lies in a picture `width` pixels wide. */
export function panelPlaces(width) {
  const stacked = width < NARROW;
  const height = stacked ? PANEL_HEIGHT.stacked : PANEL_HEIGHT.beside;
  const share = (width - PANEL_GAP * (PANELS.length - 1)) / PANELS.length;
  return PANELS.map((_, n) =>
    stacked
      ? { x: 0, y: n * (height + PANEL_GAP), width, height }
      : { x: n * (share + PANEL_GAP), y: 0, width: share, height },
  );
}

/** The pictures as SVG text, `width` pixels wide. `settings`: alpha, gamma, rule. */
export function focalPicture(settings, width) {
  const places = panelPlaces(width);
  const height = Math.max(...places.map((place) => place.y + place.height));
  const panels = PANELS.map((panel, n) => panelSvg(panel, places[n], settings));
  return (
    `<svg role="img" aria-label="Focal loss and BCE, the size of their gradients, and ` +
    `the true probability, all plotted against the output" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `${panels.join("")}</svg>`
  );
}

/** The legend of the plots, as HTML. */
export function focalLegend() {
  const line = (style) =>
    `<svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">` +
    `<line class="${style}" x1="1" x2="33" y1="5" y2="5"/></svg>`;
  const entries = {
    "dm-focal dm-solid": "focal loss, onset",
    "dm-focal dm-dashed": "focal loss, no onset",
    "dm-bce dm-solid": "BCE",
    "dm-threshold": "threshold",
  };
  const items = Object.entries(entries).map(
    ([style, name]) => `<li>${line(style)} ${name}</li>`,
  );
  return `<ul class="dm-legend">${items.join("")}</ul>`;
}
