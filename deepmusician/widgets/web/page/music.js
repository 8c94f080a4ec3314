// Pieces as the widgets know them, and time in steps.
//
// A piece is what Python's `piece_of` writes:
//   label, facts      its name, and what is said of it below
//   stepsPerQuarter   the grid
//   tempo             quarters per minute
//   length            steps
//   notes             [start, pitch, hold, level?] in steps and MIDI pitches, by start
//   gain              what brings it to the same loudness as all others
//   role              whose it is: human, independent, dependent, baseline, ...

export const LOWEST = 21; // MIDI pitch of the piano's lowest key
export const HIGHEST = 108;

/** Steps per second. */
export function pace(piece, tempo = piece.tempo) {
  return (piece.stepsPerQuarter * tempo) / 60;
}

/** How long a piece lasts, in seconds. */
export function seconds(piece, tempo = piece.tempo) {
  return piece.length / pace(piece, tempo);
}

/** The index of the first note that starts at `step` or later. */
export function firstFrom(notes, step) {
  let [low, high] = [0, notes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The notes that start at `from` or later and before `until`. */
export function starting(notes, from, until) {
  return notes.slice(firstFrom(notes, from), firstFrom(notes, until));
}

/** The notes that sound at a step. */
export function sounding(notes, step) {
  return notes
    .slice(0, firstFrom(notes, step + 1e-9))
    .filter(([start, , hold]) => start + hold > step);
}

/** Minutes and seconds, such as 1:07. */
export function clock(duration) {
  const whole = Math.max(0, Math.floor(duration + 1e-6));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
