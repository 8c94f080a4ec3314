// Long work in short slices, between which the page can draw and hear its reader.

const WORK_SLICE = 8; // milliseconds of work at a time

/** Resolves as soon as the browser has done what waited. */
export function breath() {
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
 * Do `step()` so many times, in slices; after each slice call `done(count)`. `signal`
 * stops it. Resolves to how often it was done.
 */
export async function inSlices(times, step, { signal, done, slice = WORK_SLICE }) {
  let count = 0;
  while (count < times && !signal.aborted) {
    const until = performance.now() + slice;
    do {
      step();
      count += 1;
    } while (count < times && performance.now() < until);
    done(count);
    await breath();
  }
  return count;
}
