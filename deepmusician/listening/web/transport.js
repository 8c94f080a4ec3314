// Plays one piece at a time: where it is, how fast, round and round or to its end.
import { pace, sounding, starting } from "./music.js";

const TICK = 50; // milliseconds between two looks ahead
const AHEAD = 0.2; // seconds that are handed to the audio clock in advance
const HIDDEN_AHEAD = 1.5; // of a page in the background, which is woken up rarely
const LEAD_IN = 0.03; // seconds from a jump to the first note after it
const FADE_OUT = 0.01; // seconds in which what sounds falls to 1/e on a jump
const CALM = 0.25; // seconds between jumps, below which held notes are not struck anew

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
    this.isPlaying = false;
    this.isWanted = false; // played, or to be played once the piano is ready
    this.loop = false;
    this.volume = 1;
    this.speed = null; // quarters a minute; null for the piece's own
    this.at = 0; // where it rests, in steps
    this.laps = []; // {time, step}: since when the music goes on from which step
    this.handed = 0; // the step of the last lap up to which notes were handed out
    this.pending = []; // {take, at} of notes that were handed out
    this.bus = null; // what all notes since the last jump are played into
    this.jumped = -Infinity;
    this.hand = this.hand.bind(this);
  }

  get tempo() {
    return this.speed ?? this.piece?.tempo ?? 120;
  }

  /** Where the music is, in steps. */
  get position() {
    if (!this.isPlaying) return this.at;
    return Math.min(this.placeAt(this.now), this.piece.length);
  }

  /** Play another piece from where this one is, in quarters; or from a step. */
  load(piece, { from } = {}) {
    if (piece === this.piece && from === undefined) return this.changed();
    const step = from ?? this.samePlace(piece);
    this.piece = piece;
    this.jump(step < piece.length ? step : 0);
  }

  async play() {
    if (!this.piece?.length || this.isWanted) return;
    this.isWanted = true;
    this.changed();
    try {
      this.piano = await this.sound.take(this);
    } catch (error) {
      this.rest();
      throw error;
    }
    if (!this.isWanted || this.isPlaying) return; // paused, or pressed twice, meanwhile
    if (this.at >= this.piece.length) this.at = 0;
    this.isPlaying = true;
    this.timer = setInterval(this.hand, TICK);
    globalThis.document?.addEventListener("visibilitychange", this.hand);
    this.jump(this.at);
  }

  pause() {
    if (!this.isWanted) return;
    this.at = this.position;
    if (this.isPlaying) this.hush();
    this.rest();
  }

  toggle() {
    return this.isWanted ? this.pause() : this.play();
  }

  seek(step) {
    this.jump(Math.max(0, Math.min(step, this.piece.length)));
  }

  /** Quarters a minute, or null for the piece's own. */
  setTempo(tempo) {
    this.goOn(() => {
      this.speed = tempo;
    });
  }

  setLoop(loop) {
    this.goOn(() => {
      this.loop = loop;
    });
  }

  /** 0 to 1. */
  setVolume(volume) {
    this.volume = volume;
    this.bus?.gain.setTargetAtTime(volume * this.piece.gain, this.now, FADE_OUT);
  }

  // --- behind the buttons

  get now() {
    return this.sound.context.currentTime;
  }

  get pace() {
    return pace(this.piece, this.tempo);
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** The step of another piece that is as many quarters from its beginning. */
  samePlace(piece) {
    if (!this.piece) return 0;
    return (this.position / this.piece.stepsPerQuarter) * piece.stepsPerQuarter;
  }

  placeAt(time) {
    const { time: begun, step } = this.laps.findLast((lap) => lap.time <= time) ?? {
      ...this.laps[0],
      time, // a moment before its first note
    };
    return step + (time - begun) * this.pace;
  }

  /** Go to a step. While playing, what sounded before fades away. */
  jump(step) {
    this.at = step;
    if (this.isPlaying) {
      const isCalm = this.now - this.jumped > CALM;
      this.jumped = this.now;
      this.hush();
      this.bus = this.newBus();
      this.laps = [{ time: this.now + LEAD_IN, step }];
      this.handed = step;
      if (isCalm) this.strikeHeld(step);
      this.hand();
    }
    this.changed();
  }

  /** Change how the music goes on from here; what sounds, sounds on. */
  goOn(change) {
    if (!this.isPlaying) {
      change();
      return this.changed();
    }
    const { now } = this;
    const step = this.placeAt(now);
    for (const { take, at } of this.pending) if (at > now) take(now);
    this.pending = [];
    change();
    this.laps = [{ time: now, step }];
    this.handed = step;
    this.hand();
    this.changed();
  }

  /** Hand the notes of the next moments to the audio clock. */
  hand() {
    this.slip();
    const { now, pace, piece } = this;
    const ahead = globalThis.document?.hidden ? HIDDEN_AHEAD : AHEAD;
    this.pending = this.pending.filter(({ at }) => at > now);
    for (;;) {
      const lap = this.laps.at(-1);
      const until = lap.step + (now + ahead - lap.time) * pace;
      this.strikeUntil(Math.min(until, piece.length), lap);
      if (until < piece.length || !this.loop || !piece.length) break;
      const ends = lap.time + (piece.length - lap.step) / pace;
      this.laps.push({ time: ends, step: 0 });
      this.handed = 0;
    }
    while (this.laps[1]?.time <= now) this.laps.shift();
    if (this.placeAt(now) >= piece.length && !this.loop) this.end();
  }

  /** If the page was too busy to look ahead in time, wait rather than stumble. */
  slip() {
    const lap = this.laps.at(-1);
    const late = this.now - (lap.time + (this.handed - lap.step) / this.pace);
    if (late <= 0 || this.handed >= this.piece.length) return;
    for (const each of this.laps) each.time += late + LEAD_IN;
  }

  strikeUntil(until, lap) {
    for (const [start, ...note] of starting(this.piece.notes, this.handed, until)) {
      this.strike(lap.time + (start - lap.step) / this.pace, ...note);
    }
    this.handed = Math.max(this.handed, until);
  }

  /** Strike what is held across a step, as a pianist would who starts there. */
  strikeHeld(step) {
    const [{ time }] = this.laps;
    for (const [start, pitch, hold, level] of sounding(this.piece.notes, step)) {
      if (start < step) this.strike(time, pitch, start + hold - step, level);
    }
  }

  strike(at, pitch, hold, level = 1) {
    const told = { pitch, at, hold: hold / this.pace, level };
    this.pending.push({ take: this.piano.strike(this.bus, told), at });
  }

  newBus() {
    const { context, output } = this.sound;
    const bus = new GainNode(context, { gain: this.volume * this.piece.gain });
    bus.connect(output);
    return bus;
  }

  /** Fade out all that was struck since the last jump, and what is still to come. */
  hush() {
    const { bus, now } = this;
    if (!bus) return;
    bus.gain.cancelScheduledValues(now);
    bus.gain.setTargetAtTime(0, now, FADE_OUT);
    setTimeout(() => bus.disconnect(), 20_000 * FADE_OUT);
    this.bus = null;
    this.pending = [];
  }

  /** The piece is over; its last notes ring on. */
  end() {
    this.at = this.piece.length;
    this.rest();
  }

  rest() {
    clearInterval(this.timer);
    globalThis.document?.removeEventListener("visibilitychange", this.hand);
    this.isPlaying = false;
    this.isWanted = false;
    this.changed();
  }
}
