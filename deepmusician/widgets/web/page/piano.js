// One piano for every widget: recorded tones, struck at a time and damped on release.
// It sounds as Python renders it to audio files.

const DAMPING_TIME = 0.12; // seconds in which a damper takes a string's sound to 1/e
const FIRST_UNDAMPED = 90; // MIDI pitch from which a piano's strings have no dampers
const ATTACK_LEVEL = 0.02; // of a tone's peak: where it begins
const ATTACK_LEAD = 0.002; // seconds kept before that

/** Seconds in which the sound of a released key falls to 1/e. */
export function dampingTime(pitch) {
  return pitch < FIRST_UNDAMPED ? DAMPING_TIME : 10 * DAMPING_TIME;
}

/** The index of the recorded pitch nearest to a pitch; of two, the lower. */
export function nearestTone(pitches, pitch) {
  let best = 0;
  for (let n = 1; n < pitches.length; n += 1) {
    if (Math.abs(pitches[n] - pitch) < Math.abs(pitches[best] - pitch)) best = n;
  }
  return best;
}

/** The seconds of padding, which MP3 adds, before a tone's attack. */
export function paddingTime(samples, rate) {
  const end = Math.min(samples.length, rate); // the attack is within a second
  let peak = 0;
  for (let n = 0; n < end; n += 1) peak = Math.max(peak, Math.abs(samples[n]));
  let first = 0;
  while (first < end && Math.abs(samples[first]) <= ATTACK_LEVEL * peak) first += 1;
  return first < end ? Math.max(0, first / rate - ATTACK_LEAD) : 0;
}

export class Piano {
  /** `pitches`: MIDI, rising; `tones`: as many decoded AudioBuffers. */
  constructor(pitches, tones) {
    this.pitches = pitches;
    this.tones = tones.map((buffer) => ({
      buffer,
      start: paddingTime(buffer.getChannelData(0), buffer.sampleRate),
    }));
  }

  /** Decode a bank of MP3 tones, each a DataView. */
  static async decode(context, { pitches, tones }) {
    const copied = ({ buffer, byteOffset, byteLength }) =>
      buffer.slice(byteOffset, byteOffset + byteLength); // decoding detaches it
    const decoded = tones.map((tone) => context.decodeAudioData(copied(tone)));
    return new Piano(pitches, await Promise.all(decoded));
  }

  /**
   * Strike a key. `at`: the context's time in seconds; `hold`: seconds until it is
   * released; `level`: its amplitude, 1 for a roll's notes. Returns a function that
   * damps it at a time, to 1/e in `life` seconds, or takes it back if it has not begun.
   */
  strike(into, { pitch, at, hold, level = 1 }) {
    const { context } = into;
    const index = nearestTone(this.pitches, pitch);
    const { buffer, start } = this.tones[index];
    const source = new AudioBufferSourceNode(context, {
      buffer,
      playbackRate: 2 ** ((pitch - this.pitches[index]) / 12),
    });
    const damper = new GainNode(context, { gain: level });
    source.connect(damper).connect(into);
    source.start(at, start);
    const release = (when, life) => {
      damper.gain.cancelScheduledValues(when);
      damper.gain.setValueAtTime(level, when);
      damper.gain.setTargetAtTime(0, when, life);
      source.stop(when + 6 * life);
    };
    release(at + hold, dampingTime(pitch));
    return (when, life = DAMPING_TIME / 4) => {
      if (when <= at) source.stop();
      else if (when < at + hold) release(when, life);
    };
  }
}
