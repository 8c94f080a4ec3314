// Where widgets wait for the library of their edition, and the library answers.

/** Where the stub of every widget waits for this library. */
export function shelf(edition) {
  globalThis.deepMusician ??= {};
  const kept = globalThis.deepMusician;
  kept[edition] ??= {};
  const mine = kept[edition];
  mine.ready ??= new Promise((resolve) => {
    mine.resolve = resolve;
  });
  return mine;
}
