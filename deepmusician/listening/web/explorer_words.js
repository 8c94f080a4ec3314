// What the explorer says, in sentences.
import { cutOf } from "./explorer_map.js";
import { measureOf, RULE_NAMES, written } from "./explorer_measures.js";
import { kept } from "./focal_math.js";

/** A number to two significant digits. */
function rounded(value) {
  const digits = { maximumFractionDigits: 9 };
  return Number(value.toPrecision(2)).toLocaleString("en", digits);
}

function roughlyInPercent(share) {
  const value = 100 * share;
  return `${value >= 10 ? value.toFixed(0) : rounded(value)}\u00a0%`;
}

/** What gamma does to easy and to hard keys. */
export function gammaSentence({ gamma }) {
  if (gamma === 0) return "With gamma 0, nothing is focused: only alpha weighs.";
  const [easy, hard] = [kept(0.9, true, null, gamma), kept(0.1, true, null, gamma)];
  return (
    `With gamma ${gamma}, an easy key (90\u00a0% sure and right) keeps ` +
    `${roughlyInPercent(easy)} of its loss, a hard one (90\u00a0% sure and wrong) ` +
    `${roughlyInPercent(hard)}: next to the hard one, the easy one counts ` +
    `${rounded(hard / easy)} times less.`
  );
}

/** What a threshold of one half asks for. */
export function thresholdSentence({ alpha }) {
  const silent = (1 - alpha).toFixed(2);
  return (
    `At p = 0.5 a touched key pulls with weight ${alpha.toFixed(2)} and a silent one ` +
    `with ${silent}, whatever gamma is. So a threshold of one half asks for a true ` +
    `probability η above 1 − alpha = ${silent}.`
  );
}

/** How a rule turns outputs into keys, at these settings. */
export function ruleSentence(rule, settings) {
  const cut = cutOf(rule, settings);
  return {
    raw_threshold:
      "Touches every key with an output p above one half: with a true probability " +
      `above ${cut.eta.toFixed(2)}.`,
    raw_sample:
      "Tosses a coin for every key that falls with chance p, as if the output were " +
      "the true probability.",
    threshold:
      "Touches every key with a true probability η above one half: with an output " +
      `above ${cut.p.toFixed(2)}.`,
    sample: "Tosses a coin for every key that falls with its true probability η.",
    density:
      "Touches every key with η above a threshold that lets through as many keys as " +
      "music has, as long as the true past is heard.",
  }[rule];
}

/** A network by its settings. */
export function cellName({ alpha, gamma, seed }) {
  const bce = alpha === 0.5 && gamma === 0 ? " (BCE)" : "";
  return `alpha ${alpha}, gamma ${gamma}, seed ${seed}${bce}`;
}

/** Which network is shown, seen from where the sliders stand. */
export function nearestSentence(cell, { alpha, gamma }) {
  const isHere = cell.alpha === alpha && cell.gamma === gamma;
  const said = cell.trained ? "Trained here" : isHere ? "This cell" : "Nearest cell";
  return `${said}: ${cellName(cell)}`;
}

/** What is heard, in one short sentence for those who cannot see it. */
export function spokenSentence(cell, settings, rule, density) {
  const [nll, f1] = ["nll", "f1"].map((name) => measureOf(cell, rule, name));
  const heard = density ? `${density.toFixed(2)} notes a step` : "silence";
  return (
    `${nearestSentence(cell, settings)}. By ${RULE_NAMES[rule]}: ${heard}, ` +
    `NLL ${written(nll)}, F1 ${written(f1)}.`
  );
}
