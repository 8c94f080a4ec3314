// The decision rules and measures of the explorer: their names, values and numbers.

/** The names of the decision rules. */
export const RULE_NAMES = {
  raw_threshold: "raw threshold",
  raw_sample: "raw sample",
  threshold: "calibrated threshold",
  sample: "calibrated sample",
  density: "threshold at the music’s density",
};

/** What the map of networks can show: name, description, and which value is best. */
export const MEASURES = {
  alone: {
    name: "density, free running",
    description: "notes per step in free running",
    best: "music",
  },
  forced: {
    name: "density, given the true past",
    description: "notes per step given the true past",
    best: "music",
  },
  nll: {
    name: "NLL",
    description: "negative log-likelihood, nats per step",
    best: "low",
  },
  f1: { name: "F1", description: "F1 given the true past", best: "high" },
  precision: {
    name: "average precision",
    description: "average precision",
    best: "high",
  },
  off: {
    name: "calibration error",
    description: "calibration error, in notes per step",
    best: "low",
  },
};

/** A number with three significant figures and at most three decimals; – for none. */
export function formatNumber(value) {
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
  const values = cell.rules[rule];
  return isOwn(cell, rule, measure) || measure !== "f1" ? values[measure] : values.best;
}

/** Which F1 is shown of a network by a rule. */
export function f1Kind(cell, rule) {
  return isOwn(cell, rule, "f1") ? "given the true past" : "at its best threshold";
}

/** What the map shows, by which rule, and how to read its colours. */
export function measureSentence(measure, rule, cell) {
  const { description, best } = MEASURES[measure];
  const own = isOwn(cell, rule, measure);
  const at = measure === "f1" && !own ? "at the best threshold, " : "";
  const colours = {
    music: "Blue cells have less than the music, orange ones more.",
    low: "Paler cells are lower, which is better.",
    high: "Paler cells are higher, which is better.",
  };
  const how = own ? RULE_NAMES[rule] : `${at}the same for every rule`;
  return `Each cell is a network: ${description} (${how}). ${colours[best]}`;
}
