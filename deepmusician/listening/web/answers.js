// A finished test as a table of what was said and what is true, and as a file.
import { placeOf } from "./trials.js";

/** A deck's card by its id. */
export function cardOf(deck, id) {
  return deck.cards.find((card) => card.id === id);
}

/** The card that is to be heard now. */
export function cardNow(deck, state) {
  return cardOf(deck, placeOf(state).id);
}

/** A row an answer: card, origin, what the schema wants, and whether it was right. */
export function judged(deck, state) {
  return state.answers.map((said, at) => {
    const card = cardOf(deck, state.order[at]);
    const origin = card.part === "human" ? "human" : "machine";
    const isPractice = at < state.practice;
    return { ...said, card, origin, isPractice, isRight: said.answer === origin };
  });
}

/** The rows that count. */
export function counted(deck, state) {
  return judged(deck, state).filter(({ isPractice }) => !isPractice);
}

/** What the file holds: see blind_test.schema.json. */
export function answersOf(deck, state) {
  const { version, test, started, finished, consent, training, before } = state;
  const trials = judged(deck, state).map(({ card, origin, isPractice, ...said }) => ({
    excerpt: card.id,
    origin,
    composer: card.composer,
    answer: said.answer,
    confidence: said.confidence,
    listenings: said.listenings,
    seconds: said.seconds,
    practice: isPractice,
  }));
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

/** How often each composer was taken for a human, the human ones first. */
export function byComposer(rows) {
  const found = new Map();
  for (const { card, origin, answer } of rows) {
    const known = found.get(card.composer) ?? { origin, heard: 0, human: 0 };
    known.heard += 1;
    known.human += answer === "human" ? 1 : 0;
    found.set(card.composer, { ...known, composer: card.composer, part: card.part });
  }
  const parts = ["human", "model", "baseline"];
  return [...found.values()].sort(
    (one, other) => parts.indexOf(one.part) - parts.indexOf(other.part),
  );
}
