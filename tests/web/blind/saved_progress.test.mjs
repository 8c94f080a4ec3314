import assert from "node:assert/strict";
import { test } from "node:test";

import { SavedProgress } from "../../../deepmusician/widgets/web/blind/saved_progress.js";

function memoryStorage(entries = []) {
  const values = new Map(entries);
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
  };
}

function refuse() {
  throw new DOMException("denied", "SecurityError");
}

test("what was saved is there after a reload, and gone when it is cleared", () => {
  const storage = memoryStorage();
  new SavedProgress("test", storage).save({ answers: [1, 2] });
  const savedProgress = new SavedProgress("test", storage);
  assert.deepEqual(savedProgress.load(), { answers: [1, 2] });
  savedProgress.clear();
  assert.equal(savedProgress.load(), null);
  assert.ok(savedProgress.works);
});

test("a browser that saves nothing is no error, and is recognised", () => {
  const denied = { getItem: refuse, setItem: refuse, removeItem: refuse };
  for (const storage of [null, denied]) {
    const savedProgress = new SavedProgress("test", storage);
    savedProgress.save({ answers: [] });
    assert.equal(savedProgress.load(), null);
    assert.ok(!savedProgress.works);
  }
});

test("a browser whose storage is full is recognised", () => {
  const savedProgress = new SavedProgress("test", {
    ...memoryStorage(),
    setItem: refuse,
  });
  assert.equal(savedProgress.load(), null);
  assert.ok(savedProgress.works);
  savedProgress.save({});
  assert.ok(!savedProgress.works);
});

test("text that is not JSON counts as nothing, and the next test is saved", () => {
  const savedProgress = new SavedProgress("test", memoryStorage([["test", "{half"]]));
  assert.equal(savedProgress.load(), null);
  assert.ok(savedProgress.works);
});
