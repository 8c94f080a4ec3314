// The one sound output of the page: an audio context, the piano, and whoever plays now.
import { pace } from "./music.js";
import { Piano } from "./piano.js";

const TAIL = 1; // seconds that a piece rings on after its last step
const COMMON_RATE = 48000; // samples per second on most computers

export class Sound {
  /** `bank`: MIDI `pitches` and as many MP3 `tones`. */
  constructor(bank) {
    this.bank = bank;
    this.playing = null;
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
    await this.context.resume();
    return this.piano();
  }

  /** What is heard now, as the largest sample of the last 2048. */
  loudest() {
    if (!this.analyser) return 0;
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  /** A piece as an AudioBuffer, rendered faster than it is played. */
  async render(piece, { tempo = piece.tempo, rate = 22050 } = {}) {
    const second = pace(piece, tempo);
    const frames = Math.ceil((piece.length / second + TAIL) * rate);
    const offline = new OfflineAudioContext(1, frames, rate);
    const piano = await this.piano();
    const into = new GainNode(offline, { gain: piece.gain });
    into.connect(offline.destination);
    for (const [start, pitch, hold, level = 1] of piece.notes) {
      piano.strike(into, { pitch, at: start / second, hold: hold / second, level });
    }
    return offline.startRendering();
  }
}
