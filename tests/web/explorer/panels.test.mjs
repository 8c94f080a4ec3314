import assert from "node:assert/strict";
import { test } from "node:test";

import {
  focalLegend,
  focalPicture,
  panelPlaces,
} from "../../../deepmusician/widgets/web/explorer/panels.js";

const SETTINGS = { alpha: 0.25, gamma: 2, rule: "sample" };

function polylines(svg) {
  return [...svg.matchAll(/<polyline class="([^"]*)" points="([^"]*)"/g)].map(
    ([, style, points]) => ({ style, points }),
  );
}

test("losses and gradients are shown beside BCE's, and the map beside the diagonal", () => {
  const styles = polylines(focalPicture(SETTINGS, 800)).map(({ style }) => style);
  const panel = [
    "dm-bce dm-solid",
    "dm-focal dm-solid",
    "dm-bce dm-dashed",
    "dm-focal dm-dashed",
  ];
  const map = ["dm-bce dm-solid", "dm-threshold", "dm-focal dm-solid"];
  assert.deepEqual(styles, [...panel, ...panel, ...map]);
});

test("with alpha one half and gamma 0 the gradient is half of BCE's, and p is calibrated", () => {
  const settings = { ...SETTINGS, alpha: 0.5, gamma: 0 };
  const lines = polylines(focalPicture(settings, 800));
  const heights = ({ points }) =>
    points.split(" ").map((point) => 212 - 30 - Number(point.split(",")[1]));
  const [bce, focal] = [lines[4], lines[5]].map(heights);
  focal.forEach((height, n) => {
    assert.ok(Math.abs(height - bce[n] / 2) < 0.2);
  });
  const [diagonal, map] = [lines[8], lines[10]].map(heights);
  assert.ok(map.every((height, n) => Math.abs(height - diagonal[n]) < 0.2));
});

test("gamma lowers the loss of an onset at every output", () => {
  const heights = (gamma) =>
    polylines(focalPicture({ ...SETTINGS, gamma }, 800))[1]
      .points.split(" ")
      .map((point) => Number(point.split(",")[1]));
  const [low, high] = [heights(0.5).slice(-190), heights(3).slice(-190)];
  assert.ok(low.every((y, n) => y <= high[n])); // SVG counts from the top
  assert.ok(low[90] < high[90]);
});

test("no coordinate is infinite or missing at the ends of the sliders", () => {
  for (const alpha of [0.01, 0.99]) {
    for (const gamma of [0, 5]) {
      for (const rule of ["threshold", "raw_threshold", "sample"]) {
        const shown = focalPicture({ alpha, gamma, rule }, 800);
        assert.doesNotMatch(shown, /NaN|Infinity|undefined|null/);
      }
    }
  }
});

test("a narrow page stacks the panels, a wide one sets them side by side", () => {
  const column = (width) => new Set(panelPlaces(width).map(({ x }) => x)).size;
  assert.equal(column(360), 1);
  assert.equal(column(800), 3);
  const ends = panelPlaces(800).map(({ x, width }) => x + width);
  assert.equal(Math.round(ends.at(-1)), 800);
});

test("what is above a threshold is shaded; a draw has no such area", () => {
  const shaded = (rule) => /dm-above/.test(focalPicture({ ...SETTINGS, rule }, 800));
  assert.deepEqual(
    ["raw_threshold", "threshold", "raw_sample", "sample", "density"].map(shaded),
    [true, true, false, false, false],
  );
});

test("the legend names every kind of line", () => {
  for (const name of ["loss, onset", "no onset", "BCE", "threshold"]) {
    assert.match(focalLegend(), new RegExp(name));
  }
});
