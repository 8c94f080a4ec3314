// A blind test as data: what was drawn, heard and answered, and its present stage. No
// page and no sound: each step gives a new state, which can be saved as JSON.
//
// A deck is what Python's `blind_test` packs:
//   edition   identifies this deck
//   build     preset and commit of the page
//   draw      how many cards of which part a test has: human, model, baseline
//   cards     [{ id, part, practice, composer, name, piece }]; pieces as in music.js

import { RandomGenerator, seedOf, shuffled } from "../page/random.js";

export const LISTENINGS = 2; // of each piece, at most

/** The ids for practice and those that count, in the order in which they come. */
export function drawTest(deck, test) {
  const generator = new RandomGenerator(seedOf(test));
  const practiceCards = deck.cards.filter((card) => card.practice);
  const practice = shuffled(practiceCards, generator);
  const drawn = Object.entries(deck.draw).flatMap(([part, count]) => {
    const pool = deck.cards.filter((card) => !card.practice && card.part === part);
    return shuffled(pool, generator).slice(0, count);
  });
  const ids = (cards) => cards.map(({ id }) => id);
  return { practice: ids(practice), trials: ids(shuffled(drawn, generator)) };
}

/** A unique name for a new test, which decides its order. */
export function testName() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const FRESH_TRIAL = { heard: 0, since: null, answer: null, confidence: null };

/** A test before its first question. */
export function newTest(deck, test = testName()) {
  const { practice, trials } = drawTest(deck, test);
  return {
    version: 1,
    test,
    deck: deck.edition,
    consent: false,
    training: null,
    before: null,
    begun: false, // with what counts
    started: null,
    finished: null,
    order: [...practice, ...trials],
    practice: practice.length,
    answers: [], // { answer, confidence, listenings, seconds }, in this order
    ...FRESH_TRIAL, // of the current piece
  };
}

/** Whether something that was saved is a test of this deck. */
export function isTestOf(deck, state) {
  if (state?.version !== 1 || state.deck !== deck.edition) return false;
  if (typeof state.test !== "string" || !Array.isArray(state.answers)) return false;
  const { order } = newTest(deck, state.test);
  return JSON.stringify(state.order) === JSON.stringify(order);
}

/** The stage of a test: consent, about, practice, ready, trial or results. */
export function stageOf(state) {
  if (!state.consent) return "consent";
  if (state.training === null || state.before === null) return "about";
  if (state.answers.length < state.practice) return "practice";
  if (!state.begun) return "ready";
  return state.answers.length < state.order.length ? "trial" : "results";
}

/** Which piece it is: its id, its number from 1, and of how many. */
export function placeOf(state) {
  const at = state.answers.length;
  const practising = at < state.practice;
  return {
    id: state.order[at],
    number: practising ? at + 1 : at - state.practice + 1,
    of: practising ? state.practice : state.order.length - state.practice,
  };
}

export function canListen(state) {
  return state.heard < LISTENINGS;
}

export function canAnswer(state) {
  return state.heard > 0 && state.answer !== null && state.confidence !== null;
}

export function consented(state, now = Date.now()) {
  return { ...state, consent: true, started: new Date(now).toISOString() };
}

/** `about`: musical `training`, and whether they have taken the test `before`. */
export function introduced(state, { training, before }) {
  return { ...state, training, before };
}

export function begun(state) {
  return { ...state, begun: true };
}

/** One more listening, once its first note has sounded. */
export function listened(state, now = Date.now()) {
  if (!canListen(state)) return state;
  return { ...state, heard: state.heard + 1, since: state.since ?? now };
}

/** `choice`: an `answer`, a `confidence`, or both; it can still be changed. */
export function chosen(state, choice) {
  return state.heard > 0 ? { ...state, ...choice } : state;
}

/** The choice made final, and the next piece. */
export function answered(state, now = Date.now()) {
  if (!canAnswer(state)) return state;
  const { answer, confidence, heard: listenings } = state;
  const seconds = Math.max(0, now - state.since) / 1000;
  const answers = [...state.answers, { answer, confidence, listenings, seconds }];
  const isLast = answers.length === state.order.length;
  const finished = isLast ? new Date(now).toISOString() : null;
  return { ...state, ...FRESH_TRIAL, answers, finished };
}
