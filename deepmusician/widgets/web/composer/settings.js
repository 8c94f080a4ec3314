// What a reader of the composer can set: the ranges, and the settings in words.
import { clock } from "../page/music.js";

const COMPOSER_RULES = ["sample", "threshold", "density"];
const MOST_STEPS = 50000;
const MOST_SEED = 2 ** 32 - 1;

/** The settings that are numbers: their names in sentences, and their ranges. */
export const COMPOSER_NUMBERS = {
  length: {
    subject: "The length",
    unit: "steps",
    whole: true,
    least: 1,
    most: MOST_STEPS,
  },
  temperature: { subject: "The temperature", least: 0.1, most: 5 },
  threshold: { subject: "The threshold", least: 0, most: 1 },
  seed: { subject: "The seed", whole: true, least: 0, most: MOST_SEED },
  tempo: { subject: "The tempo", unit: "quarters per minute", least: 20, most: 300 },
};

export const FIRST_SETTINGS = {
  length: 192,
  temperature: 1,
  rule: "sample",
  threshold: 0.5,
  seed: 1,
  tempo: 100,
};

/**
 * The settings of what was typed, and complaints: a sentence for each that is not a
 * number in its range, by its name.
 */
export function checkedSettings(typed) {
  const settings = { ...FIRST_SETTINGS };
  const complaints = {};
  for (const [name, range] of Object.entries(COMPOSER_NUMBERS)) {
    const text = String(typed[name] ?? "").trim();
    const number = text === "" ? Number.NaN : Number(text);
    if (isWithin(number, range)) settings[name] = number;
    else complaints[name] = rangeSentence(range);
  }
  if (COMPOSER_RULES.includes(typed.rule)) settings.rule = typed.rule;
  else complaints.rule = `The rule must be one of ${COMPOSER_RULES.join(", ")}.`;
  return { settings, complaints };
}

function isWithin(number, { whole, least, most }) {
  const isRight = whole ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isRight && number >= least && number <= most;
}

function rangeSentence({ subject, unit, whole, least, most }) {
  const kind = whole ? "a whole number" : "a number";
  const of = unit ? ` of ${unit}` : "";
  const range = `${withCommas(least)} to ${withCommas(most)}`;
  return `${subject} must be ${kind}${of} from ${range}.`;
}

/** A number as it is read: 50,000. */
export function withCommas(number) {
  return number.toLocaleString("en");
}

/** Bars of four quarters and minutes, such as "12 bars, 0:36". */
export function lengthInWords(steps, stepsPerQuarter, tempo) {
  const quarters = steps / stepsPerQuarter;
  const bars = Number((quarters / 4).toFixed(1));
  const duration = clock((quarters * 60) / tempo);
  return `${withCommas(bars)} ${bars === 1 ? "bar" : "bars"}, ${duration}`;
}

/** The settings that decide a take, in one line. */
export function settingsInWords({ length, rule, temperature, threshold, seed }) {
  const rules = {
    sample: `temperature ${temperature}, seed ${seed}`,
    threshold: `threshold ${threshold}, temperature ${temperature}`,
    density: `by density, temperature ${temperature}`,
  };
  return `${withCommas(length)} steps, ${rules[rule]}`;
}
