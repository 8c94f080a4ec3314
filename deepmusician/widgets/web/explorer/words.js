// What the explorer says, in sentences.

import { focalWeight } from "../page/focal_math.js";
import { thresholdPoint } from "./calibration.js";
import { formatNumber, measureOf, RULE_NAMES } from "./measures.js";

/** A number to two significant digits. */
function twoDigits(value) {
  const digits = { maximumFractionDigits: 9 };
  return Number(value.toPrecision(2)).toLocaleString("en", digits);
}

function roughPercentage(share) {
  const value = 100 * share;
  return `${value >= 10 ? value.toFixed(0) : twoDigits(value)}%`;
}

/** What gamma does to easy and to hard keys. */
export function gammaSentence({ gamma }) {
  if (gamma === 0) return "With gamma 0 there is no focusing: only alpha counts.";
  const [easy, hard] = [0.9, 0.1].map((p) => focalWeight(p, true, null, gamma));
  return (
    `With gamma ${gamma}, an easy key (90% confident and right) keeps ` +
    `${roughPercentage(easy)} of its loss, and a hard one (90% confident and wrong) ` +
    `${roughPercentage(hard)}: relative to the hard one, the easy one counts ` +
    `${twoDigits(hard / easy)} times less.`
  );
}

/** What a threshold of one half requires. */
export function thresholdSentence({ alpha }) {
  const silent = (1 - alpha).toFixed(2);
  return (
    `At p = 0.5 the gradients of an onset and of silence are as ` +
    `${alpha.toFixed(2)} to ${silent}, whatever gamma is. So a threshold of one half ` +
    `requires a true probability η above 1 − alpha = ${silent}.`
  );
}

/** How a rule turns outputs into keys, at these settings. */
export function ruleSentence(rule, settings) {
  const { p, eta } = thresholdPoint(rule, settings);
  return {
    raw_threshold:
      "Plays every key whose output p is above one half, which is a true probability " +
      `above ${eta.toFixed(2)}.`,
    raw_sample:
      "Plays each key with probability p, as if the output were the true probability.",
    threshold:
      "Plays every key whose true probability η is above one half, which is an output " +
      `above ${p.toFixed(2)}.`,
    sample: "Plays each key with its true probability η.",
    density:
      "Plays every key whose η is above a threshold, chosen so that, given the true " +
      "past, as many keys are played as in the music.",
  }[rule];
}

/** A network by its settings. */
export function cellName({ alpha, gamma, seed }) {
  const bce = alpha === 0.5 && gamma === 0 ? " (BCE)" : "";
  return `alpha ${alpha}, gamma ${gamma}, seed ${seed}${bce}`;
}

/** Which network is shown, given the positions of the sliders. */
export function nearestSentence(cell, { alpha, gamma }) {
  const isHere = cell.alpha === alpha && cell.gamma === gamma;
  const kind = cell.trained ? "Trained here" : isHere ? "This cell" : "Nearest cell";
  return `${kind}: ${cellName(cell)}`;
}

/** What is shown and played, in one short sentence for screen readers. */
export function announcedSentence(cell, settings, rule, density) {
  const [nll, f1] = ["nll", "f1"].map((name) => measureOf(cell, rule, name));
  const notes = density ? `${density.toFixed(2)} notes per step` : "silence";
  return (
    `${nearestSentence(cell, settings)}. By ${RULE_NAMES[rule]}: ${notes}, ` +
    `NLL ${formatNumber(nll)}, F1 ${formatNumber(f1)}.`
  );
}
