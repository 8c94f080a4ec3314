// What a browser keeps of a test for a reload; some keep nothing, and then say so.

/** The browser's storage, null where it is forbidden: even to ask can be an error. */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** Keeps one value under a key. `works` tells whether the last time it could. */
export class Keeper {
  constructor(key, storage = browserStorage()) {
    this.key = key;
    this.storage = storage;
    this.works = storage !== null;
  }

  /** What was kept; null if it is nothing, or nothing that can be read. */
  load() {
    return this.tried(() => JSON.parse(this.storage.getItem(this.key)));
  }

  save(value) {
    this.tried(() => this.storage.setItem(this.key, JSON.stringify(value)));
  }

  forget() {
    this.tried(() => this.storage.removeItem(this.key));
  }

  tried(act) {
    if (!this.storage) return null;
    try {
      const found = act();
      this.works = true;
      return found;
    } catch (error) {
      this.works = error instanceof SyntaxError; // broken text is no broken storage
      return null;
    }
  }
}
