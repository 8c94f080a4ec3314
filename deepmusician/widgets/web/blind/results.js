// The blind test's last page: how the listener did, who wrote each piece, and the file.
import { answerRows, byComposer, scoredRows } from "./answers.js";
import { detection } from "./detection.js";
import {
  blindDrawing,
  decimals,
  inPercent,
  newElement,
  probabilityInPercent,
  termList,
} from "./elements.js";
import { filePart } from "./file_part.js";
import { rocPicture } from "./roc.js";

/** What the number of right answers shows, in words. */
function verdict({ correct, trials, low, high, byLuck }) {
  const range = `${inPercent(low)} and ${inPercent(high)}`;
  const luck =
    `Someone who only guesses gets ${correct} or more of ${trials} right in ` +
    `${probabilityInPercent(byLuck)} of tests`;
  const conclusion =
    byLuck < 0.05
      ? "so you have probably heard a difference."
      : "so this does not show that you heard a difference. It does not show that " +
        "there is none, either.";
  return (
    `Your true share of right answers lies between ${range} (exact 95% ` +
    `confidence interval). ${luck}, ${conclusion}`
  );
}

/** Which answer a listener tends to, in words. */
function leaning(criterion) {
  if (Math.abs(criterion) < 0.2) return "you lean neither way";
  return `when in doubt you say “${criterion > 0 ? "human" : "machine"}”`;
}

/** The page. `actions`: play(card), download, issue; `follow` shows which piece plays. */
export class ResultsPage {
  constructor(deck, state, actions) {
    this.actions = actions;
    const rows = scoredRows(deck, state);
    const result = detection(
      rows.map(({ card, ...row }) => row), // origin, answer, confidence
    );
    this.buttons = new Map();
    this.root = newElement(
      "div",
      { class: "dm-blind-results" },
      newElement(
        "h3",
        { tabindex: "-1" },
        `You got ${result.correct} of ${result.trials} right`,
      ),
      newElement("p", {}, verdict(result)),
      resultFigures(result),
      newElement(
        "div",
        { class: "dm-blind-side" },
        ...rocPart(result),
        composerBars(rows),
      ),
      newElement("h4", {}, "Every piece, with its name"),
      newElement("p", {}, fooledInWords(rows)),
      newElement(
        "ol",
        { class: "dm-blind-list" },
        [...rows, ...answerRows(deck, state).slice(0, state.practice)].map((row, at) =>
          this.piece(row, at + 1),
        ),
      ),
      ...filePart(actions),
    );
  }

  /** A row of the list; `number` leaves out the practice. */
  piece(row, number) {
    const { card, isPractice } = row;
    const place = { class: "dm-blind-number", "aria-hidden": "true" };
    const button = newElement("button", {
      type: "button",
      onclick: () => this.actions.play(card),
    });
    const name = isPractice ? "practice" : `piece ${number}`;
    this.buttons.set(card.id, { button, name: `${name}: ${card.name}` });
    return newElement(
      "li",
      {},
      newElement("span", place, isPractice ? "–" : String(number)),
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
  return newElement(
    "span",
    { class: "dm-blind-name" },
    newElement("span", { class: `dm-blind-dot dm-blind-${card.part}` }),
    newElement("span", {}, newElement("b", {}, card.composer), name),
  );
}

function listedAnswer(row) {
  const { isRight } = row;
  return newElement(
    "span",
    { class: isRight ? "dm-blind-answer" : "dm-blind-answer dm-blind-wrong" },
    newElement("span", { "aria-hidden": "true" }, isRight ? "✓" : "✗"),
    newElement("span", {}, judgement(row)),
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
      "0: no difference heard, 1: a little, 3: nearly always",
    ],
    [decimals(criterion), "criterion c", leaning(criterion)],
    [decimals(area), "area under the ROC", "0.5 is chance level, 1 is perfect"],
  ];
  return termList(
    "dm-blind-figures",
    cards.map(([number, name, hint]) => [
      name,
      newElement("b", {}, number),
      newElement("span", {}, hint),
    ]),
  );
}

function rocPart({ curve, area }) {
  if (!curve.length) return [];
  const label =
    `ROC of your confidence: hits against false alarms at each level; the area ` +
    `below it is ${decimals(area)}, where chance gives 0.50`;
  return [
    newElement(
      "figure",
      {},
      blindDrawing(rocPicture(curve), label),
      newElement(
        "figcaption",
        { class: "dm-soft" },
        "Each dot counts as “machine” what you called “machine” with at least a " +
          "certain confidence. Dashed: chance level.",
      ),
    ),
  ];
}

/** How often each composer was taken for a human. */
function composerBars(rows) {
  const bars = byComposer(rows).map(({ composer, part, count, human }) =>
    newElement(
      "li",
      {},
      newElement("span", {}, newElement("b", {}, composer), `: ${human} of ${count}`),
      newElement(
        "span",
        { class: "dm-blind-bar", "aria-hidden": "true" },
        newElement("span", {
          class: `dm-blind-${part}`,
          style: `inline-size: ${(100 * human) / count}%`,
        }),
      ),
    ),
  );
  return newElement(
    "div",
    {},
    newElement("h4", {}, "Who you took for human"),
    newElement("ul", { class: "dm-blind-bars" }, bars),
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
