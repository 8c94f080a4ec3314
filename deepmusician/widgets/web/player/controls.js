// The icons of players, what their keys mean, and their numbers in words.
import { clock, seconds } from "../page/music.js";

const SLIDER_SLOWEST = 30; // quarters per minute
const SLIDER_FASTEST = 240;
const PLAYER_ICONS = {
  play: "M6 3.5 17 10 6 16.5z",
  pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  loop:
    "M13.5 1.5 17 5l-3.5 3.5V6H7a3 3 0 0 0-3 3v1H2V9a5 5 0 0 1 5-5h6.5z" +
    "M6.5 18.5 3 15l3.5-3.5V14H13a3 3 0 0 0 3-3v-1h2v1a5 5 0 0 1-5 5H6.5z",
  closer: "M9 4h2v5h5v2h-5v5H9v-5H4V9h5z",
  farther: "M4 9h12v2H4z",
  save: "M9 2h2v7h3.5L10 14 5.5 9H9zM3 16h14v2H3z",
  loud: "M3 7.5h3L10.5 4v12L6 12.5H3zM13 6.5a5 5 0 0 1 0 7v-1.6a3.4 3.4 0 0 0 0-3.8z",
};

export function playerIcon(name) {
  const shape = `<path fill="currentColor" d="${PLAYER_ICONS[name]}"/>`;
  return `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${shape}</svg>`;
}

/** The number of the tab that a key leads to from another; undefined for others. */
export function nextTab(key, chosen, count) {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: -1 }[key];
  return to === undefined ? undefined : (to + count) % count;
}

/** The tempo slider's range in quarters per minute, which includes all pieces' own. */
export function tempoRange(pieces) {
  const own = pieces.map(({ tempo }) => tempo);
  return {
    min: Math.floor(Math.min(SLIDER_SLOWEST, ...own)),
    max: Math.ceil(Math.max(SLIDER_FASTEST, ...own)),
  };
}

/** The time elapsed and a piece's duration, such as 0:03 / 0:14. */
export function elapsedInWords(piece, step, tempo) {
  const whole = seconds(piece, tempo);
  const elapsed = piece.length ? (step / piece.length) * whole : 0;
  return `${clock(elapsed)} / ${clock(whole)}`;
}

/** What a key pressed in the player asks for: "toggle", "jump" or nothing. */
export function playerAction({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  const isOn = (selector) => Boolean(target.closest(selector));
  if (key === " ") return isOn("button:not([aria-selected=true]), a") ? null : "toggle";
  return isOn("[role=tab], input") ? null : "jump";
}
