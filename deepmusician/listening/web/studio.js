// Composes takes, and plays them as they come.
import { GrowingPiece } from "./growing.js";
import { pace } from "./music.js";
import { inSlices } from "./slices.js";

const STUDIO_LEAD = 1; // seconds of music that are there before it is played

/**
 * Dispatches "progress" whenever a take has grown or has ended.
 *
 * `start(options)` gives what composes: `prepare()` and then `next()`, the keys of one
 * step after the other. `plane` is what those are: "onsets" or "sounding". `slice`: the
 * milliseconds that it works at a time.
 */
export class Studio extends EventTarget {
  constructor({ transport, takes, plane, gain, start, slice }) {
    super();
    Object.assign(this, { transport, takes, plane, gain, start, slice });
    this.take = null; // the one that is being composed
    this.isFollowed = false; // whether it is to be heard while it grows
    transport.addEventListener("change", () => this.transportChanged());
  }

  /** Whether the music was overtaken by its hearing, and waits for more. */
  get isWaiting() {
    return this.isFollowed && !this.transport.isWanted;
  }

  /** Compose a take and play it. Resolves to the take, whole or stopped. */
  async compose(settings, beginning) {
    this.stop();
    const growing = new GrowingPiece(beginning, this.plane, {
      label: "Take",
      tempo: settings.tempo,
      gain: this.gain,
    });
    const work = new AbortController();
    const take = this.takes.add({ settings, beginning, growing });
    growing.piece.label = `Take ${take.number}`;
    this.hear(take);
    Object.assign(this, { take, work, isFollowed: true });
    this.progressed();
    try {
      await this.grow(take, work.signal);
    } finally {
      this.finish(take);
    }
    return take;
  }

  /** Compose and play no further. The take stays, as far as it came. */
  stop() {
    this.isFollowed = false;
    this.work?.abort();
    this.transport.pause();
  }

  /** Hear a take from its beginning, as soon as there is some of it. */
  hear({ growing }) {
    const { transport } = this;
    transport.pause();
    transport.sound.take(transport); // within the reader's click
    transport.setLoop(false);
    transport.load(growing.piece, { from: 0 });
  }

  // --- behind them

  async grow(take, signal) {
    const { settings, beginning, growing } = take;
    const prime = beginning.keysOn(this.plane);
    const composing = this.start({ ...settings, prime });
    await composing.prepare();
    const step = () => growing.add(composing.next());
    const done = () => this.grew(take);
    await inSlices(settings.length, step, { signal, done, slice: this.slice });
  }

  grew(take) {
    const { piece, made } = take.growing;
    const second = pace(piece, this.transport.tempo);
    const isThere = piece.length - this.transport.position >= STUDIO_LEAD * second;
    if (isThere || made === take.settings.length) this.follow(take);
    this.progressed();
  }

  progressed() {
    this.dispatchEvent(new Event("progress"));
  }

  finish(take) {
    const { growing, settings } = take;
    growing.finish();
    take.state = growing.made === settings.length ? "done" : "stopped";
    if (this.take === take) this.ended();
    if (growing.made > 0) this.takes.changed();
    else this.takes.remove(take);
  }

  /** Play on where the music was overtaken, or begin. */
  follow({ growing }) {
    const { transport } = this;
    if (this.isFollowed && transport.piece === growing.piece) transport.play();
  }

  ended() {
    this.follow(this.take);
    this.take = null;
    this.isFollowed = false;
    this.progressed();
  }

  /** A reader, or another widget, who pauses before the end wants it quiet. */
  transportChanged() {
    const { transport, take } = this;
    if (!take) return;
    const isElsewhere = transport.piece !== take.growing.piece;
    const isPaused = this.wasWanted && !transport.isWanted;
    if (isElsewhere || (isPaused && transport.at < transport.piece.length)) {
      this.isFollowed = false;
    }
    this.wasWanted = transport.isWanted;
  }
}
