import assert from "node:assert/strict";
import { test } from "node:test";

import { inTimeSlices } from "../../../deepmusician/widgets/web/page/time_slices.js";

test("long work is cut into slices, and can be stopped between them", async () => {
  const work = new AbortController();
  const slow = () => {
    for (const end = performance.now() + 3; performance.now() < end; );
  };
  const counts = [];
  const made = await inTimeSlices(20, slow, {
    signal: work.signal,
    slice: 6,
    onSlice: (count) => {
      counts.push(count);
      if (count >= 8) work.abort();
    },
  });
  assert.ok(made >= 8 && made < 12 && counts.length >= 3);
  const all = await inTimeSlices(5, () => {}, {
    signal: new AbortController().signal,
    onSlice() {},
  });
  assert.equal(all, 5);
});
