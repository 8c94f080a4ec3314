import assert from "node:assert/strict";
import { test } from "node:test";

import { pitchOfLetter } from "../../../deepmusician/widgets/web/composer/key_bed.js";

test("letters play as a piano's keys lie, in two rows", () => {
  const pitches = ["KeyZ", "KeyS", "KeyM", "KeyQ", "Digit2", "KeyP"].map(pitchOfLetter);
  assert.deepEqual(pitches, [48, 49, 59, 60, 61, 76]);
  assert.equal(pitchOfLetter("Space"), undefined);
});
