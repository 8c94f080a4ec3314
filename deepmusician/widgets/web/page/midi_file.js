// Standard MIDI files, written and read in the page as music/midi.py does it.
import { HIGHEST, LOWEST } from "./music.js";

const MIDI_TICKS = 480; // per quarter, in the files written here
const MIDI_MINUTE = 60e6; // microseconds
const MIDI_DEFAULT_TEMPO = 100; // quarters per minute, where a file names none
const MIDI_STRENGTH = 80; // MIDI velocity of a note whose level is 1
const MIDI_DRUMS = 9; // the channel that players call 10
const MIDI_LONGEST = 400000; // steps of the longest roll, as in Python
const MIDI_META = { name: 0x03, marker: 0x06, end: 0x2f, tempo: 0x51 };
const MIDI_DATA_BYTES = { 8: 2, 9: 2, 10: 2, 11: 2, 12: 1, 13: 1, 14: 2 }; // by kind

// --- writing

/** The bytes of a piece as a MIDI file of type 0; a rest at its end is kept. */
export function midiOf(piece) {
  const step = MIDI_TICKS / piece.stepsPerQuarter; // ticks
  const end = Math.round(piece.length * step);
  const events = [
    { at: 0, bytes: midiMeta(MIDI_META.name, midiText(piece.label || "Piano")) },
    {
      at: 0,
      bytes: midiMeta(MIDI_META.tempo, midiWhole(MIDI_MINUTE / piece.tempo, 3)),
    },
    ...piece.notes.flatMap((note) => noteEvents(note, step)),
    { at: end, bytes: midiMeta(MIDI_META.marker, midiText("end")) },
  ].sort((one, other) => one.at - other.at || (one.rank ?? 0) - (other.rank ?? 0));
  let past = 0;
  const track = events.flatMap(({ at, bytes }) => {
    const since = at - past;
    past = at;
    return [...variableLength(since), ...bytes];
  });
  track.push(0, ...midiMeta(MIDI_META.end, []));
  return Uint8Array.from([
    ...midiText("MThd"),
    ...[
      ...midiWhole(6, 4),
      ...midiWhole(0, 2),
      ...midiWhole(1, 2),
      ...midiWhole(MIDI_TICKS, 2),
    ],
    ...[...midiText("MTrk"), ...midiWhole(track.length, 4)],
    ...track,
  ]);
}

/** A note's two events; of those at one time, releases come before onsets. */
function noteEvents([start, pitch, hold, level = 1], step) {
  const at = Math.round(start * step);
  const until = Math.max(at + 1, Math.round((start + hold) * step));
  return [
    { at, rank: 2, bytes: [0x90, pitch, midiVelocity(level)] },
    { at: until, rank: 1, bytes: [0x80, pitch, 0] },
  ];
}

/** The velocity of a note of some level, 1 for a roll's notes: see audio.py's `gain`. */
export function midiVelocity(level) {
  return Math.max(1, Math.min(127, Math.round(MIDI_STRENGTH * Math.sqrt(level))));
}

function midiMeta(kind, bytes) {
  return [0xff, kind, ...variableLength(bytes.length), ...bytes];
}

function midiText(text) {
  return [...new TextEncoder().encode(text)];
}

/** A whole number in so many bytes, the largest first. */
function midiWhole(number, bytes) {
  const places = Array.from({ length: bytes }, (_, place) => 8 * (bytes - 1 - place));
  return places.map((bits) => (Math.round(number) >> bits) & 255);
}

/** A number in MIDI's variable length: seven bits per byte, all but the last marked. */
function variableLength(number) {
  const groups = [number & 127];
  for (let rest = number >> 7; rest > 0; rest >>= 7) groups.push((rest & 127) | 128);
  return groups.reverse();
}

// --- reading

/**
 * The piece in a MIDI file's bytes (type 0 or 1), its notes snapped to the grid.
 *
 * Drums, notes off the piano and notes without duration are left out; the first tempo
 * is that of the piece. Throws an Error whose message says what is wrong with the file.
 */
export function pieceOfMidi(bytes, stepsPerQuarter) {
  const reader = new MidiBytes(bytes);
  const { tracks, division } = midiHeader(reader);
  const content = { notes: [], tempos: [], end: 0 };
  for (let left = tracks; left > 0; ) {
    if (reader.left < 8) throw midiError("is cut off: a track is missing");
    const kind = reader.text(4);
    const size = reader.whole(4);
    if (size > reader.left) throw midiError("is cut off inside a track");
    const chunk = new MidiBytes(reader.take(size));
    if (kind === "MTrk") readTrack(chunk, content);
    left -= kind === "MTrk" ? 1 : 0;
  }
  return midiSnapped(content, division, stepsPerQuarter);
}

function midiError(cause) {
  return new Error(`The file ${cause}.`);
}

class MidiBytes {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get left() {
    return this.bytes.length - this.at;
  }

