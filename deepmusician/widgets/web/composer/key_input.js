// What the reader plays on keys: sounded at once, and transcribed onto the grid.
import { quantised, withoutLeadingRest } from "./beginning.js";

const LONGEST_HOLD = 6; // seconds; the piano's tones are no longer
const TAP_MILLISECONDS = 400;
const CLICK_AHEAD = 0.15; // seconds for which clicks are scheduled in advance

/** Plays keys while they are held. It is a player of the page's `sound`. */
export class KeyPlayer {
  constructor(sound, gain) {
    this.sound = sound;
    this.gain = gain;
    this.held = new Map(); // by pitch: how to damp it, once it sounds
  }

  async press(pitch) {
    if (this.held.has(pitch)) return;
    this.held.set(pitch, null);
    const piano = await this.sound.startFor(this);
    if (!this.held.has(pitch)) return; // released meanwhile
    const { context, output, now } = this.sound;
    this.into ??= new GainNode(context, { gain: this.gain });
    this.into.connect(output);
    const key = { pitch, at: now, hold: LONGEST_HOLD };
    this.held.set(pitch, piano.strike(this.into, key));
  }

  release(pitch) {
    const damp = this.held.get(pitch);
    this.held.delete(pitch);
    damp?.(this.sound.now + 0.01);
  }

  /** Press a key for a moment. */
  tap(pitch) {
    this.press(pitch);
    setTimeout(() => this.release(pitch), TAP_MILLISECONDS);
  }

  /** Release all keys. */
  pause() {
    for (const pitch of [...this.held.keys()]) this.release(pitch);
  }
}

/** Transcribes what is played, from the first quarter with an onset. */
export class KeyTranscriber {
  /** `pace`: steps per second; `origin`: the time of a beat, else the first onset. */
  constructor({ pace, stepsPerQuarter, origin }) {
    Object.assign(this, { pace, stepsPerQuarter, origin });
    this.played = [];
    this.open = new Map(); // by pitch: what is still held
  }

  down(pitch, time) {
    this.up(pitch, time);
    this.origin ??= time;
    const note = { pitch, down: time, up: null };
    this.played.push(note);
    this.open.set(pitch, note);
  }

  up(pitch, time) {
    const note = this.open.get(pitch);
    if (note) note.up = time;
    this.open.delete(pitch);
  }

  /** Notes [start, pitch, hold] on the grid; what is still held is held until now. */
  notes(now) {
    const played = this.played.map((note) => ({ ...note, up: note.up ?? now }));
    return withoutLeadingRest(quantised(played, this), this.stepsPerQuarter);
  }

  /** Steps since the first onset. */
  length(now) {
    return this.played.length > 0 ? (now - this.played[0].down) * this.pace : 0;
  }
}

/** Clicks every quarter, in the page's own sound. */
export class Metronome {
  constructor(sound) {
    this.sound = sound;
  }

  /** Click every so many seconds; returns the time of the first click. */
  start(quarter) {
    this.stop();
    const first = this.sound.now + 0.1;
    this.next = first;
    this.timer = setInterval(() => this.schedule(quarter), 40);
    this.schedule(quarter);
    return first;
  }

  stop() {
    clearInterval(this.timer);
  }

  schedule(quarter) {
    const { now } = this.sound;
    for (; this.next < now + CLICK_AHEAD; this.next += quarter) {
      this.click(Math.max(this.next, now));
    }
  }

  click(at) {
    const { context, output } = this.sound;
    const tone = new OscillatorNode(context, { frequency: 1500 });
    const shape = new GainNode(context, { gain: 0.12 });
    shape.gain.setTargetAtTime(0, at, 0.008);
    tone.connect(shape).connect(output);
    tone.start(at);
    tone.stop(at + 0.06);
  }
}
