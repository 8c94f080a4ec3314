import assert from "node:assert/strict";
import { test } from "node:test";

import { QuantisedWeight } from "../../../deepmusician/widgets/web/network/quantised_weight.js";

const weightOf = (columns, numbers, scales) =>
  new QuantisedWeight(columns, Int16Array.from(numbers), Float64Array.from(scales));

const product = (weight, vector, start) => {
  const into = new Float64Array(weight.size);
  weight.times(vector, start, into);
  return [...into];
};

test("a weight is a scale per row times whole numbers", () => {
  const numbers = [1, -2, 127, -127, 3, 0, 5, 6, 32767, 8];
  const weight = weightOf(2, numbers, [0.5, 2, 1, 1, 0.25]);
  assert.deepEqual(
    product(weight, [10, 1], [0, 0, 0, 1, 100]),
    [4, 2286, 30, 57, 82019.5],
  );
  assert.equal(weight.at(4, 1), 2);
});

test("the zeros at a row's end, as of a mask, are not counted", () => {
  const weight = weightOf(3, [0, 0, 0, 4, 0, 0, 5, 6, 0], [1, 1, 1]);
  const into = new Float64Array(3);
  weight.addColumn(0, into);
  assert.deepEqual([...into], [0, 4, 5]);
  assert.deepEqual([...weight.rowLengths], [0, 1, 2]);
  assert.equal(weight.rowTimes(2, [1, 10, 100]), 65);
});
