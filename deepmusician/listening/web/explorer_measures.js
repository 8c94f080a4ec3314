// The decision rules and measures of the explorer: names, values, and how they look.

/** The decision rules, by what they are called. */
export const RULE_NAMES = {
  raw_threshold: "raw threshold",
  raw_sample: "raw sample",
  threshold: "calibrated threshold",
  sample: "calibrated sample",
  density: "threshold at the music’s density",
};

/** What the map of networks can show: its name, what is said of it, what is best. */
export const MEASURE_NAMES = {
  alone: {
    name: "density, alone",
    said: "notes a step where the network hears only itself",
    best: "music",
  },
  forced: {
    name: "density, true past given",
    said: "notes a step where the network hears the true past",
    best: "music",
  },
  nll: { name: "NLL", said: "negative log-likelihood, nats a step", best: "low" },
  f1: { name: "F1", said: "F1 where the network hears the true past", best: "high" },
  precision: { name: "average precision", said: "average precision", best: "high" },
  off: {
    name: "calibration error",
    said: "how far claims are off, in notes a step",
    best: "low",
  },
};

/** A number with three significant figures, at most three decimals; – for none. */
export function written(value) {
  if (value === null) return "–";
  const size = value ? Math.floor(Math.log10(Math.abs(value))) : 0;
  return value.toFixed(Math.min(3, Math.max(0, 2 - size)));
}

/** Whether a measure is a rule's own: F1 may not have been recorded for each. */
function isOwn({ rules }, rule, measure) {
  if (measure === "precision") return false;
  return measure !== "f1" || rules[rule].f1 !== null;
}

/** A measure of a network by a rule; of a rule without its own F1, the best F1. */
export function measureOf(cell, rule, measure) {
  const told = cell.rules[rule];
  return isOwn(cell, rule, measure) || measure !== "f1" ? told[measure] : told.best;
}

/** Which F1 is told of a network by a rule. */
export function f1Kind(cell, rule) {
  return isOwn(cell, rule, "f1") ? "the true past given" : "at its best threshold";
}

/** What the map shows, by which rule, and how to read its colours. */
export function measureSentence(measure, rule, cell) {
  const { said, best } = MEASURE_NAMES[measure];
  const own = isOwn(cell, rule, measure);
  const at = measure === "f1" && !own ? "at the best threshold, " : "";
  const colours = {
    music: "Blue cells have less than the music, orange ones more.",
    low: "The less colour, the lower, and the better.",
    high: "The less colour, the higher, and the better.",
  };
  const how = own ? RULE_NAMES[rule] : `${at}the same by every rule`;
  return `Each cell is a network: ${said} (${how}). ${colours[best]}`;
}
