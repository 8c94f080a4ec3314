// A blind test as data: what was drawn, heard and answered, and where it stands. No
// page and no sound: each step gives a new state, which can be kept as JSON.
//
// A deck is what deepmusician.listening.blind_test packs:
//   edition   tells this deck from all others
//   build     preset and commit of the page
//   draw      how many cards of which part a test has: human, model, baseline
//   cards     [{ id, part, practice, composer, name, piece }]; pieces as in music.js

export const LISTENINGS = 2; // of each piece, at most

/** Numbers in [0, 1) that a text alone decides: FNV-1a starts a mulberry32. */
export function trialDice(text) {
  let state = 0x811c9dc5;
  for (const letter of text) {
    state = Math.imul(state ^ letter.codePointAt(0), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same things in an order that the dice decide (Fisher and Yates). */
function dealt(dice, things) {
  const order = [...things];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(dice() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** The ids for practice and those that count, in the order in which they come. */
export function drawTest(deck, test) {
  const dice = trialDice(test);
  const practice = dealt(
    dice,
    deck.cards.filter((card) => card.practice),
  );
  const drawn = Object.entries(deck.draw).flatMap(([part, count]) => {
    const pool = deck.cards.filter((card) => !card.practice && card.part === part);
    return dealt(dice, pool).slice(0, count);
  });
  const ids = (cards) => cards.map(({ id }) => id);
  return { practice: ids(practice), trials: ids(dealt(dice, drawn)) };
}

/** A name for a new test, which no other has, and which decides its order. */
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
    ...FRESH_TRIAL, // of the piece that is being heard
  };
}

/** Whether something that was kept is a test of this deck. */
export function isTestOf(deck, state) {
  if (state?.version !== 1 || state.deck !== deck.edition) return false;
  if (typeof state.test !== "string" || !Array.isArray(state.answers)) return false;
  const { order } = newTest(deck, state.test);
  return JSON.stringify(state.order) === JSON.stringify(order);
}

/** Where a test stands: consent, about, practice, ready, trial or results. */
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

/** A listening more, once its first note has sounded. */
export function listened(state, now = Date.now()) {
  if (!canListen(state)) return state;
  return { ...state, heard: state.heard + 1, since: state.since ?? now };
}

/** `choice`: an `answer`, a `confidence`, or both; it can still be changed. */
export function chosen(state, choice) {
  return state.heard > 0 ? { ...state, ...choice } : state;
}

/** The choice made for good, and the next piece. */
export function answered(state, now = Date.now()) {
  if (!canAnswer(state)) return state;
  const { answer, confidence, heard: listenings } = state;
  const seconds = Math.max(0, now - state.since) / 1000;
  const answers = [...state.answers, { answer, confidence, listenings, seconds }];
  const isLast = answers.length === state.order.length;
  const finished = isLast ? new Date(now).toISOString() : null;
  return { ...state, ...FRESH_TRIAL, answers, finished };
}
