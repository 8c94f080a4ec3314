// Plays one piece at a time: where it is, how fast, once or in a loop.
import { pace, sounding, starting } from "../page/music.js";

const TICK_MILLISECONDS = 50; // between two looks ahead
const LOOK_AHEAD = 0.2; // seconds of music that are scheduled in advance
const HIDDEN_LOOK_AHEAD = 1.5; // in a background page, whose timers run rarely
const LEAD_IN = 0.03; // seconds from a jump to the first note after it
const FADE_OUT = 0.01; // seconds in which what sounds falls to 1/e on a jump
const RESTRIKE_GAP = 0.25; // seconds between jumps for held notes to be struck anew

/**
 * The clock of a widget. Dispatches "change" whenever it starts, stops, jumps, or
 * plays another piece; between those, ask for `position`. Notes may be added to the
 * piece, and its length raised, while it plays.
 */
export class Transport extends EventTarget {
  constructor(sound) {
    super();
    this.sound = sound;
    this.piece = null;
    this.instrument = null; // what strikes the notes in place of the page's piano
    this.isPlaying = false;
    this.isWanted = false; // plays, or will once the piano is ready
    this.loop = false;
    this.volume = 1;
    this.chosenTempo = null; // quarters per minute; null for the piece's own
    this.restPosition = 0; // in steps, while nothing plays
    this.laps = []; // {time, step}: when the music went on from which step
    this.scheduledUntil = 0; // the step of the last lap
    this.pending = []; // {release, at} of notes that are scheduled
    this.bus = null; // what all notes since the last jump are played into
    this.lastJump = -Infinity;
    this.schedule = this.schedule.bind(this);
  }

  get tempo() {
    return this.chosenTempo ?? this.piece?.tempo ?? 120;
  }

  /** Where the music is, in steps. */
  get position() {
    if (!this.isPlaying) return this.restPosition;
    return Math.min(this.positionAt(this.now), this.piece.length);
  }

  /** Play another piece from where this one is, in quarters; or from a step. */
  load(piece, { from } = {}) {
    if (piece === this.piece && from === undefined) return this.notify();
    const step = from ?? this.samePosition(piece);
    this.piece = piece;
    this.jump(step < piece.length ? step : 0);
  }

  async play() {
    if (!this.piece?.length || this.isWanted) return;
    this.isWanted = true;
    this.notify();
    try {
      this.piano = await this.sound.startFor(this);
    } catch (error) {
      this.stop();
      throw error;
    }
    if (!this.isWanted || this.isPlaying) return; // paused, or pressed twice, meanwhile
    if (this.restPosition >= this.piece.length) this.restPosition = 0;
    this.isPlaying = true;
    this.timer = setInterval(this.schedule, TICK_MILLISECONDS);
    globalThis.document?.addEventListener("visibilitychange", this.schedule);
    this.jump(this.restPosition);
  }

  pause() {
    if (!this.isWanted) return;
    this.restPosition = this.position;
    if (this.isPlaying) this.fadeOut();
    this.stop();
  }

  toggle() {
    return this.isWanted ? this.pause() : this.play();
  }

  seek(step) {
    this.jump(Math.max(0, Math.min(step, this.piece.length)));
  }

  /** Quarters per minute, or null for the piece's own. */
  setTempo(tempo) {
    this.continueAfter(() => {
      this.chosenTempo = tempo;
    });
  }

  setLoop(loop) {
    this.continueAfter(() => {
      this.loop = loop;
    });
  }

  /** Send the notes to an instrument from here on; null for the page's piano. */
  setInstrument(instrument) {
    const { position } = this;
    this.instrument?.silence();
    this.instrument = instrument;
    if (this.isPlaying) this.jump(position);
  }

  /** 0 to 1. */
  setVolume(volume) {
    this.volume = volume;
    this.bus?.gain.setTargetAtTime(volume * this.piece.gain, this.now, FADE_OUT);
  }

  // --- internals

  get now() {
    return this.sound.now;
  }

  get pace() {
    return pace(this.piece, this.tempo);
  }

  notify() {
    this.dispatchEvent(new Event("change"));
  }

  /** The step of another piece that is as many quarters from its beginning. */
  samePosition(piece) {
    if (!this.piece) return 0;
    return (this.position / this.piece.stepsPerQuarter) * piece.stepsPerQuarter;
  }

