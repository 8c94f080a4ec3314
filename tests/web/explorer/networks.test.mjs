import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import {
  Networks,
  notesOf,
  onAxis,
} from "../../../deepmusician/widgets/web/explorer/networks.js";

const GRID = { steps: 8, keys: 88, stepsPerQuarter: 4, tempo: 100 };

function cell(alpha, gamma, trained = false) {
  const rules = { sample: { nll: alpha, gain: 0.5 }, density: { nll: gamma, gain: 1 } };
  return { alpha, gamma, seed: 0, trained, rules };
}

/** Onsets at [step, key] as bits. */
function bitsOf(onsets, { steps, keys } = GRID) {
  const bits = new Uint8Array((steps * keys) / 8);
  for (const [step, key] of onsets) {
    const at = step * keys + key;
    bits[at >> 3] |= 0x80 >> (at % 8);
  }
  return bits;
}

const CELLS = [0.1, 0.5, 0.9].flatMap((alpha) =>
  [0, 1, 5].map((gamma) => cell(alpha, gamma)),
);
const NETWORKS = new Networks(CELLS, new Uint8Array(), GRID);
const nearest = (alpha, gamma, networks = NETWORKS) =>
  networks.cells[networks.nearest({ alpha, gamma })];

test("values lie on an axis at their index, others between them and beyond", () => {
  const axis = [0, 0.5, 1, 2, 5];
  assert.deepEqual(
    axis.map((value) => onAxis(axis, value)),
    [0, 1, 2, 3, 4],
  );
  assert.equal(onAxis(axis, 3.5), 3.5);
  assert.equal(onAxis(axis, 0.25), 0.5);
  assert.equal(onAxis([0.25, 0.5], 0.75), 2);
  assert.equal(onAxis([0.5], 0.5), 0);
});

test("a note is held for a quarter, or until the next onset, or until the end", () => {
  const bits = bitsOf([
    [0, 40],
    [2, 40],
    [6, 40],
    [2, 87],
  ]);
  assert.deepEqual(notesOf(bits, 0, GRID), [
    [0, 61, 2],
    [2, 61, 4],
    [2, 108, 4],
    [6, 61, 2],
  ]);
});

test("the nearest cell is the one whose square on the map holds the settings", () => {
  assert.equal(nearest(0.5, 1), CELLS[4]);
  assert.equal(nearest(0.31, 2.9), CELLS[4]);
  assert.equal(nearest(0.29, 3.1), CELLS[2]);
  assert.equal(nearest(0.01, 5), CELLS[2]);
  assert.equal(nearest(0.99, 0), CELLS[6]);
});

test("between two cells the first is taken", () => {
  assert.equal(nearest(0.3, 1), CELLS[1]);
  assert.equal(nearest(0.5, 0.5), CELLS[3]);
});

test("a network trained here is nearest where it lies, even on another", () => {
  const mine = [cell(0.33, 1.7, true), cell(0.5, 1, true)];
  const more = new Networks([...CELLS, ...mine], new Uint8Array(), GRID);
  assert.equal(nearest(0.33, 1.7, more), mine[0]);
  assert.equal(nearest(0.34, 1.8, more), mine[0]);
  assert.equal(nearest(0.5, 1, more), mine[1]);
  assert.equal(nearest(0.1, 5, more), CELLS[2]);
  assert.deepEqual(more.gammas, [0, 1, 5]); // they are no part of the grid
  assert.deepEqual(more.recorded("sample", "nll").length, CELLS.length);
});

test("each network has its own piece by each rule, read once", async () => {
  const planes = [[[0, 3]], [[1, 4]], [], [[7, 0]]].map((onsets) => bitsOf(onsets));
  const packed = deflateSync(Buffer.concat(planes));
  const traits = {
    cells: CELLS.slice(0, 2),
    planes: new DataView(packed.buffer, packed.byteOffset, packed.length),
    grid: GRID,
  };
  const networks = await Networks.read({ get: (name) => traits[name] });
  const notes = (index, rule) => networks.piece(index, rule).notes;
  assert.deepEqual(notes(0, "sample"), [[0, 24, 4]]);
  assert.deepEqual(notes(0, "density"), [[1, 25, 4]]);
  assert.deepEqual(notes(1, "sample"), []);
  assert.deepEqual(notes(1, "density"), [[7, 21, 1]]);
  assert.equal(networks.piece(1, "density"), networks.piece(1, "density"));
  const { length, tempo, gain, stepsPerQuarter } = networks.piece(0, "sample");
  assert.deepEqual([length, tempo, gain, stepsPerQuarter], [8, 100, 0.5, 4]);
  assert.equal(networks.value(1, "density", "nll"), 1);
});
