import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answersName,
  answersOf,
  byComposer,
  scoredRows,
} from "../../../deepmusician/widgets/web/blind/answers.js";
import { deckOf } from "../support/blind_deck.mjs";
import { finishedTest } from "../support/finished_test.mjs";

const DECK = deckOf();

test("the file has a row for each piece, with practice marked", () => {
  const file = answersOf(DECK, finishedTest(DECK));
  assert.equal(file.trials.length, 22);
  assert.deepEqual(
    file.trials.map(({ practice }) => practice),
    [true, true, ...Array(20).fill(false)],
  );
  const { excerpt, ...rest } = file.trials.find(({ origin }) => origin === "machine");
  assert.match(excerpt, /^(model|baseline)-/);
  assert.deepEqual(Object.keys(rest).sort(), [
    "answer",
    "composer",
    "confidence",
    "listenings",
    "origin",
    "practice",
    "seconds",
  ]);
  assert.deepEqual(
    [file.version, file.consent, file.training, file.before],
    [1, true, "years", false],
  );
  assert.equal(file.build.preset, "quick");
});

test("the file is named after the test", () => {
  assert.equal(answersName(finishedTest(DECK)), "blind-test-0123456789abcdef.json");
});

test("a model and a baseline are machines, and practice does not count", () => {
  const rows = scoredRows(DECK, finishedTest(DECK));
  assert.equal(rows.length, 20);
  assert.equal(rows.filter(({ isRight }) => isRight).length, 10);
  assert.equal(rows.filter(({ origin }) => origin === "machine").length, 10);
});

test("who was taken for human is counted per composer, humans first", () => {
  const state = finishedTest(DECK, (id) =>
    id.startsWith("model") ? "machine" : "human",
  );
  assert.deepEqual(
    byComposer(scoredRows(DECK, state)).map(({ composer, count, human }) => [
      composer,
      count,
      human,
    ]),
    [
      ["Bach", 10, 10],
      ["network", 8, 0],
      ["coin", 2, 2],
    ],
  );
});
