// A piece that grows step by step, while it plays, from what a network decides.
import { LOWEST } from "../page/music.js";

export class GrowingPiece {
  /**
   * It begins with the notes of a `Beginning`. `plane`: whether the steps to come have
   * the keys with an onset ("onsets"), all that sound ("sounding"), or cells: 2k for an
   * onset of key k, 2k + 1 where it sounds on ("both").
   */
  constructor(beginning, plane, { label, tempo, gain }) {
    this.plane = plane;
    this.newMusicStart = beginning.length; // in steps
    this.onsets = 0; // in the new music
    this.lastNotes = new Map(); // by pitch: its last note
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
    for (const note of this.piece.notes) this.lastNotes.set(note[1], note);
  }

  /** Steps of new music. */
  get newSteps() {
    return this.piece.length - this.newMusicStart;
  }

  /** Add a step, given its keys or cells. */
  add(cells) {
    const step = this.piece.length;
    for (const cell of cells) {
      const pitch = (this.plane === "both" ? cell >> 1 : cell) + LOWEST;
      if (this.isHold(cell, pitch, step)) this.lastNotes.get(pitch)[2] += 1;
      else this.addOnset(pitch, step);
    }
    this.piece.length = step + 1;
  }

  isHold(cell, pitch, step) {
    if (this.plane === "both") return cell % 2 === 1;
    return this.plane === "sounding" && this.soundsUntil(pitch) === step;
  }

  addOnset(pitch, step) {
    const before = this.lastNotes.get(pitch);
    if (this.soundsUntil(pitch) > step) before[2] = step - before[0];
    const hold = this.plane === "onsets" ? this.piece.stepsPerQuarter : 1;
    const note = [step, pitch, hold];
    this.piece.notes.push(note);
    this.lastNotes.set(pitch, note);
    this.onsets += 1;
  }

  soundsUntil(pitch) {
    const note = this.lastNotes.get(pitch);
    return note ? note[0] + note[2] : 0;
  }

  /** No more steps: what is still held ends with the piece. */
  finish() {
    const { notes, length } = this.piece;
    for (const note of notes) note[2] = Math.min(note[2], length - note[0]);
  }
}
