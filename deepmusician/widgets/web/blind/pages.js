// The blind test's pages before the first piece: consent, training, and the start.

import { seconds } from "../page/music.js";
import { blindQuestion, newElement, termList } from "./elements.js";

const TRAINING_CARDS = [
  ["none", "None", "I listen"],
  ["some", "Some", "up to three years of lessons"],
  ["years", "Years", "more than three years of playing"],
  ["professional", "Professional", "I study music or make a living from it"],
];
const BEFORE_CARDS = [
  ["no", "No", "this is the first time"],
  ["yes", "Yes", "I have seen who wrote a piece"],
];

/** How many pieces there are for practice and to judge, and how long they take. */
function testSize(deck, state) {
  const trials = state.order.length - state.practice;
  const minutes = (state.order.length * seconds(deck.cards[0].piece)) / 60;
  return {
    trials,
    practice: state.practice,
    excerpt: Math.round(seconds(deck.cards[0].piece)),
    minutes: `${Math.ceil(minutes)} to ${Math.ceil(2 * minutes) + 3}`,
  };
}

function pageHeading(text) {
  return newElement("h3", { tabindex: "-1" }, text);
}

function paragraphs(...texts) {
  return texts.map((text) => newElement("p", {}, text));
}

/** What one agrees to. */
function consentTerms({ trials, practice, excerpt, minutes }) {
  return [
    [
      "What you do",
      `${practice} pieces for practice, then ${trials} that count, of ${excerpt} ` +
        "seconds each. You may listen to each of them twice. You will see how you " +
        "did after the last one, not before.",
    ],
    ["How long", `About ${minutes} minutes, in a quiet place, best with headphones.`],
    [
      "What happens to your answers",
      "They stay in this browser, so that you can continue after a reload. Nothing " +
        "is sent anywhere. At the end you can download them as a file, or open a draft " +
        "of a public message with them; it is up to you whom you give them to. They " +
        "do not contain your name, only your answers, the times at which you began " +
        "and finished, and your training in music.",
    ],
    [
      "You are free",
      "to stop at any time, and to erase what the browser has saved (“Start over”).",
    ],
    [
      "On your honour",
      "Who wrote each piece is hidden inside this page, packed but not locked. " +
        "Anyone determined to look it up can do so, but would only fool themselves.",
    ],
  ];
}

/** A page with a form: `done` is called when it is sent. */
function questionForm(done, ...inside) {
  const onsubmit = (event) => {
    event.preventDefault();
    done();
  };
  return newElement("form", { onsubmit }, ...inside);
}

/** The consent page: `start` is called when consent is given. */
export function consentPage(deck, state, { start }) {
  const begin = newElement("button", { type: "submit", class: "dm-main" }, "Begin");
  begin.disabled = true;
  const onchange = () => {
    begin.disabled = !tick.checked;
  };
  const tick = newElement("input", { type: "checkbox", onchange });
  const agreed = "I have read this, and I am taking part of my own free will.";
  return questionForm(
    start,
    pageHeading("Can you tell the human from the machine?"),
    ...paragraphs(
      "This is a blind test. You will hear short piano pieces. Some were written by " +
        "a human composer, some by a machine. You say which, and how sure you are.",
    ),
    termList("dm-blind-facts", consentTerms(testSize(deck, state))),
    newElement(
      "label",
      { class: "dm-blind-consent" },
      tick,
      newElement("span", {}, agreed),
    ),
    newElement("div", { class: "dm-row" }, begin),
  );
}

/** Questions about the listener; `go` gets their training, and if they came before. */
export function aboutPage(state, { go }) {
  const about = { training: state.training, before: state.before };
  const next = newElement(
    "button",
    { type: "submit", class: "dm-main" },
    "Start the practice",
  );
  const setField = (name) => (value) => {
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
        onChoice: setField("training"),
        style: "dm-blind-four",
      },
    ),
    blindQuestion("Have you taken this test before?", "before", BEFORE_CARDS, {
      value: about.before,
      onChoice: setField("before"),
      style: "dm-blind-two",
    }),
    newElement("div", { class: "dm-row" }, next),
  );
}

/** The page between the practice and the pieces that count. */
export function readyPage(deck, state, { go }) {
  const { trials } = testSize(deck, state);
  const start = { type: "button", class: "dm-main", onclick: go };
  return newElement(
    "div",
    {},
    pageHeading("That was the practice"),
    ...paragraphs(
      `From now on your answers count: ${trials} pieces, in an order drawn just for ` +
        "you. Half of them are by a human composer. Trust your first impression, and " +
        "say honestly how sure you are: a guess is as useful as a certainty.",
      "You can take a break between pieces and continue later.",
    ),
    newElement(
      "div",
      { class: "dm-row" },
      newElement("button", start, "Begin with piece 1"),
    ),
  );
}
