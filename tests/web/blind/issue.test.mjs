import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf } from "../../../deepmusician/widgets/web/blind/answers.js";
import { issueText, newIssue } from "../../../deepmusician/widgets/web/blind/issue.js";
import { deckOf } from "../support/blind_deck.mjs";
import { finishedTest } from "../support/finished_test.mjs";

const REPOSITORY = "https://github.com/owner/book";
const DECK = deckOf();
const ANSWERS = answersOf(DECK, finishedTest(DECK));

test("a whole test fits into the address of an issue, with every answer", () => {
  const { address, text, isWhole } = newIssue(REPOSITORY, ANSWERS);
  assert.equal(isWhole, true);
  assert.ok(address.length <= 7000, `${address.length} characters`);
  const { origin, pathname, searchParams } = new URL(address);
  assert.equal(`${origin}${pathname}`, `${REPOSITORY}/issues/new`);
  assert.equal(searchParams.get("title"), "Answers to the blind test");
  assert.equal(searchParams.get("body"), text);
  const [, json] = text.match(/```json\n(.*)\n```/);
  assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(ANSWERS)));
});

test("where the address would grow too long, the text is left to be pasted", () => {
  const [trial] = ANSWERS.trials;
  const long = { ...ANSWERS, trials: Array(60).fill(trial) };
  const { address, text, isWhole } = newIssue(REPOSITORY, long);
  assert.equal(isWhole, false);
  assert.equal(text, issueText(long));
  assert.equal(
    new URL(address).searchParams.get("body"),
    "Paste your answers in place of this line.",
  );
});