  positionAt(time) {
    const { time: lapStart, step } = this.laps.findLast((lap) => lap.time <= time) ?? {
      ...this.laps[0],
      time, // a moment before its first note
    };
    return step + (time - lapStart) * this.pace;
  }

  /** Go to a step. While playing, what sounded before fades away. */
  jump(step) {
    this.restPosition = step;
    if (this.isPlaying) {
      const strikesHeld = this.now - this.lastJump > RESTRIKE_GAP;
      this.lastJump = this.now;
      this.fadeOut();
      this.bus = this.newBus();
      this.laps = [{ time: this.now + LEAD_IN, step }];
      this.scheduledUntil = step;
      if (strikesHeld) this.strikeHeld(step);
      this.schedule();
    }
    this.notify();
  }

  /** Change how the music goes on from here; what sounds now rings on. */
  continueAfter(change) {
    if (!this.isPlaying) {
      change();
      return this.notify();
    }
    const { now } = this;
    const step = this.positionAt(now);
    for (const { release, at } of this.pending) if (at > now) release(now);
    this.pending = [];
    change();
    this.laps = [{ time: now, step }];
    this.scheduledUntil = step;
    this.schedule();
    this.notify();
  }

  /** Schedule the notes of the next moments on the audio clock. */
  schedule() {
    this.delayWhenLate();
    const { now, pace, piece } = this;
    const ahead = globalThis.document?.hidden ? HIDDEN_LOOK_AHEAD : LOOK_AHEAD;
    this.pending = this.pending.filter(({ at }) => at > now);
    for (;;) {
      const lap = this.laps.at(-1);
      const until = lap.step + (now + ahead - lap.time) * pace;
      this.strikeUntil(Math.min(until, piece.length), lap);
      if (until < piece.length || !this.loop || !piece.length) break;
      const ends = lap.time + (piece.length - lap.step) / pace;
      this.laps.push({ time: ends, step: 0 });
      this.scheduledUntil = 0;
    }
    while (this.laps[1]?.time <= now) this.laps.shift();
    if (this.positionAt(now) >= piece.length && !this.loop) this.end();
  }

  /** If the page was too busy to schedule in time, delay the rest of the music. */
  delayWhenLate() {
    const lap = this.laps.at(-1);
    const late = this.now - (lap.time + (this.scheduledUntil - lap.step) / this.pace);
    if (late <= 0 || this.scheduledUntil >= this.piece.length) return;
    for (const each of this.laps) each.time += late + LEAD_IN;
  }

  strikeUntil(until, lap) {
    for (const [start, ...note] of starting(
      this.piece.notes,
      this.scheduledUntil,
      until,
    )) {
      this.strike(lap.time + (start - lap.step) / this.pace, ...note);
    }
    this.scheduledUntil = Math.max(this.scheduledUntil, until);
  }

  /** Strike what is held across a step, as a pianist would who starts there. */
  strikeHeld(step) {
    const [{ time }] = this.laps;
    for (const [start, pitch, hold, level] of sounding(this.piece.notes, step)) {
      if (start < step) this.strike(time, pitch, start + hold - step, level);
    }
  }

  strike(at, pitch, hold, level = 1) {
    const note = { pitch, at, hold: hold / this.pace, level };
    const { bus, instrument, piano } = this;
    this.pending.push({ release: (instrument ?? piano).strike(bus, note), at });
  }

  newBus() {
    const { context, output } = this.sound;
    const bus = new GainNode(context, { gain: this.volume * this.piece.gain });
    bus.connect(output);
    return bus;
  }

  /** Fade out all that was struck since the last jump, and what is still to come. */
  fadeOut() {
    const { bus, now } = this;
    if (!bus) return;
    this.instrument?.silence();
    bus.gain.cancelScheduledValues(now);
    bus.gain.setTargetAtTime(0, now, FADE_OUT);
    setTimeout(() => bus.disconnect(), 20_000 * FADE_OUT);
    this.bus = null;
    this.pending = [];
  }

  /** The piece is over; its last notes ring on. */
  end() {
    this.restPosition = this.piece.length;
    this.stop();
  }

  stop() {
    clearInterval(this.timer);
    globalThis.document?.removeEventListener("visibilitychange", this.schedule);
    this.isPlaying = false;
    this.isWanted = false;
    this.notify();
  }
}
