import assert from "node:assert/strict";
import { test } from "node:test";

import { wavOf } from "../../../deepmusician/widgets/web/page/wav_file.js";

test("a WAV file says what it holds, and holds each sample in two bytes", () => {
  const bytes = wavOf(Float32Array.of(0, 0.5, -1), 22050);
  const text = (at, count) => String.fromCharCode(...bytes.subarray(at, at + count));
  const view = new DataView(bytes.buffer);
  assert.deepEqual([text(0, 4), text(8, 8), text(36, 4)], ["RIFF", "WAVEfmt ", "data"]);
  assert.deepEqual(
    [4, 16, 24, 28, 40].map((at) => view.getUint32(at, true)),
    [bytes.length - 8, 16, 22050, 44100, 6],
  );
  assert.deepEqual(
    [20, 22, 32, 34].map((at) => view.getUint16(at, true)),
    [1, 1, 2, 16],
  );
  assert.deepEqual(
    [44, 46, 48].map((at) => view.getInt16(at, true)),
    [0, 16384, -32767],
  );
});

test("a sound that goes beyond full level is made softer, and none louder", () => {
  const samples = (sound) => new Int16Array(wavOf(sound, 8000).buffer, 44);
  assert.deepEqual([...samples(Float32Array.of(2, -1, 0))], [32767, -16383, 0]);
  assert.deepEqual([...samples(Float32Array.of(0.1))], [3277]);
  assert.equal(samples(new Float32Array(0)).length, 0);
});
