import assert from "node:assert/strict";
import { test } from "node:test";

import {
  RandomGenerator,
  seedOf,
  shuffled,
} from "../../../deepmusician/widgets/web/page/random.js";

/** What the authors' own C code gives, seeded by their SplitMix64. */
const PUBLISHED = [
  [0, [3737715805, 2584255861, 2876756834, 3286328325, 1553311962]],
  [1, [1695105466, 1423115009, 634581793, 1068227753, 716759206]],
  [
    Number.MAX_SAFE_INTEGER,
    [1233166643, 1287031142, 661813442, 2960669951, 2601079046],
  ],
];

test("a seed gives the numbers of the published generator", () => {
  for (const [seed, drawn] of PUBLISHED) {
    const generator = new RandomGenerator(seed);
    assert.deepEqual(
      drawn.map(() => generator.whole()),
      drawn,
    );
  }
});

test("the authors' state 1, 2, 3, 4 gives the numbers of their code", () => {
  const generator = new RandomGenerator(0);
  generator.words.set([1, 2, 3, 4]);
  const drawn = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034];
  assert.deepEqual(
    drawn.map(() => generator.whole()),
    drawn,
  );
});

test("numbers lie evenly between 0 and 1", () => {
  const generator = new RandomGenerator(5);
  const drawn = Array.from({ length: 20000 }, () => generator.next());
  assert.ok(drawn.every((number) => number >= 0 && number < 1));
  const tenths = new Array(10).fill(0);
  for (const number of drawn) tenths[Math.floor(10 * number)] += 1;
  for (const count of tenths) assert.ok(Math.abs(count - 2000) < 200);
});

test("a text is hashed to the same seed everywhere", () => {
  assert.equal(seedOf(""), 0x811c9dc5);
  assert.equal(seedOf("a"), 0xe40c292c); // as published with FNV-1a
  assert.equal(seedOf("foobar"), 0xbf9cf968);
});

test("every order of three items is drawn as often", () => {
  const generator = new RandomGenerator(3);
  const counts = new Map();
  for (let n = 0; n < 6000; n += 1) {
    const order = shuffled("abc", generator).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150);
});
