// A piece as samples, rendered faster than it is played.
import { pace, seconds, starting } from "./music.js";
import { dampingTime } from "./piano.js";

const RENDERED_RATE = 22050; // samples per second, as the tones were recorded
const RENDERED_TAIL = 1; // seconds that a piece rings on after its last step
const RENDERED_PART = 8; // seconds; the work grows with the square of what is in a part

/** The samples of a piece as a piano plays it: {samples, rate}. */
export async function rendered(piano, piece) {
  const rate = RENDERED_RATE;
  const samples = new Float32Array(Math.ceil((seconds(piece) + RENDERED_TAIL) * rate));
  const part = Math.ceil(RENDERED_PART * pace(piece)); // steps
  for (let from = 0; from < piece.length; from += part) {
    const notes = starting(piece.notes, from, from + part);
    if (notes.length === 0) continue;
    const first = Math.floor((from / pace(piece)) * rate);
    const sound = await renderedPart(piano, { ...piece, notes }, { first, rate });
    const end = Math.min(sound.length, samples.length - first);
    for (let n = 0; n < end; n += 1) samples[first + n] += sound[n];
  }
  return { samples, rate };
}

/** The samples of some notes until the last has rung off, from sample `first` on. */
async function renderedPart(piano, piece, { first, rate }) {
  const struck = piece.notes.map(([start, pitch, hold, level = 1]) => {
    const at = Math.max(0, start / pace(piece) - first / rate);
    return { pitch, at, hold: hold / pace(piece), level };
  });
  const ends = struck.map(({ at, hold, pitch }) => at + hold + 6 * dampingTime(pitch));
  const frames = Math.ceil(Math.max(...ends) * rate);
  const offline = new OfflineAudioContext(1, frames, rate);
  const into = new GainNode(offline, { gain: piece.gain });
  into.connect(offline.destination);
  for (const note of struck) piano.strike(into, note);
  return (await offline.startRendering()).getChannelData(0);
}
