// Long work in short slices of time, between which the page can draw and respond.

const SLICE_MILLISECONDS = 8;

/** Resolves as soon as the browser has done what was waiting. */
export function yieldToBrowser() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Call `step()` so many times, in slices of milliseconds, and after each slice
 * `onSlice(count)`. `signal` stops it. Resolves to how often `step` was called.
 */
export async function inTimeSlices(
  times,
  step,
  { signal, onSlice, slice = SLICE_MILLISECONDS },
) {
  let count = 0;
  while (count < times && !signal.aborted) {
    const until = performance.now() + slice;
    do {
      step();
      count += 1;
    } while (count < times && performance.now() < until);
    onSlice(count);
    await yieldToBrowser();
  }
  return count;
}
