// The one sound output of the page: an audio context, the piano, and whoever plays now.
import { Piano } from "./piano.js";
import { rendered } from "./rendering.js";

const COMMON_RATE = 48000; // samples per second on most computers
const PATIENCE = 2000; // milliseconds in which a sound output begins
const CLOCK_MILLISECONDS = 10;
const NO_OUTPUT = "This browser finds no sound output, so the music moves on unheard.";

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Say in every widget of the page that nothing can be heard, or take it back. */
function showNoOutput(isSilent) {
  for (const widget of globalThis.document?.querySelectorAll(".dm") ?? []) {
    const shown = widget.querySelector(":scope > .dm-no-output");
    if (shown) shown.hidden = !isSilent;
    if (shown || !isSilent) continue;
    const words = document.createElement("p");
    words.className = "dm-no-output";
    words.setAttribute("role", "alert");
    words.textContent = NO_OUTPUT;
    widget.prepend(words);
  }
}

export class Sound {
  /** `bank`: MIDI `pitches` and as many MP3 `tones`. */
  constructor(bank, { patience = PATIENCE } = {}) {
    this.bank = bank;
    this.patience = patience;
    this.playing = null;
    this.stopped = null; // {time, at}: where the context's time stands, and since when
  }

  /** Seconds: the context's time, and the page's where no sound output moves it. */
  get now() {
    if (!this.stopped) return this.context.currentTime;
    return this.stopped.time + (performance.now() - this.stopped.at) / 1000;
  }

  /** The audio context; browsers start it only within a click or key press. */
  get context() {
    this.open ??= new AudioContext({ latencyHint: "interactive" });
    return this.open;
  }

  /** What everything is played into: limited, so that full chords do not distort. */
  get output() {
    if (this.input) return this.input;
    const { context } = this;
    this.input = new GainNode(context);
    this.analyser = new AnalyserNode(context, { fftSize: 2048 });
    const limiter = new DynamicsCompressorNode(context, {
      threshold: -6,
      knee: 6,
      ratio: 12,
      attack: 0.002,
      release: 0.1,
    });
    this.input.connect(limiter).connect(this.analyser).connect(context.destination);
    return this.input;
  }

  /** The piano, decoded once. It takes a moment: ask as soon as a reader comes near. */
  piano() {
    const rate = this.open?.sampleRate ?? COMMON_RATE;
    this.decoded ??= Piano.decode(new OfflineAudioContext(1, 1, rate), this.bank);
    return this.decoded;
  }

  /** Resume the context for a player, and pause any other: all have `pause()`. */
  async startFor(player) {
    if (this.playing && this.playing !== player) this.playing.pause();
    this.playing = player;
    await this.startClock();
    return this.piano();
  }

  /** Resume the context; if its time stands still nevertheless, use the page's. */
  async startClock() {
    const { context } = this;
    const resumed = context.resume();
    const from = this.stopped?.time ?? context.currentTime;
    if (this.stopped && context.currentTime === from) return;
    if (this.isHeard) return resumed;
    const end = performance.now() + this.patience;
    while (context.currentTime === from && performance.now() < end) {
      await wait(CLOCK_MILLISECONDS);
    }
    this.isHeard = context.currentTime > from;
    this.stopped = this.isHeard ? null : { time: from, at: performance.now() };
    showNoOutput(!this.isHeard);
  }

  /** What is heard now, as the largest sample of the last 2048. */
  loudest() {
    if (!this.analyser) return 0;
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  /** A piece as {samples, rate}, rendered faster than it is played. */
  async render(piece) {
    return rendered(await this.piano(), piece);
  }
}
