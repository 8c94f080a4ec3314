import assert from "node:assert/strict";
import { test } from "node:test";

import {
  answered,
  begun,
  canAnswer,
  canListen,
  chosen,
  consented,
  drawTest,
  introduced,
  isTestOf,
  listened,
  newTest,
  placeOf,
  stageOf,
  testName,
} from "../../../deepmusician/widgets/web/blind/trials.js";
import { deckOf } from "../support/blind_deck.mjs";

const DECK = deckOf();
const SEEDS = Array.from({ length: 500 }, (_, n) => `test ${n}`);
const LISTENER = { training: "some", before: false };

function partOf(id) {
  return id.split("-")[0];
}

/** A test whose listener has come to the first piece of the practice. */
function atPractice(name = "a test") {
  return introduced(consented(newTest(DECK, name), 0), LISTENER);
}

function judge(state, choice = { answer: "human", confidence: 2 }, now = 20000) {
  return answered(chosen(listened(state, 1000), choice), now);
}

function atPiece(count) {
  let state = atPractice();
  for (let n = 0; n < 2 + count; n += 1) {
    if (stageOf(state) === "ready") state = begun(state);
    state = judge(state);
  }
  return state;
}

test("every test has ten human pieces, eight of the model, two of the baseline", () => {
  for (const seed of SEEDS) {
    const counts = { human: 0, model: 0, baseline: 0 };
    const { trials } = drawTest(DECK, seed);
    for (const id of trials) counts[partOf(id)] += 1;
    assert.deepEqual(counts, { human: 10, model: 8, baseline: 2 });
    assert.equal(new Set(trials).size, 20);
  }
});

test("practice has one piece of each kind, and none of them comes back", () => {
  for (const seed of SEEDS) {
    const { practice, trials } = drawTest(DECK, seed);
    assert.deepEqual([...practice].sort(), ["human-0", "model-0"]);
    assert.ok(!trials.some((id) => practice.includes(id)));
  }
});

test("every place is as often human as not, and every piece comes as often", () => {
  const places = Array(20).fill(0);
  const drawn = new Map();
  for (const seed of SEEDS) {
    for (const [place, id] of drawTest(DECK, seed).trials.entries()) {
      places[place] += partOf(id) === "human" ? 1 : 0;
      drawn.set(id, (drawn.get(id) ?? 0) + 1);
    }
  }
  // 500 draws at one half: five standard deviations are 56
  for (const count of places) assert.ok(Math.abs(count - 250) < 56, places);
  for (const [id, count] of drawn) {
    const expected = { human: 10 / 13, model: 8 / 11, baseline: 2 / 4 }[partOf(id)];
    assert.ok(Math.abs(count - 500 * expected) < 56, `${id}: ${count}`);
  }
  assert.equal(drawn.size, 13 + 11 + 4);
});

test("the name of a test decides its order, and another name another order", () => {
  assert.deepEqual(drawTest(DECK, "one"), drawTest(DECK, "one"));
  const orders = new Set(SEEDS.map((seed) => drawTest(DECK, seed).trials.join()));
  assert.equal(orders.size, SEEDS.length);
});

test("the order of a name is the same as ever, for a test is resumed by it", () => {
  const { practice, trials } = drawTest(DECK, "0123456789abcdef");
  assert.deepEqual(practice, ["human-0", "model-0"]);
  assert.equal(
    trials.join(" "),
    "model-5 model-10 model-4 model-1 human-4 human-9 human-5 model-6 model-3 " +
      "human-6 human-8 model-7 model-9 human-10 human-11 human-3 human-2 " +
      "baseline-2 human-7 baseline-3",
  );
});

test("every new test has a name of its own, long enough for the schema", () => {
  const names = new Set(Array.from({ length: 50 }, testName));
  assert.equal(names.size, 50);
  for (const name of names) assert.match(name, /^[0-9a-f]{16}$/);
});

test("a test goes from consent through practice to the pieces that count", () => {
  let state = newTest(DECK, "a test");
  assert.equal(stageOf(state), "consent");
  state = consented(state, Date.UTC(2026, 0, 1));
  assert.equal(state.started, "2026-01-01T00:00:00.000Z");
  assert.equal(stageOf(state), "about");
  state = introduced(state, LISTENER);
  assert.equal(stageOf(state), "practice");
  assert.deepEqual(placeOf(state), { id: state.order[0], number: 1, of: 2 });
  state = judge(judge(state));
  assert.equal(stageOf(state), "ready");
  state = begun(state);
  assert.equal(stageOf(state), "trial");
  assert.deepEqual(placeOf(state), { id: state.order[2], number: 1, of: 20 });
  for (let n = 0; n < 19; n += 1) state = judge(state);
  assert.deepEqual([stageOf(state), state.finished], ["trial", null]);
  state = judge(state, undefined, Date.UTC(2026, 0, 2));
  assert.deepEqual([stageOf(state), state.answers.length], ["results", 22]);
  assert.equal(state.finished, "2026-01-02T00:00:00.000Z");
});

test("a piece can be heard twice and not more", () => {
  let state = atPractice();
  assert.ok(canListen(state));
  state = listened(listened(state, 1000), 5000);
  assert.deepEqual([state.heard, canListen(state)], [2, false]);
  assert.equal(listened(state), state);
  assert.equal(judge(state).answers[0].listenings, 2);
  assert.ok(canListen(judge(state))); // the next one is new
});

test("nothing can be answered before it was heard, or only in part", () => {
  const state = atPractice();
  assert.equal(chosen(state, { answer: "human" }), state);
  assert.equal(answered(state), state);
  const half = chosen(listened(state), { answer: "machine" });
  assert.ok(!canAnswer(half));
  assert.equal(answered(half), half);
  assert.ok(canAnswer(chosen(half, { confidence: 4 })));
});

test("a choice can be changed until it is sent, and the time is recorded", () => {
  let state = listened(atPractice(), 1000);
  state = chosen(state, { answer: "machine", confidence: 4 });
  state = answered(chosen(state, { answer: "human", confidence: 1 }), 13500);
  assert.deepEqual(state.answers, [
    { answer: "human", confidence: 1, listenings: 1, seconds: 12.5 },
  ]);
  assert.equal(state.answer, null);
});

test("a test that was saved as text continues where it was, at any piece", () => {
  for (const count of [-2, -1, 0, 7, 19]) {
    const state = listened(atPiece(count), 1000);
    const kept = JSON.parse(JSON.stringify(state));
    assert.ok(isTestOf(DECK, kept));
    assert.deepEqual(kept, state);
    assert.equal(stageOf(kept), stageOf(state));
    assert.deepEqual(judge(kept), judge(state));
  }
});

test("nothing that is saved reveals who wrote a piece", () => {
  const text = JSON.stringify({ ...atPiece(5), order: [] });
  assert.doesNotMatch(text, /Bach|network|coin|origin/);
});

test("what was saved for another deck, or is no test at all, is ignored", () => {
  const state = atPiece(3);
  const others = [
    null,
    7,
    {},
    { ...state, version: 2 },
    { ...state, deck: "another" },
    { ...state, answers: null },
    { ...state, test: "another order" },
    { ...state, order: state.order.slice(1) },
  ];
  for (const other of others) assert.ok(!isTestOf(DECK, other));
});

test("without a baseline half of the pieces are the model's", () => {
  const deck = {
    ...deckOf({ baseline: 0 }),
    draw: { human: 10, model: 10, baseline: 0 },
  };
  const { trials } = drawTest(deck, "a test");
  assert.equal(trials.filter((id) => partOf(id) === "model").length, 10);
});
