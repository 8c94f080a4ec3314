// The takes that a reader has composed, and the current one.

import { seconds } from "../page/music.js";
import { settingsInWords } from "./settings.js";

/** What there is to know of a take: how dense it is, and how long. */
export function takeFacts({ growingPiece, state }, tempo) {
  const { piece, onsets, newSteps } = growingPiece;
  if (state === "composing") return "being composed";
  const duration = `${Math.round(seconds(piece, tempo))} s`;
  const stopped = state === "stopped" ? `stopped after ${newSteps} steps, ` : "";
  if (onsets === 0) return `${stopped}no notes: silence, ${duration}`;
  return `${stopped}${(onsets / newSteps).toFixed(2)} notes per step, ${duration}`;
}

/** How a take was composed, in a line. */
export function takeOrigin({ settings, beginning }) {
  const after = beginning.name ? `, after ${beginning.name}` : "";
  return `${settingsInWords(settings)}${after}`;
}

/** A name for a take's file, whose kind is "mid" or "wav". */
export function takeFile({ number, settings }, kind) {
  const seed = settings.rule === "sample" ? `-seed-${settings.seed}` : "";
  return `deep-musician-take-${number}${seed}.${kind}`;
}

/**
 * All takes, in the order in which they were begun. Dispatches "change" whenever one
 * comes, goes, is chosen, or has changed.
 */
export class Takes extends EventTarget {
  constructor() {
    super();
    this.all = [];
    this.count = 0; // takes ever begun
    this.current = null;
  }

  /** Begin a take, and choose it. */
  add({ settings, beginning, growingPiece }) {
    this.count += 1;
    const state = "composing";
    const take = { number: this.count, settings, beginning, growingPiece, state };
    this.all.push(take);
    this.choose(take);
    return take;
  }

  choose(take) {
    this.current = take;
    this.changed();
  }

  /** Forget a take; if it was the current one, its neighbour is. */
  remove(take) {
    const place = this.all.indexOf(take);
    this.all.splice(place, 1);
    if (take === this.current) {
      this.current = this.all[Math.min(place, this.all.length - 1)] ?? null;
    }
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
