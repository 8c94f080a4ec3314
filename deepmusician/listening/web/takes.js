// The takes that a reader has composed, and the one that is heard.
import { settingsInWords } from "./composer_settings.js";
import { seconds } from "./music.js";

/** What there is to know of a take: how full it is, and how long. */
export function takeFacts({ growing, state }, tempo) {
  const { piece, touches, made } = growing;
  if (state === "composing") return "being composed";
  const lasting = `${Math.round(seconds(piece, tempo))} s`;
  const stopped = state === "stopped" ? `stopped after ${made} steps, ` : "";
  if (touches === 0) return `${stopped}no notes: silence, ${lasting}`;
  return `${stopped}${(touches / made).toFixed(2)} touches a step, ${lasting}`;
}

/** How a take was made, in a line. */
export function takeOrigin({ settings, beginning }) {
  const after = beginning.name ? `, after ${beginning.name}` : "";
  return `${settingsInWords(settings)}${after}`;
}

/** A name for a take's file. */
export function takeFile({ number, settings }) {
  const seed = settings.rule === "sample" ? `-seed-${settings.seed}` : "";
  return `deep-musician-take-${number}${seed}.mid`;
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
  add({ settings, beginning, growing }) {
    this.count += 1;
    const state = "composing";
    const take = { number: this.count, settings, beginning, growing, state };
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
