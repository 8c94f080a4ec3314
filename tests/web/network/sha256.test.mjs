import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { sha256 } from "../../../deepmusician/widgets/web/network/sha256.js";

const hex = (bytes) => Buffer.from(bytes).toString("hex");

test("the sum of abc is that of the standard", () => {
  const sum = hex(sha256(new TextEncoder().encode("abc")));
  assert.equal(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("sums of every length are those of Node, wherever the bytes lie", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, n) => (n * 151) % 256);
  for (let length = 0; length < 270; length += 1) {
    const part = bytes.subarray(3, 3 + length);
    const wanted = createHash("sha256").update(part).digest("hex");
    assert.equal(hex(sha256(part)), wanted);
  }
});
