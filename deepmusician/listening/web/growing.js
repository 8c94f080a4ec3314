// A piece that grows step by step, while it is heard, from what a network decides.
import { LOWEST } from "./music.js";

export class GrowingPiece {
  /**
   * It begins with the notes of a `Beginning`. `plane`: whether the steps to come hold
   * the keys that are touched ("onsets") or that sound ("sounding").
   */
  constructor(beginning, plane, { label, tempo, gain }) {
    this.plane = plane;
    this.begins = beginning.length; // the step at which the new music starts
    this.touches = 0; // in the new music
    this.latest = new Map(); // by pitch: its last note
    this.piece = {
      label,
      facts: "",
      stepsPerQuarter: beginning.stepsPerQuarter,
      tempo,
      length: beginning.length,
      notes: beginning.notes.map((note) => [...note]),
      gain,
      role: "dependent",
    };
    for (const note of this.piece.notes) this.latest.set(note[1], note);
  }

  /** Steps of new music. */
  get made() {
    return this.piece.length - this.begins;
  }

  /** Add a step, given its keys (0 to 87). */
  add(keys) {
    const step = this.piece.length;
    for (const key of keys) {
      const pitch = key + LOWEST;
      if (this.plane === "sounding" && this.soundsUntil(pitch) === step) {
        this.latest.get(pitch)[2] += 1;
      } else this.touch(pitch, step);
    }
    this.piece.length = step + 1;
  }

  touch(pitch, step) {
    const before = this.latest.get(pitch);
    if (this.soundsUntil(pitch) > step) before[2] = step - before[0];
    const hold = this.plane === "sounding" ? 1 : this.piece.stepsPerQuarter;
    const note = [step, pitch, hold];
    this.piece.notes.push(note);
    this.latest.set(pitch, note);
    this.touches += 1;
  }

  soundsUntil(pitch) {
    const note = this.latest.get(pitch);
    return note ? note[0] + note[2] : 0;
  }

  /** No more steps: what is still held ends with the piece. */
  finish() {
    const { notes, length } = this.piece;
    for (const note of notes) note[2] = Math.min(note[2], length - note[0]);
  }
}
