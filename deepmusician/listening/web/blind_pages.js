// The blind test's pages before the first piece: consent, training, and what counts.
import { blindQuestion, tagged, termList } from "./blind_parts.js";
import { seconds } from "./music.js";

export const TRAINING_CARDS = [
  ["none", "None", "I listen"],
  ["some", "Some", "up to three years of lessons"],
  ["years", "Years", "more than three years of playing"],
  ["professional", "Professional", "I study music or live by it"],
];
const BEFORE_CARDS = [
  ["no", "No", "this is the first time"],
  ["yes", "Yes", "I have seen whose a piece was"],
];

/** How many pieces there are to practise with and to judge, and how long they take. */
export function testMeasure(deck, state) {
  const trials = state.order.length - state.practice;
  const once = (state.order.length * seconds(deck.cards[0].piece)) / 60;
  return {
    trials,
    practice: state.practice,
    excerpt: Math.round(seconds(deck.cards[0].piece)),
    minutes: `${Math.ceil(once)} to ${Math.ceil(2 * once) + 3}`,
  };
}

function pageHeading(text) {
  return tagged("h3", { tabindex: "-1" }, text);
}

function paragraphs(...texts) {
  return texts.map((text) => tagged("p", {}, text));
}

/** What one agrees to. */
function consentTerms({ trials, practice, excerpt, minutes }) {
  return [
    [
      "What you do",
      `${practice} pieces for practice, then ${trials} that count, of ${excerpt} ` +
        "seconds each. You may listen to each of them twice. How you did is told " +
        "after the last one, not before.",
    ],
    ["How long", `About ${minutes} minutes, in a quiet place, best with headphones.`],
    [
      "What happens to your answers",
      "They stay in this browser, so that you can go on after a reload. Nothing is " +
        "sent anywhere. At the end you can download them as a file; whom you give " +
        "it to is up to you. It has no name in it: your answers, the times at which " +
        "you began and ended, and what you say about your training in music.",
    ],
    [
      "You are free",
      "to stop at any time, and to erase what the browser has kept (“Start over”).",
    ],
    [
      "On your honour",
      "Whose the pieces are travels inside this page, packed but not locked. " +
        "Whoever is determined to look can. Your ears would be the only ones fooled.",
    ],
  ];
}

/** A page with a form: `done` is called when it is sent. */
function questionForm(done, ...inside) {
  const onsubmit = (event) => {
    event.preventDefault();
    done();
  };
  return tagged("form", { onsubmit }, ...inside);
}

/** Consent, and with it the start: `start` is called when it is given. */
export function consentPage(deck, state, { start }) {
  const begin = tagged("button", { type: "submit", class: "dm-main" }, "Begin");
  begin.disabled = true;
  const onchange = () => {
    begin.disabled = !tick.checked;
  };
  const tick = tagged("input", { type: "checkbox", onchange });
  const agreed = "I have read this, and I take part of my own free will.";
  return questionForm(
    start,
    pageHeading("Can you tell the human from the machine?"),
    ...paragraphs(
      "This is a blind test. You hear short piano pieces. Some were written by a " +
        "human composer, some by a machine. You say which, and how sure you are.",
    ),
    termList("dm-blind-facts", consentTerms(testMeasure(deck, state))),
    tagged("label", { class: "dm-blind-consent" }, tick, tagged("span", {}, agreed)),
    tagged("div", { class: "dm-row" }, begin),
  );
}

/** What the listener brings along; `go` gets their training, and whether again. */
export function aboutPage(state, { go }) {
  const about = { training: state.training, before: state.before };
  const next = tagged(
    "button",
    { type: "submit", class: "dm-main" },
    "To the practice",
  );
  const took = (name) => (value) => {
    about[name] = name === "before" ? value === "yes" : value;
    next.disabled = about.training === null || about.before === null;
  };
  next.disabled = true;
  return questionForm(
    () => go(about),
    pageHeading("Before you listen"),
    blindQuestion(
      "How much training in music do you have?",
      "training",
      TRAINING_CARDS,
      {
        value: about.training,
        take: took("training"),
        style: "dm-blind-four",
      },
    ),
    blindQuestion("Have you taken this test before?", "before", BEFORE_CARDS, {
      value: about.before,
      take: took("before"),
      style: "dm-blind-two",
    }),
    tagged("div", { class: "dm-row" }, next),
  );
}

/** The rest between practice and what counts. */
export function readyPage(deck, state, { go }) {
  const { trials } = testMeasure(deck, state);
  const start = { type: "button", class: "dm-main", onclick: go };
  return tagged(
    "div",
    {},
    pageHeading("That was the practice"),
    ...paragraphs(
      `From now on it counts: ${trials} pieces, in an order drawn for you alone. Half ` +
        "of them are by a human composer. Trust your first impression, and say " +
        "honestly how sure you are: a guess is worth as much as a certainty.",
      "You can rest between two pieces, and go on later.",
    ),
    tagged("div", { class: "dm-row" }, tagged("button", start, "Begin with piece 1")),
  );
}
