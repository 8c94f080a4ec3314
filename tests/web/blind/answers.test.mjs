import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answersName,
  answersOf,
  byComposer,
  scoredRows,
} from "../../../deepmusician/widgets/web/blind/answers.js";
import {
  answered,
  begun,
  chosen,
  consented,
  introduced,
  listened,
  newTest,
  stageOf,
} from "../../../deepmusician/widgets/web/blind/trials.js";
import { deckOf } from "../support/blind_deck.mjs";

const DECK = deckOf();

/** A test by somebody who calls everything human. */
export function finished(answer = () => "human") {
  const about = { training: "years", before: false };
  let state = introduced(consented(newTest(DECK, "0123456789abcdef"), 0), about);
  while (stageOf(state) !== "results") {
    if (stageOf(state) === "ready") state = begun(state);
    const id = state.order[state.answers.length];
    const choice = { answer: answer(id), confidence: 3 };
    state = answered(chosen(listened(state, 0), choice), 9000);
  }
  return state;
}

test("the file has a row for each piece, with practice marked", () => {
  const file = answersOf(DECK, finished());
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
  assert.equal(answersName(finished()), "blind-test-0123456789abcdef.json");
});

test("a model and a baseline are machines, and practice does not count", () => {
  const rows = scoredRows(DECK, finished());
  assert.equal(rows.length, 20);
  assert.equal(rows.filter(({ isRight }) => isRight).length, 10);
  assert.equal(rows.filter(({ origin }) => origin === "machine").length, 10);
});

test("who was taken for human is counted per composer, humans first", () => {
  const state = finished((id) => (id.startsWith("model") ? "machine" : "human"));
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
