// A finished test as a table of answers and truth, and as a file.
import { placeOf } from "./trials.js";

/** A deck's card by its id. */
function cardOf(deck, id) {
  return deck.cards.find((card) => card.id === id);
}

/** The card of the current trial. */
export function cardNow(deck, state) {
  return cardOf(deck, placeOf(state).id);
}

/** A row per answer: card, origin, what the schema wants, and whether it was right. */
export function answerRows(deck, state) {
  return state.answers.map((given, at) => {
    const card = cardOf(deck, state.order[at]);
    const origin = card.part === "human" ? "human" : "machine";
    const isPractice = at < state.practice;
    return { ...given, card, origin, isPractice, isRight: given.answer === origin };
  });
}

/** The rows that count. */
export function scoredRows(deck, state) {
  return answerRows(deck, state).filter(({ isPractice }) => !isPractice);
}

/** What the file holds: see blind_test.schema.json. */
export function answersOf(deck, state) {
  const { version, test, started, finished, consent, training, before } = state;
  const trials = answerRows(deck, state).map(
    ({ card, origin, isPractice, ...given }) => ({
      excerpt: card.id,
      origin,
      composer: card.composer,
      answer: given.answer,
      confidence: given.confidence,
      listenings: given.listenings,
      seconds: given.seconds,
      practice: isPractice,
    }),
  );
  const { build } = deck;
  return {
    version,
    test,
    build,
    started,
    finished,
    consent,
    training,
    before,
    trials,
  };
}

/** What the file is called. */
export function answersName({ test }) {
  return `blind-test-${test}.json`;
}

/** How often each composer was taken for a human, human composers first. */
export function byComposer(rows) {
  const byName = new Map();
  for (const { card, origin, answer } of rows) {
    const known = byName.get(card.composer) ?? { origin, count: 0, human: 0 };
    known.count += 1;
    known.human += answer === "human" ? 1 : 0;
    byName.set(card.composer, { ...known, composer: card.composer, part: card.part });
  }
  const parts = ["human", "model", "baseline"];
  return [...byName.values()].sort(
    (one, other) => parts.indexOf(one.part) - parts.indexOf(other.part),
  );
}
