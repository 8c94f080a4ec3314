import assert from "node:assert/strict";
import { test } from "node:test";

import { QuantisedWeight } from "../../../deepmusician/widgets/web/network/quantised_weight.js";

/** The payload's bytes of a weight: scales, then bytes. */
function payloadOf(scales, bytes) {
  const view = new DataView(new ArrayBuffer(4 * scales.length + bytes.length));
  scales.forEach((scale, n) => {
    view.setFloat32(4 * n, scale, true);
  });
  bytes.forEach((byte, n) => {
    view.setInt8(4 * scales.length + n, byte);
  });
  return view;
}

const product = (weight, vector, start) => {
  const into = new Float64Array(weight.size);
  weight.times(vector, start, into);
  return [...into];
};

test("a coarse weight is a scale per row times whole numbers", () => {
  const numbers = [1, -2, 127, -127, 3, 0, 5, 6, 7, 8];
  const payload = payloadOf([0.5, 2, 1, 1, 0.25], numbers);
  const weight = new QuantisedWeight({ shape: [5, 2], bits: 8, offset: 0 }, payload);
  assert.deepEqual(
    product(weight, [10, 1], [0, 0, 0, 1, 100]),
    [4, 2286, 30, 57, 119.5],
  );
  assert.equal(weight.at(4, 1), 2);
});

test("bits that 8 leave over follow them, the highest first", () => {
  const packed = [0b11110000, 0b10000000]; // 15, 0, 8: 7, -8 and 0 sixteenths
  const payload = payloadOf([16], [1, -1, 2, ...packed]);
  const weight = new QuantisedWeight({ shape: [1, 3], bits: 12, offset: 0 }, payload);
  assert.deepEqual(
    [0, 1, 2].map((column) => weight.at(0, column)),
    [23, -24, 32],
  );
});

test("what a mask makes zero is not in the file, and is zero nevertheless", () => {
  const payload = payloadOf([1, 1, 1], [4, 5, 6]);
  const entry = { shape: [3, 3], bits: 8, offset: 0, kept: [0, 1, 2] };
  const weight = new QuantisedWeight(entry, payload);
  const into = new Float64Array(3);
  weight.addColumn(0, into);
  assert.deepEqual([...into], [0, 4, 5]);
  assert.deepEqual([weight.at(2, 1), weight.at(2, 2), weight.at(0, 0)], [6, 0, 0]);
  assert.equal(weight.rowTimes(2, [1, 10, 100]), 65);
});
