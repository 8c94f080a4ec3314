import assert from "node:assert/strict";
import { test } from "node:test";

import { Keeper } from "../../deepmusician/listening/web/keeping.js";

function shelf(entries = []) {
  const kept = new Map(entries);
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

function refuse() {
  throw new DOMException("denied", "SecurityError");
}

test("what was kept is there after a reload, and gone when it is forgotten", () => {
  const storage = shelf();
  new Keeper("test", storage).save({ answers: [1, 2] });
  const keeper = new Keeper("test", storage);
  assert.deepEqual(keeper.load(), { answers: [1, 2] });
  keeper.forget();
  assert.equal(keeper.load(), null);
  assert.ok(keeper.works);
});

test("a browser that keeps nothing is no error, and says so", () => {
  const denied = { getItem: refuse, setItem: refuse, removeItem: refuse };
  for (const storage of [null, denied]) {
    const keeper = new Keeper("test", storage);
    keeper.save({ answers: [] });
    assert.equal(keeper.load(), null);
    assert.ok(!keeper.works);
  }
});

test("a browser whose storage is full says so", () => {
  const keeper = new Keeper("test", { ...shelf(), setItem: refuse });
  assert.equal(keeper.load(), null);
  assert.ok(keeper.works);
  keeper.save({});
  assert.ok(!keeper.works);
});

test("text that is no JSON is nothing, and the next test is kept", () => {
  const keeper = new Keeper("test", shelf([["test", "{half"]]));
  assert.equal(keeper.load(), null);
  assert.ok(keeper.works);
});
