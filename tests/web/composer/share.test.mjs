import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST_SETTINGS } from "../../../deepmusician/widgets/web/composer/settings.js";
import {
  packNotes,
  sharedTake,
  shareText,
  unpackNotes,
} from "../../../deepmusician/widgets/web/composer/share.js";
import { beginningOf, GRID } from "../support/beginnings.mjs";

const SETTINGS = { ...FIRST_SETTINGS, length: 4, seed: 42 };

test("a link brings back settings, beginning and network", () => {
  const beginning = beginningOf(
    [
      [0, 21, 96],
      [0, 60, 4],
      [3, 108, 1],
      [95, 64, 1],
    ],
    "BWV 4.8, “Jesu”",
  );
  const settings = {
    ...SETTINGS,
    rule: "threshold",
    threshold: 0.25,
    temperature: 1.1,
  };
  const text = shareText({ settings, beginning, network: "ab12" });
  assert.match(text, /^[\w=&%.+*-]+$/);
  const back = sharedTake(`#${text}`, GRID);
  assert.deepEqual(back.settings, settings);
  assert.deepEqual(back.beginning.notes, beginning.notes);
  assert.deepEqual([back.beginning.name, back.network], [beginning.name, "ab12"]);
});

test("a link is written as it was when readers first shared them", () => {
  const beginning = beginningOf(
    [
      [0, 21, 96],
      [0, 60, 4],
      [3, 108, 1],
      [95, 64, 1],
    ],
    "BWV 4.8",
  );
  const settings = { ...SETTINGS, length: 192, rule: "threshold", threshold: 0.25 };
  assert.equal(
    shareText({ settings, beginning, network: "ab12" }),
    "take=1&length=192&temperature=1&threshold=0.25&seed=42&tempo=100&rule=threshold" +
      "&network=ab12&beginning=AABgACcEA1cBXCsB&name=BWV+4.8",
  );
});

test("a link without a beginning starts in silence", () => {
  const take = { settings: SETTINGS, beginning: beginningOf([]), network: "" };
  const back = sharedTake(shareText(take), GRID);
  assert.deepEqual([back.beginning.notes, back.beginning.name], [[], ""]);
});

test("other addresses are no takes, and broken links say what is wrong", () => {
  assert.equal(sharedTake("", GRID), null);
  assert.equal(sharedTake("#a-heading", GRID), null);
  const whole = shareText({
    settings: SETTINGS,
    beginning: beginningOf([]),
    network: "",
  });
  assert.throws(() => sharedTake("take=1&length=192", GRID), /incomplete: The /);
  const endless = whole.replace("length=4", "length=1e9");
  assert.throws(() => sharedTake(endless, GRID), /from 1 to 50,000\.$/);
  assert.throws(() => sharedTake(whole.replace("take=1", "take=9"), GRID), /version/);
  for (const notes of ["%", "AAA", "AP8B", "gICAgICAgIA"]) {
    assert.throws(() => sharedTake(`${whole}&beginning=${notes}`, GRID), /incomplete/);
  }
});

test("notes survive the way through an address, whatever they are", () => {
  let state = 7;
  const random = (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let trial = 0; trial < 200; trial += 1) {
    const notes = Array.from({ length: random(60) }, () => [
      random(400),
      21 + random(88),
      1 + random(300),
    ]).sort((one, other) => one[0] - other[0]);
    assert.deepEqual(unpackNotes(packNotes(notes)), notes);
  }
});
