import assert from "node:assert/strict";
import { test } from "node:test";

import { Dice } from "../../deepmusician/listening/web/random.js";

/** What the authors' own C code gives, seeded by their SplitMix64. */
const PUBLISHED = [
  [0, [3737715805, 2584255861, 2876756834, 3286328325, 1553311962]],
  [1, [1695105466, 1423115009, 634581793, 1068227753, 716759206]],
  [
    Number.MAX_SAFE_INTEGER,
    [1233166643, 1287031142, 661813442, 2960669951, 2601079046],
  ],
];

test("the dice fall as those of the published generator", () => {
  for (const [seed, drawn] of PUBLISHED) {
    const dice = new Dice(seed);
    assert.deepEqual(
      drawn.map(() => dice.whole()),
      drawn,
    );
  }
});

test("from the authors' state 1, 2, 3, 4 they fall as in their code", () => {
  const dice = new Dice(0);
  dice.words.set([1, 2, 3, 4]);
  const drawn = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034];
  assert.deepEqual(
    drawn.map(() => dice.whole()),
    drawn,
  );
});

test("numbers lie evenly between 0 and 1", () => {
  const dice = new Dice(5);
  const drawn = Array.from({ length: 20000 }, () => dice.next());
  assert.ok(drawn.every((number) => number >= 0 && number < 1));
  const tenths = new Array(10).fill(0);
  for (const number of drawn) tenths[Math.floor(10 * number)] += 1;
  for (const count of tenths) assert.ok(Math.abs(count - 2000) < 200);
});
