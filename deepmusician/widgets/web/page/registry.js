// Where widgets wait for the library of their edition.

/** The entry of an edition: `ready` resolves to what `resolve` is called with. */
export function registryEntry(edition) {
  globalThis.deepMusician ??= {};
  const entries = globalThis.deepMusician;
  entries[edition] ??= {};
  const entry = entries[edition];
  entry.ready ??= new Promise((resolve) => {
    entry.resolve = resolve;
  });
  return entry;
}