  take(count) {
    if (count > this.left) throw midiError("is corrupt: an event runs past its track");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  whole(count) {
    return this.take(count).reduce((number, byte) => number * 256 + byte, 0);
  }

  text(count) {
    return String.fromCharCode(...this.take(count));
  }

  variableLength() {
    let number = 0;
    for (let groups = 0; groups < 4; groups += 1) {
      const byte = this.whole(1);
      number = number * 128 + (byte & 127);
      if (byte < 128) return number;
    }
    throw midiError("is corrupt: a time in it has no end");
  }
}

function midiHeader(reader) {
  if (reader.left < 4 || reader.text(4) !== "MThd") throw midiError("is not MIDI");
  if (reader.left < 10) throw midiError("is cut off inside its header");
  const size = reader.whole(4);
  if (size < 6) throw midiError("is corrupt: its header is too short");
  const [kind, tracks, division] = [2, 2, 2].map((bytes) => reader.whole(bytes));
  if (kind === 2) throw midiError("is MIDI of type 2, patterns without an order");
  if (kind > 2) throw midiError(`is corrupt: MIDI has no type ${kind}`);
  if (division === 0) throw midiError("has zero ticks per quarter");
  if (division >= 0x8000)
    throw midiError("counts time in film frames, not in quarters");
  reader.take(size - 6);
  return { tracks, division };
}

/** Add a track's notes [start, pitch, duration], in ticks, and tempos to `content`. */
function readTrack(reader, content) {
  const held = new Map(); // by channel and pitch: onsets in order
  let now = 0;
  let running = 0;
  while (reader.left > 0) {
    now += reader.variableLength();
    const first = reader.whole(1);
    if (first === 0xff) {
      if (readMeta(reader, now, content)) return;
    } else if (first === 0xf0 || first === 0xf7) {
      reader.take(reader.variableLength());
    } else {
      if (first >= 0x80) running = first;
      else reader.at -= 1; // the event's kind is that of the one before
      readEvent(reader, running, now, held, content);
    }
  }
  throw midiError("has a track without an end");
}

/** Read a meta event; return whether it ends the track. */
function readMeta(reader, now, content) {
  const kind = reader.whole(1);
  const data = reader.take(reader.variableLength());
  if (kind === MIDI_META.marker) content.end = Math.max(content.end, now);
  if (kind === MIDI_META.tempo) {
    const quarter = data.reduce((number, byte) => number * 256 + byte, 0);
    if (!quarter) throw midiError("is corrupt: its tempo is zero");
    content.tempos.push([now, MIDI_MINUTE / quarter]);
  }
  return kind === MIDI_META.end;
}

function readEvent(reader, status, now, held, content) {
  const count = MIDI_DATA_BYTES[status >> 4];
  if (!count) throw midiError("is corrupt: it has an event of no known kind");
  const [pitch, velocity] = reader.take(count);
  if (pitch > 127 || velocity > 127)
    throw midiError("is corrupt: a value is above 127");
  const [kind, channel] = [status >> 4, status & 15];
  if (kind > 9 || channel === MIDI_DRUMS) return;
  const key = 128 * channel + pitch;
  if (!held.has(key)) held.set(key, []);
  const onsets = held.get(key);
  if (kind === 9 && velocity > 0) onsets.push(now);
  else if (onsets.length > 0) {
    const start = onsets.shift();
    content.notes.push([start, pitch, now - start]);
  }
}

// --- from ticks to the grid, by the rules of Python's grid

function midiSnapped({ notes, tempos, end }, division, stepsPerQuarter) {
  const grid = (ticks) => nearestStep((ticks / division) * stepsPerQuarter);
  const last = notes.reduce((most, [at, , held]) => Math.max(most, at + held), end);
  if (grid(last) > MIDI_LONGEST)
    throw midiError(`lasts longer than ${MIDI_LONGEST} steps`);
  const onPiano = notes.filter(
    ([, pitch, held]) => held > 0 && pitch >= LOWEST && pitch <= HIGHEST,
  );
  if (onPiano.length === 0) throw midiError("has no notes on a piano's keys");
  const placed = onPiano.map(([at, pitch, held]) => {
    const start = grid(at);
    return [start, pitch, Math.max(1, grid(at + held) - start)];
  });
  const snapped = withoutOverlaps(placed);
  const ends = snapped.map(([start, , hold]) => start + hold);
  const [first] = tempos.sort((one, other) => one[0] - other[0]);
  return {
    label: "",
    facts: "",
    stepsPerQuarter,
    tempo: first ? Math.round(first[1] * 1000) / 1000 : MIDI_DEFAULT_TEMPO,
    length: ends.reduce((most, step) => Math.max(most, step), grid(last)),
    notes: snapped,
    gain: 1,
    role: "",
  };
}

/** The nearest whole step; half steps go up. */
export function nearestStep(steps) {
  return Math.floor(steps + 0.5 + 1e-6);
}

/**
 * Notes by their start, no key with two onsets at a step or held past its next one; a
 * sound that another voice holds on the same key continues.
 */
export function withoutOverlaps(notes) {
  const keys = Map.groupBy(notes, ([, pitch]) => pitch);
  const kept = [];
  for (const [pitch, all] of keys) {
    all.sort((one, other) => one[0] - other[0]);
    let sounds = 0; // until this step
    for (const [n, [start, , hold]] of all.entries()) {
      sounds = Math.max(sounds, start + hold);
      const next = all[n + 1]?.[0] ?? Number.POSITIVE_INFINITY;
      if (next > start) kept.push([start, pitch, Math.min(next, sounds) - start]);
    }
  }
  return kept.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
}
