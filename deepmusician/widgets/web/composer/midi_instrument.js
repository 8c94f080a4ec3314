// Plays on a MIDI instrument, with what a transport asks of a piano.

import { midiVelocity } from "../page/midi_file.js";

const SEND_AHEAD = 40; // milliseconds that a message is sent before its time
const HIDDEN_SEND_AHEAD = 1500; // in a background page, whose timers run rarely
const QUEUE_TICK = 20; // milliseconds between two looks at what is due
const SHORTEST_HOLD = 0.001; // seconds, so that no onset comes after its release
const NOTE_ON = 0x90; // on the first channel
const NOTE_OFF = 0x80;
const ALL_NOTES_OFF = [0xb0, 123, 0];

/**
 * Messages wait here until shortly before their time: what has been sent to an output
 * cannot be taken back. `now()` is the music's time in seconds, `volume()` is 0 to 1, and
 * `clock()` is the page's time in milliseconds.
 */
export class MidiInstrument {
  constructor(output, { now, volume, clock = () => performance.now() }) {
    Object.assign(this, { output, now, volume, clock });
    this.queue = []; // {at, note, isOn}, by time; a release before an onset
    this.held = new Set(); // notes whose onset was sent, and whose release was not
  }

  /** Strike a key, as `Piano` does; returns how to release it at another time. */
  strike(_, { pitch, at, hold, level = 1 }) {
    const time = (then) => this.clock() + 1000 * (then - this.now());
    const note = { pitch, velocity: midiVelocity(level * this.volume()) };
    this.put({ at: time(at), note, isOn: true });
    this.put({ at: time(at + Math.max(hold, SHORTEST_HOLD)), note, isOn: false });
    this.flush();
    return (when) => this.release(note, time(when));
  }

  /** Release all that is held, and forget what was to come. */
  silence() {
    this.queue = [];
    for (const note of this.held) {
      this.send({ at: Math.max(this.clock(), note.sentFor), note, isOn: false });
    }
    this.output.send(ALL_NOTES_OFF);
    this.wait();
  }

  // --- internals

  /** Release a note at another time, or take it back if it has not begun by then. */
  release(note, at) {
    const [first, last = first] = this.queue.filter((each) => each.note === note);
    if (!last || last.at <= at) return; // released by then
    const isCancelled = first.isOn && first.at >= at;
    this.queue = this.queue.filter((each) => each.note !== note);
    if (first.isOn && !isCancelled) this.put(first);
    if (!isCancelled) this.put({ at, note, isOn: false });
    this.flush();
  }

  put(message) {
    this.queue.push(message);
    this.queue.sort((one, other) => one.at - other.at || one.isOn - other.isOn);
  }

  /** Send what is due, and look again while anything waits. */
  flush() {
    const ahead = globalThis.document?.hidden ? HIDDEN_SEND_AHEAD : SEND_AHEAD;
    while (this.queue[0]?.at <= this.clock() + ahead) this.send(this.queue.shift());
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    if (this.queue.length > 0) this.timer = setTimeout(() => this.flush(), QUEUE_TICK);
  }

  send({ at, note, isOn }) {
    const { pitch, velocity } = note;
    note.sentFor = Math.max(at, this.clock());
    if (isOn) this.held.add(note);
    else this.held.delete(note);
    const bytes = isOn ? [NOTE_ON, pitch, velocity] : [NOTE_OFF, pitch, 0];
    this.output.send(bytes, note.sentFor);
  }
}
