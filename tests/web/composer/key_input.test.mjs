import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyTranscriber } from "../../../deepmusician/widgets/web/composer/key_input.js";

test("a transcription begins with the first quarter in which something is played", () => {
  const transcriber = new KeyTranscriber({ pace: 8, stepsPerQuarter: 4, origin: 0 });
  transcriber.down(60, 1.62); // on the beat at 1.5, one sixteenth late
  transcriber.up(60, 2.0);
  transcriber.down(64, 2.0);
  assert.deepEqual(transcriber.notes(3), [
    [1, 60, 3],
    [4, 64, 8],
  ]);
  assert.equal(transcriber.length(3.62), 16);
});

test("without a metronome, the first onset is the first beat", () => {
  const transcriber = new KeyTranscriber({ pace: 8, stepsPerQuarter: 4 });
  transcriber.down(60, 5.33);
  transcriber.down(60, 5.83); // the same key again, without a release
  transcriber.up(60, 6.08);
  transcriber.up(61, 6.08);
  assert.deepEqual(transcriber.notes(7), [
    [0, 60, 4],
    [4, 60, 2],
  ]);
});
