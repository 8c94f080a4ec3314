// The networks of a sweep: where each stands, its measures, and the pieces it plays.

import { inflated } from "../page/inflated.js";
import { LOWEST } from "../page/music.js";
import { measureOf } from "./measures.js";

const KEY_BITS = 8;

/** Where a value lies on an axis of values: at their indices, or between them. */
export function onAxis(values, value) {
  if (values.length < 2) return value - values[0];
  let next = values.findIndex((other, n) => n > 0 && other >= value);
  if (next < 0) next = values.length - 1;
  const [low, high] = [values[next - 1], values[next]];
  return next - 1 + (value - low) / (high - low);
}

/** The notes of onsets (steps × keys, as bits from byte `from` on), by start. */
export function notesOf(bits, from, { steps, keys, stepsPerQuarter }) {
  const notes = [];
  const lastNotes = new Map(); // by key
  for (let step = 0; step < steps; step += 1) {
    for (let key = 0; key < keys; key += 1) {
      const at = step * keys + key;
      const isOnset = bits[from + (at >> 3)] & (0x80 >> (at % KEY_BITS));
      if (!isOnset) continue;
      const before = lastNotes.get(key);
      if (before) before[2] = Math.min(before[2], step - before[0]);
      const note = [step, LOWEST + key, Math.min(stepsPerQuarter, steps - step)];
      lastNotes.set(key, note);
      notes.push(note);
    }
  }
  return notes;
}

export class Networks {
  /** What the model's traits `cells`, `planes` and `grid` hold. */
  static async read(model) {
    const bits = await inflated(model.get("planes")).arrayBuffer();
    return new Networks(model.get("cells"), new Uint8Array(bits), model.get("grid"));
  }

  constructor(cells, bits, grid) {
    this.cells = cells;
    this.bits = bits;
    this.grid = grid;
    this.rules = Object.keys(cells[0].rules);
    const axis = (name) => {
      const values = cells.filter((cell) => !cell.trained).map((cell) => cell[name]);
      return [...new Set(values)].sort((one, other) => one - other);
    };
    this.alphas = axis("alpha");
    this.gammas = axis("gamma");
    this.pieces = new Map();
  }

  /** Where alpha and gamma lie on the map, whose cells are 1 wide and high. */
  place({ alpha, gamma }) {
    return { x: onAxis(this.gammas, gamma), y: onAxis(this.alphas, alpha) };
  }

  /** The nearest network on the map; of two, one trained here or else the first. */
  nearest(settings) {
    const here = this.place(settings);
    let [best, smallest] = [0, Number.POSITIVE_INFINITY];
    this.cells.forEach((cell, index) => {
      const place = this.place(cell);
      const distance = Math.hypot(here.x - place.x, here.y - place.y);
      const isNearer =
        distance < smallest - 1e-9 || (cell.trained && distance < smallest + 1e-9);
      if (isNearer) [best, smallest] = [index, distance];
    });
    return best;
  }

  /** A measure of a network by a rule; null where it is not defined. */
  value(index, rule, measure) {
    return measureOf(this.cells[index], rule, measure);
  }

  /** A measure of all recorded networks by a rule. */
  recorded(rule, measure) {
    const recorded = this.cells.filter((cell) => !cell.trained);
    return recorded.map((cell) => measureOf(cell, rule, measure));
  }

  /** What a network plays by a rule, as `page/music.js` describes a piece. */
  piece(index, rule) {
    const number = index * this.rules.length + this.rules.indexOf(rule);
    if (!this.pieces.has(number))
      this.pieces.set(number, this.read(index, rule, number));
    return this.pieces.get(number);
  }

  read(index, rule, number) {
    const { steps, keys, stepsPerQuarter, tempo } = this.grid;
    const notes = notesOf(this.bits, (number * steps * keys) / KEY_BITS, this.grid);
    return {
      label: rule,
      facts: `${(notes.length / steps).toFixed(2)} notes per step, ${steps} steps`,
      stepsPerQuarter,
      tempo,
      length: steps,
      notes,
      gain: this.cells[index].rules[rule].gain,
      role: "focal",
    };
  }
}
