import assert from "node:assert/strict";
import { test } from "node:test";

import {
  portableExp,
  portableLog1p,
  portableTanh,
  sigmoid,
} from "../../../deepmusician/widgets/web/page/portable_math.js";

const NUMBERS = Array.from({ length: 4001 }, (_, n) => (n - 2000) / 57);

function near(actual, expected, error = 4e-16) {
  const scale = Math.max(Math.abs(expected), Number.MIN_VALUE);
  assert.ok(
    Math.abs(actual - expected) <= error * scale,
    `${actual} is not ${expected}`,
  );
}

test("exponentials are right to the last bit or two", () => {
  for (const x of NUMBERS) near(portableExp(x), Math.exp(x));
  assert.equal(portableExp(0), 1);
});

test("exponentials of what is too large or small stay finite", () => {
  for (const x of [701, 1e9, Number.POSITIVE_INFINITY]) {
    assert.equal(portableExp(x), portableExp(700));
    assert.equal(portableExp(-x), portableExp(-700));
    assert.deepEqual([sigmoid(x), sigmoid(-x) < 1e-300], [1, true]);
    assert.deepEqual([portableTanh(x), portableTanh(-x)], [1, -1]);
  }
});

test("logarithms of one and more are right, of tiny numbers too", () => {
  for (const x of [0, 1e-300, 1e-17, 1e-9, 0.3, 1, 2.5, 1e6, 1e300]) {
    near(portableLog1p(x), Math.log1p(x));
  }
});

test("the logistic function and the tangent are those of Math", () => {
  for (const x of NUMBERS) {
    near(sigmoid(x), 1 / (1 + Math.exp(-x)));
    assert.ok(Math.abs(portableTanh(x) - Math.tanh(x)) < 4e-16);
  }
});
