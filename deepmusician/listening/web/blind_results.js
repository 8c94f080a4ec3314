// The blind test's last page: how one did, whose each piece was, and the file.
import { byComposer, counted, judged } from "./answers.js";
import {
  blindDrawing,
  chanceInWords,
  decimals,
  inPercent,
  tagged,
  termList,
} from "./blind_parts.js";
import { rocPicture } from "./blind_roc.js";
import { detection } from "./detection.js";

/** What the number of right answers shows, in words. */
export function verdict({ correct, trials, low, high, byLuck }) {
  const range = `${inPercent(low)} and ${inPercent(high)}`;
  const luck =
    `Whoever guesses gets ${correct} or more of ${trials} right in ` +
    `${chanceInWords(byLuck)} of tests`;
  const says =
    byLuck < 0.05
      ? "so you have probably heard a difference."
      : "so this does not show that you heard a difference. It does not show that " +
        "there is none, either.";
  return (
    `Your true share of right answers lies between ${range} (exact 95\u00a0% ` +
    `interval). ${luck}, ${says}`
  );
}

/** Which way one leans, in words. */
export function leaning(criterion) {
  if (Math.abs(criterion) < 0.2) return "you lean to neither side";
  return `when in doubt you say “${criterion > 0 ? "human" : "machine"}”`;
}

/** The page. `acts`: play(card), download, again; `follow` shows what plays. */
export class ResultsPage {
  constructor(deck, state, acts) {
    this.acts = acts;
    const rows = counted(deck, state);
    const found = detection(
      rows.map(({ card, ...row }) => row), // origin, answer, confidence
    );
    this.buttons = new Map();
    this.root = tagged(
      "div",
      { class: "dm-blind-results" },
      tagged(
        "h3",
        { tabindex: "-1" },
        `You were right in ${found.correct} of ${found.trials}`,
      ),
      tagged("p", {}, verdict(found)),
      resultFigures(found),
      tagged("div", { class: "dm-blind-side" }, ...rocPart(found), composerBars(rows)),
      tagged("h4", {}, "Every piece, with its name"),
      tagged("p", {}, fooledInWords(rows)),
      tagged(
        "ol",
        { class: "dm-blind-list" },
        [...rows, ...judged(deck, state).slice(0, state.practice)].map((row, at) =>
          this.piece(row, at + 1),
        ),
      ),
      ...filePart(acts),
    );
  }

  /** A row of the list; `number` counts those that count. */
  piece(row, number) {
    const { card, isPractice } = row;
    const place = { class: "dm-blind-number", "aria-hidden": "true" };
    const button = tagged("button", {
      type: "button",
      onclick: () => this.acts.play(card),
    });
    const name = isPractice ? "practice" : `piece ${number}`;
    this.buttons.set(card.id, { button, name: `${name}: ${card.name}` });
    return tagged(
      "li",
      {},
      tagged("span", place, isPractice ? "–" : String(number)),
      button,
      listedName(row),
      listedAnswer(row),
    );
  }

  /** Show which piece plays: its id, or null. */
  follow(playing) {
    for (const [id, { button, name }] of this.buttons) {
      const plays = id === playing;
      button.textContent = plays ? "■" : "▶\ufe0e";
      button.setAttribute("aria-label", `${plays ? "Stop" : "Play"} ${name}`);
    }
  }
}

function listedName({ card, isPractice }) {
  const name = isPractice ? ` ${card.name}, for practice` : ` ${card.name}`;
  return tagged(
    "span",
    { class: "dm-blind-name" },
    tagged("span", { class: `dm-blind-dot dm-blind-${card.part}` }),
    tagged("span", {}, tagged("b", {}, card.composer), name),
  );
}

function listedAnswer(row) {
  const { isRight } = row;
  return tagged(
    "span",
    { class: isRight ? "dm-blind-said" : "dm-blind-said dm-blind-wrong" },
    tagged("span", { "aria-hidden": "true" }, isRight ? "✓" : "✗"),
    tagged("span", {}, judgement(row)),
  );
}

function judgement({ answer, confidence, isRight, origin }) {
  const wrong = origin === "machine" ? "it fooled you" : "wrong";
  return `you: ${answer}, ${confidence} of 4: ${isRight ? "right" : wrong}`;
}

function resultFigures({ accuracy, low, high, sensitivity, criterion, area }) {
  const cards = [
    [inPercent(accuracy), "right", `${inPercent(low)} to ${inPercent(high)}`],
    [
      decimals(sensitivity),
      "sensitivity d′",
      "0: nothing heard, 1: a little, 3: nearly all",
    ],
    [decimals(criterion), "criterion c", leaning(criterion)],
    [decimals(area), "area under the ROC", "0.5 is chance, 1 perfect"],
  ];
  return termList(
    "dm-blind-figures",
    cards.map(([number, name, hint]) => [
      name,
      tagged("b", {}, number),
      tagged("span", {}, hint),
    ]),
  );
}

function rocPart({ curve, area }) {
  if (!curve.length) return [];
  const spoken =
    `ROC of your confidence: hits against false alarms at each of its levels; the ` +
    `area below is ${decimals(area)}, that of chance 0.50`;
  return [
    tagged(
      "figure",
      {},
      blindDrawing(rocPicture(curve), spoken),
      tagged(
        "figcaption",
        { class: "dm-soft" },
        "Each dot counts as “machine” what you called so with at least that confidence. " +
          "Dashed: chance.",
      ),
    ),
  ];
}

/** How often each composer was taken for a human. */
function composerBars(rows) {
  const bars = byComposer(rows).map(({ composer, part, heard, human }) =>
    tagged(
      "li",
      {},
      tagged("span", {}, tagged("b", {}, composer), `: ${human} of ${heard}`),
      tagged(
        "span",
        { class: "dm-blind-bar", "aria-hidden": "true" },
        tagged("span", {
          class: `dm-blind-${part}`,
          style: `inline-size: ${(100 * human) / heard}%`,
        }),
      ),
    ),
  );
  return tagged(
    "div",
    {},
    tagged("h4", {}, "Whom you took for human"),
    tagged("ul", { class: "dm-blind-bars" }, bars),
  );
}

function fooledInWords(rows) {
  const fooled = rows.filter(({ origin, isRight }) => origin === "machine" && !isRight);
  const numbers = fooled.map(
    ({ card }) => rows.findIndex((row) => row.card === card) + 1,
  );
  if (!numbers.length)
    return "No machine fooled you. Listen again as often as you like.";
  const many = numbers.length > 1;
  return (
    `${many ? "Pieces" : "Piece"} ${numbers.join(", ")} ${many ? "are" : "is"} by a ` +
    "machine, and you said “human”. Listen again, as often as you like."
  );
}

function filePart({ download }) {
  const save = { type: "button", class: "dm-main", onclick: download };
  return [
    tagged("h4", {}, "Your answers are yours"),
    tagged(
      "p",
      {},
      "They are in this browser and nowhere else. The file has what you answered, when " +
        "you began and ended, and what you said of your training.",
    ),
    tagged(
      "div",
      { class: "dm-row" },
      tagged("button", save, "Download my answers (JSON)"),
    ),
  ];
}
