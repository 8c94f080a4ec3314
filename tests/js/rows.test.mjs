import assert from "node:assert/strict";
import { test } from "node:test";

import { Rows } from "../../deepmusician/listening/web/rows.js";

/** The payload's bytes of a weight: units, then bytes. */
function payloadOf(units, bytes) {
  const view = new DataView(new ArrayBuffer(4 * units.length + bytes.length));
  units.forEach((unit, n) => {
    view.setFloat32(4 * n, unit, true);
  });
  bytes.forEach((byte, n) => {
    view.setInt8(4 * units.length + n, byte);
  });
  return view;
}

const product = (rows, vector, start) => {
  const into = new Float64Array(rows.size);
  rows.times(vector, start, into);
  return [...into];
};

test("a coarse weight is a unit a row times whole numbers", () => {
  const numbers = [1, -2, 127, -127, 3, 0, 5, 6, 7, 8];
  const payload = payloadOf([0.5, 2, 1, 1, 0.25], numbers);
  const rows = new Rows({ shape: [5, 2], bits: 8, offset: 0 }, payload);
  assert.deepEqual(product(rows, [10, 1], [0, 0, 0, 1, 100]), [4, 2286, 30, 57, 119.5]);
  assert.equal(rows.at(4, 1), 2);
});

test("bits that 8 leave over follow them, the highest first", () => {
  const packed = [0b11110000, 0b10000000]; // 15, 0, 8: 7, -8 and 0 sixteenths
  const payload = payloadOf([16], [1, -1, 2, ...packed]);
  const rows = new Rows({ shape: [1, 3], bits: 12, offset: 0 }, payload);
  assert.deepEqual(
    [0, 1, 2].map((column) => rows.at(0, column)),
    [23, -24, 32],
  );
});

test("what a mask makes zero is not in the file, and is zero all the same", () => {
  const payload = payloadOf([1, 1, 1], [4, 5, 6]);
  const told = { shape: [3, 3], bits: 8, offset: 0, kept: [0, 1, 2] };
  const rows = new Rows(told, payload);
  const into = new Float64Array(3);
  rows.addColumn(0, into);
  assert.deepEqual([...into], [0, 4, 5]);
  assert.deepEqual([rows.at(2, 1), rows.at(2, 2), rows.at(0, 0)], [6, 0, 0]);
  assert.equal(rows.rowTimes(2, [1, 10, 100]), 65);
});
