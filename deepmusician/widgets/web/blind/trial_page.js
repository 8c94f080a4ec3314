// One piece of the blind test: listen, judge, continue.
import { blindDrawing, blindQuestion, newElement } from "./elements.js";
import { canAnswer, canListen, LISTENINGS, placeOf, stageOf } from "./trials.js";

const ANSWER_CARDS = [
  ["human", "Human", "a composer"],
  ["machine", "Machine", "a program"],
];
const SURE_CARDS = [
  ["1", "1", "a guess"],
  ["2", "2", "not very"],
  ["3", "3", "fairly"],
  ["4", "4", "certain"],
];
const PLAY_RING = 2 * Math.PI * 46; // of the circle around the button, in its own units
const PLAY_FACE = `<svg viewBox="0 0 100 100" focusable="false">
<circle class="dm-blind-track" cx="50" cy="50" r="46"/>
<circle class="dm-blind-ring" cx="50" cy="50" r="46" transform="rotate(-90 50 50)"
 stroke-dasharray="${PLAY_RING}" stroke-dashoffset="${PLAY_RING}"/>
<path class="dm-blind-start" d="M40 31 L70 50 L40 69 Z"/>
<rect class="dm-blind-stop" x="35" y="35" width="30" height="30" rx="4"/></svg>`;

/** The text below the button. */
function listeningsLeft(state, isPlaying) {
  const left = LISTENINGS - state.heard;
  if (isPlaying) return `Listening ${state.heard} of ${LISTENINGS}`;
  if (left === LISTENINGS) return "You can listen twice";
  return left ? `${left} listening left` : "No listening left: please answer";
}

/** The label of the button. */
function playName(state, isPlaying) {
  if (isPlaying) return "Stop (this listening is used up)";
  return canListen(state) ? "Listen" : "No listening left";
}

/** The page of a piece. `actions`: play, choose, next. */
export class TrialPage {
  constructor(state, actions) {
    this.actions = actions;
    this.face = blindDrawing(PLAY_FACE);
    const play = { type: "button", class: "dm-blind-play", onclick: actions.play };
    this.button = newElement("button", play, this.face);
    this.left = newElement("p", { class: "dm-blind-left", role: "status" });
    this.questions = this.newQuestions(state);
    const next = { type: "submit", class: "dm-main" };
    this.next = newElement("button", next, nextTitle(state));
    this.root = newElement(
      "form",
      { class: "dm-blind-trial", onsubmit: (event) => this.submit(event) },
      ...trialHeader(state),
      newElement("div", { class: "dm-blind-stage" }, this.button, this.left),
      ...this.questions,
      newElement("div", { class: "dm-row" }, this.next, keysHint()),
    );
  }

  newQuestions(state) {
    const choose = (name) => (value) => this.actions.choose({ [name]: value });
    return [
      blindQuestion("Who wrote it?", "answer", ANSWER_CARDS, {
        value: state.answer,
        onChoice: choose("answer"),
        style: "dm-blind-two dm-blind-who",
      }),
      blindQuestion("How sure are you?", "confidence", SURE_CARDS, {
        value: state.confidence === null ? null : String(state.confidence),
        onChoice: (value) => this.actions.choose({ confidence: Number(value) }),
        style: "dm-blind-four dm-blind-sure",
      }),
    ];
  }

  submit(event) {
    event.preventDefault();
    this.actions.next();
  }

  /** Show the state, without moving the focus. */
  follow(state, isPlaying) {
    this.button.disabled = !isPlaying && !canListen(state);
    this.button.setAttribute("aria-label", playName(state, isPlaying));
    this.button.classList.toggle("dm-blind-plays", isPlaying);
    const text = listeningsLeft(state, isPlaying);
    if (this.left.textContent !== text) this.left.textContent = text;
    for (const question of this.questions) question.disabled = state.heard === 0;
    for (const input of this.root.querySelectorAll("input")) {
      input.checked = input.value === String(state[input.name]);
    }
    this.next.disabled = !canAnswer(state);
  }

  /** Move the focus to a choice, where Enter continues and does not play again. */
  focusOn(choice) {
    const [[name, value]] = Object.entries(choice);
    this.root.querySelector(`input[name=${name}][value="${value}"]`).focus();
  }

  /** How much of the piece has been played, 0 to 1. */
  turn(share) {
    const ring = this.face.querySelector(".dm-blind-ring");
    ring.setAttribute("stroke-dashoffset", PLAY_RING * (1 - share));
  }
}

/** Which piece it is, of how many. */
function trialHeader(state) {
  const { number, of } = placeOf(state);
  const title = (name) =>
    newElement("h3", { tabindex: "-1" }, `${name} ${number} of ${of}`);
  if (stageOf(state) === "trial") return [trialTrack(number, of), title("Piece")];
  const hint = "This does not count. You will see how you did at the end.";
  return [title("Practice"), newElement("p", { class: "dm-soft" }, hint)];
}

function nextTitle(state) {
  const { number, of } = placeOf(state);
  if (number < of) return "Next piece";
  return stageOf(state) === "practice" ? "Finish the practice" : "See how you did";
}

/** Progress as dots; the heading says the same in words. */
function trialTrack(number, of) {
  const dots = Array.from({ length: of }, (_, at) => {
    const style = at + 1 < number ? "dm-blind-done" : "";
    return newElement("span", { class: at + 1 === number ? "dm-blind-now" : style });
  });
  return newElement(
    "div",
    { class: "dm-blind-track-dots", "aria-hidden": "true" },
    dots,
  );
}

function keysHint() {
  const keys = (name) => newElement("kbd", {}, name);
  const hint = newElement("p", { class: "dm-soft dm-blind-keys" }, "Keys: ");
  hint.append(keys("P"), " play, ", keys("H"), " or ", keys("M"), ", ");
  hint.append(keys("1"), " to ", keys("4"), ", ", keys("Enter"), " next");
  return hint;
}
