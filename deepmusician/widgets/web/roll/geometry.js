// Where a piano roll draws what, and what it shows in words. No page needed.
import { firstFrom, HIGHEST, LOWEST } from "../page/music.js";

const FEWEST_ROWS = 25;
const ROWS_AROUND = 2; // rows shown above the highest note and below the lowest
const PITCH_NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

/** A pitch's name, such as C4. */
export function pitchName(pitch) {
  return `${PITCH_NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

export function isBlackKey(pitch) {
  return PITCH_NAMES[pitch % 12].length > 1;
}

/** The lowest and the highest pitch of a view that shows all of these pieces. */
export function pitchRange(pieces, wanted = null) {
  let [low, high] = wanted ?? [HIGHEST, LOWEST];
  for (const { notes } of pieces) {
    for (const [, pitch] of notes) {
      low = Math.min(low, pitch - ROWS_AROUND);
      high = Math.max(high, pitch + ROWS_AROUND);
    }
  }
  if (low > high) [low, high] = [48, 72]; // no notes: two octaves about middle C
  const missing = Math.max(0, FEWEST_ROWS - (high - low + 1));
  low = Math.max(LOWEST, low - Math.floor(missing / 2));
  high = Math.min(HIGHEST, Math.max(high, low + FEWEST_ROWS - 1));
  return [Math.min(low, high - FEWEST_ROWS + 1), high];
}

/** Steps that a note's onset takes: one of the grid, or a sixteenth off it. */
export function onsetSteps({ notes, stepsPerQuarter }) {
  const onGrid = notes.every(([start]) => Number.isInteger(start));
  return onGrid ? 1 : stepsPerQuarter / 4;
}

/** The longest hold of a piece's notes, in steps. */
export function longestHold(notes) {
  return notes.reduce((most, [, , hold]) => Math.max(most, hold), 0);
}

/** The notes of which something lies between two steps, given the longest hold. */
export function notesBetween(notes, from, until, longest) {
  const [first, last] = [firstFrom(notes, from - longest), firstFrom(notes, until)];
  return notes.slice(first, last).filter(([start, , hold]) => start + hold > from);
}

/** Pixels per step of the first piece at which the longest fills a width legibly. */
export function fittingZoom(pieces, width) {
  const [{ stepsPerQuarter }] = pieces;
  const quarters = pieces.map((piece) => piece.length / piece.stepsPerQuarter);
  const quarter = width / Math.max(1, ...quarters);
  return Math.min(80, Math.max(24, quarter)) / stepsPerQuarter;
}

/** The steps at which bar lines stand: every fourth quarter, or further apart. */
export function barLines({ stepsPerQuarter }, zoom, from, until) {
  let spacing = 4 * stepsPerQuarter;
  while (spacing * zoom < 48) spacing *= 2;
  const lines = [];
  for (let at = Math.ceil(from / spacing) * spacing; at <= until; at += spacing) {
    lines.push(at);
  }
  return lines;
}

/** Where the view scrolls to so that the playhead is in it, in pixels. */
export function scrollFor(scroll, head, width) {
  const inView = head >= scroll && head <= scroll + 0.92 * width;
  return inView ? scroll : Math.max(0, head - 0.08 * width);
}

/** What a roll shows, in words. */
export function describeRoll(piece) {
  const { label, notes, length } = piece;
  const size = `${Number(length.toFixed(2))} steps`;
  if (!notes.length) return `Piano roll of ${label}: no notes in ${size}.`;
  const pitches = notes.map(([, pitch]) => pitch);
  const extremes = [Math.min(...pitches), Math.max(...pitches)];
  const [low, high] = extremes.map(pitchName);
  const count = notes.length === 1 ? "1 note" : `${notes.length} notes`;
  return `Piano roll of ${label}: ${count} from ${low} to ${high} in ${size}.`;
}

/** The bar and the beat at a step, and what sounds in that quarter, low notes first. */
export function positionInWords({ notes, length, stepsPerQuarter }, step, longest) {
  const quarter = Math.floor(step / stepsPerQuarter);
  const bars = Math.ceil(length / (4 * stepsPerQuarter));
  if (step >= length) return `the end, after ${bars === 1 ? "1 bar" : `${bars} bars`}`;
  const from = quarter * stepsPerQuarter;
  const within = notesBetween(notes, from, from + stepsPerQuarter, longest);
  const pitches = new Set(within.map(([, pitch]) => pitch));
  const names = [...pitches].sort((low, high) => low - high).map(pitchName);
  const beat = quarter % 4 === 0 ? "" : `, beat ${(quarter % 4) + 1}`;
  const place = `bar ${Math.floor(quarter / 4) + 1} of ${bars}${beat}`;
  return `${place}: ${names.join(", ") || "silence"}`;
}

/** Where a key of the keyboard moves a cell's cursor to; undefined for other keys. */
export function movedCursor([step, pitch], key, length, range) {
  const to = {
    ArrowLeft: [step - 1, pitch],
    ArrowRight: [step + 1, pitch],
    ArrowUp: [step, pitch + 1],
    ArrowDown: [step, pitch - 1],
    Home: [0, pitch],
    End: [length - 1, pitch],
    Enter: [step, pitch],
    " ": [step, pitch],
  }[key];
  const within = (value, low, high) => Math.min(high, Math.max(low, value));
  return to && [within(to[0], 0, length - 1), within(to[1], ...range)];
}
