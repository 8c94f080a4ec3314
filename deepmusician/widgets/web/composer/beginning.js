// The music that a network continues: silence, or at most as many steps as it reads.

import { nearestStep, withoutOverlaps } from "../page/midi_file.js";
import { HIGHEST, LOWEST, starting } from "../page/music.js";

export class Beginning {
  /** `most`: the longest, in steps. */
  constructor(stepsPerQuarter, most) {
    this.stepsPerQuarter = stepsPerQuarter;
    this.most = most;
    this.clear();
  }

  /** Silence. */
  clear() {
    this.name = "";
    this.notes = [];
  }

  /** Steps: up to the end of its last quarter. */
  get length() {
    const end = this.notes.reduce((last, [at, , hold]) => Math.max(last, at + hold), 0);
    const quarters = Math.ceil(end / this.stepsPerQuarter);
    return Math.min(this.most, quarters * this.stepsPerQuarter);
  }

  /** Add a quarter note at a step, or remove the note that begins there. */
  toggle(step, pitch) {
    const others = this.notes.filter(([at, key]) => at !== step || key !== pitch);
    const isThere = others.length < this.notes.length;
    const note = [step, pitch, this.stepsPerQuarter];
    this.put(isThere ? others : [...others, note], "my own");
  }

  /** Use notes [start, pitch, hold], as far as they are on the piano and in time. */
  put(notes, name) {
    const fitting = notes
      .filter(([at, pitch]) => at < this.most && pitch >= LOWEST && pitch <= HIGHEST)
      .map(([at, pitch, hold]) => [at, pitch, Math.min(hold, this.most - at)]);
    this.notes = withoutOverlaps(fitting);
    this.name = this.notes.length > 0 ? name : "";
  }

  /** The same notes and name, for a take to keep. */
  copy() {
    const twin = new Beginning(this.stepsPerQuarter, this.most);
    twin.put(this.notes, this.name);
    return twin;
  }

  /** The keys or cells of each step as a network reads them; see `GrowingPiece`. */
  cellsOn(plane) {
    const cells = Array.from({ length: this.length }, () => []);
    for (const [at, pitch, hold] of this.notes) {
      const key = pitch - LOWEST;
      const until = plane === "onsets" ? at + 1 : at + hold;
      for (let step = at; step < until; step += 1) {
        cells[step].push(plane === "both" ? 2 * key + (step > at ? 1 : 0) : key);
      }
    }
    return cells;
  }
}

/** Notes without the whole quarters of silence before the first. */
export function withoutLeadingRest(notes, stepsPerQuarter) {
  const first = notes.reduce((least, [at]) => Math.min(least, at), Number.MAX_VALUE);
  const lead = Math.floor(first / stepsPerQuarter) * stepsPerQuarter;
  return notes.map(([at, ...rest]) => [at - lead, ...rest]);
}

/** The first steps of a piece that a beginning may have, from its first note on. */
export function openingOf(piece, most) {
  const moved = withoutLeadingRest(piece.notes, piece.stepsPerQuarter);
  return starting(moved, 0, most).map(([at, pitch, hold]) => [
    at,
    pitch,
    Math.min(hold, most - at),
  ]);
}

/**
 * What was played, on the grid: notes [start, pitch, hold] in steps.
 *
 * `played`: {pitch, down, up} in seconds; `pace`: steps per second; `origin`: the time
 * of step 0. Onsets before it move to 0.
 */
export function quantised(played, { pace, origin }) {
  const step = (time) => Math.max(0, nearestStep((time - origin) * pace));
  const notes = played.map(({ pitch, down, up }) => {
    const start = step(down);
    return [start, pitch, Math.max(1, step(up) - start)];
  });
  return withoutOverlaps(notes);
}
