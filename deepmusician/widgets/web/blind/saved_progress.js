// What a browser saves of a test for a reload; some save nothing, and it shows.

/** The browser's storage, null where it is forbidden: even access can be an error. */
function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** One value saved under a key. `works`: whether the last access succeeded. */
export class SavedProgress {
  constructor(key, storage = browserStorage()) {
    this.key = key;
    this.storage = storage;
    this.works = storage !== null;
  }

  /** What was saved; null if there is nothing, or nothing that can be read. */
  load() {
    return this.attempt(() => JSON.parse(this.storage.getItem(this.key)));
  }

  save(value) {
    this.attempt(() => this.storage.setItem(this.key, JSON.stringify(value)));
  }

  clear() {
    this.attempt(() => this.storage.removeItem(this.key));
  }

  attempt(act) {
    if (!this.storage) return null;
    try {
      const result = act();
      this.works = true;
      return result;
    } catch (error) {
      this.works = error instanceof SyntaxError; // the storage itself did work
      return null;
    }
  }
}
