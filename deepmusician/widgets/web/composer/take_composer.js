// Composes takes, and plays them while they grow.

import { pace } from "../page/music.js";
import { inTimeSlices } from "../page/time_slices.js";
import { GrowingPiece } from "./growing_piece.js";

const PLAYBACK_LEAD = 1; // seconds of music that are composed before it plays

/**
 * Dispatches "progress" whenever a take has grown or has ended.
 *
 * `start(options)` gives what composes: `prepare()` and then `next()`, the cells of
 * one step after the other. `plane` is what those are; see `GrowingPiece`. `slice`: the
 * milliseconds of work at a time.
 */
export class TakeComposer extends EventTarget {
  constructor({ transport, takes, plane, gain, start, slice }) {
    super();
    Object.assign(this, { transport, takes, plane, gain, start, slice });
    this.take = null; // the one that is being composed
    this.isPlayed = false; // whether it plays while it grows
    transport.addEventListener("change", () => this.transportChanged());
  }

  /** Whether playback has caught up with composing, and waits for more. */
  get isWaiting() {
    return this.isPlayed && !this.transport.isWanted;
  }

  /** Compose a take and play it. Resolves to the take, whole or stopped. */
  async compose(settings, beginning) {
    this.stop();
    const growingPiece = new GrowingPiece(beginning, this.plane, {
      label: "Take",
      tempo: settings.tempo,
      gain: this.gain,
    });
    const work = new AbortController();
    const take = this.takes.add({ settings, beginning, growingPiece });
    growingPiece.piece.label = `Take ${take.number}`;
    this.play(take);
    Object.assign(this, { take, work, isPlayed: true });
    this.dispatchProgress();
    try {
      await this.grow(take, work.signal);
    } finally {
      this.finish(take);
    }
    return take;
  }

  /** Stop composing and playing. The take stays as it is. */
  stop() {
    this.isPlayed = false;
    this.work?.abort();
    this.transport.pause();
  }

  /** Play a take from its beginning, as soon as there is some of it. */
  play({ growingPiece }) {
    const { transport } = this;
    transport.pause();
    transport.sound.startFor(transport); // within the reader's click
    transport.setLoop(false);
    transport.load(growingPiece.piece, { from: 0 });
  }

  // --- internals

  async grow(take, signal) {
    const { settings, beginning, growingPiece } = take;
    const prime = beginning.cellsOn(this.plane);
    const composition = this.start({ ...settings, prime });
    await composition.prepare();
    const step = () => growingPiece.add(composition.next());
    const onSlice = () => this.onGrowth(take);
    await inTimeSlices(settings.length, step, { signal, onSlice, slice: this.slice });
  }

  onGrowth(take) {
    const { piece, newSteps } = take.growingPiece;
    const second = pace(piece, this.transport.tempo);
    const isThere = piece.length - this.transport.position >= PLAYBACK_LEAD * second;
    if (isThere || newSteps === take.settings.length) this.resume(take);
    this.dispatchProgress();
  }

  dispatchProgress() {
    this.dispatchEvent(new Event("progress"));
  }

  finish(take) {
    const { growingPiece, settings } = take;
    growingPiece.finish();
    take.state = growingPiece.newSteps === settings.length ? "done" : "stopped";
    if (this.take === take) this.onEnd();
    if (growingPiece.newSteps > 0) this.takes.changed();
    else this.takes.remove(take);
  }

  /** Start to play, or resume where playback had caught up. */
  resume({ growingPiece }) {
    const { transport } = this;
    if (this.isPlayed && transport.piece === growingPiece.piece) transport.play();
  }

  onEnd() {
    this.resume(this.take);
    this.take = null;
    this.isPlayed = false;
    this.dispatchProgress();
  }

  /** If a reader or another widget pauses it before the end, it stays silent. */
  transportChanged() {
    const { transport, take } = this;
    if (!take) return;
    const isElsewhere = transport.piece !== take.growingPiece.piece;
    const isPaused = this.wasWanted && !transport.isWanted;
    if (isElsewhere || (isPaused && transport.restPosition < transport.piece.length)) {
      this.isPlayed = false;
    }
    this.wasWanted = transport.isWanted;
  }
}
