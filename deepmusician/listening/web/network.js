// The trained network in the page, and the music it makes step by step.
//
// The same algorithm as deepmusician.composing: a decoder, started by an encoder, draws
// step after step and hears what it drew; every `context` steps the encoder reads the
// last `context` steps anew. Those are just the steps drawn since it last began, so it
// reads each as it comes, and no step takes longer than another.
import { chooserOf } from "./choosers.js";
import { GruStack } from "./gru.js";
import { Dice } from "./random.js";
import { sigmoid, steadyExp, steadyLog1p } from "./steady_math.js";
import { readWeights } from "./weights.js";

const DECISION_RULES = ["sample", "threshold", "density"];
const BREATH = 8; // milliseconds of work before the page may breathe
const FOCAL_STEEPEST = -80; // see deepmusician.losses

export class Network {
  /** The network in a DataView of a file's bytes. Rejects, with a sentence, if bad. */
  static async open(view) {
    const { header, tensors } = readWeights(view);
    return new Network(header, tensors);
  }

  constructor({ config, about }, tensors) {
    this.config = {
      hidden: config.hidden,
      layers: config.layers,
      keys: config.keys,
      context: config.context,
      stepsPerQuarter: config.steps_per_quarter,
      outputs: config.outputs,
      plane: config.plane,
      start: config.start,
    };
    this.about = {
      name: about.name,
      run: about.run,
      corpus: about.corpus,
      seed: about.seed,
      tempo: about.tempo,
      calibration: about.calibration,
      densityThreshold: about.density_threshold,
      testNll: about.measures.test?.nll_step ?? null,
    };
    this.encoder = new GruStack(tensors, "encoder", this.config);
    this.decoder = new GruStack(tensors, "decoder", this.config);
    this.chooser = chooserOf(config.outputs, tensors);
    this.silences = new Map(); // what the encoder makes of so many silent steps
  }

  /** The encoder's states after so many steps of silence; null if it never heard them. */
  afterSilence(steps) {
    return this.silences.get(steps)?.map((state) => state.slice()) ?? null;
  }

  keepSilence(steps, states) {
    const kept = states.map((state) => state.slice());
    this.silences.set(steps, kept);
  }

  /** The logit of the probability that a logit stands for; see deepmusician.losses. */
  calibrated(logit) {
    const { alpha, gamma, shift } = this.about.calibration;
    const moved = logit + shift;
    const tilt = gamma === 0 ? 0 : focalTilt(moved, gamma) - focalTilt(-moved, gamma);
    return (gamma + 1) * moved + tilt + (alpha === null ? 0 : focalOdds(alpha));
  }
}

/** r(z) = ln(1 + gamma softplus(z) e^-z). */
function focalTilt(logit, gamma) {
  const z = Math.max(logit, FOCAL_STEEPEST);
  const softplus = z > 0 ? z + steadyLog1p(steadyExp(-z)) : steadyLog1p(steadyExp(z));
  return steadyLog1p(gamma * softplus * steadyExp(-z));
}

/** ln((1 - alpha) / alpha). */
function focalOdds(alpha) {
  const odds = (1 - alpha) / alpha;
  return odds < 1 ? -steadyLog1p(1 / odds - 1) : steadyLog1p(odds - 1);
}

/** A piece in the making: the same arguments give the same steps, always. */
export class Composing {
  /**
   * `prime`: steps to go on from, each an array of keys (0 to 87). Keys are those of
   * the plane that the network reads (`config.plane`): touched, or held.
   * `rule`: "sample" touches a key with its probability, "threshold" wherever that
   * exceeds `threshold`, "density" wherever it exceeds what makes the music as full as
   * the corpus. `temperature` divides the logits. `seed`: a whole number from 0 up.
   */
  constructor(
    network,
    { prime = [], rule = "sample", threshold = 0.5, temperature = 1, seed = 0 } = {},
  ) {
    checkComposing(network, { prime, rule, threshold, temperature, seed });
    this.network = network;
    this.rule = rule;
    this.threshold = rule === "density" ? network.about.densityThreshold : threshold;
    this.temperature = temperature;
    this.dice = new Dice(seed);
    this.heard = []; // the step before the next; none yet, which is the start token
    this.drawn = 0; // steps since the encoder began to read anew
    this.isGuided = network.config.start === "guided";
    this.beginning = this.begin(prime);
  }

  /** Read what comes before the first step, a slice of time after the other. */
  async prepare() {
    while (!this.workFor(BREATH)) await new Promise((resolve) => setTimeout(resolve));
  }

  /** The keys of the next step, rising. */
  next() {
    this.workFor(Number.POSITIVE_INFINITY);
    const { network } = this;
    network.decoder.step(this.states, this.heard);
    const top = this.states[this.states.length - 1];
    const keys = network.chooser.choose(top, (key, logit) => this.decide(key, logit));
    this.heard = keys;
    if (this.isGuided) this.readAlong(keys);
    return keys;
  }

  // --- behind it

  /** Whether a key is touched, by the rule. */
  decide(_key, logit) {
    const probability = sigmoid(this.network.calibrated(logit) / this.temperature);
    const cutoff = this.rule === "sample" ? this.dice.next() : this.threshold;
    return cutoff < probability;
  }

  /** Let the encoder read a new step; after `context` of them it starts the decoder. */
  readAlong(keys) {
    const { encoder, config } = this.network;
    encoder.step(this.reading, keys);
    this.drawn += 1;
    if (this.drawn < config.context) return;
    [this.states, this.reading] = [this.reading, encoder.silence()];
    this.heard = [];
    this.drawn = 0;
  }

  /** Go on with the beginning for some milliseconds; whether it is done. */
  workFor(milliseconds) {
    const start = performance.now();
    while (this.beginning) {
      if (this.beginning.next().done) this.beginning = null;
      else if (performance.now() - start > milliseconds) return false;
    }
    return true;
  }

  /** The beginning, a step at a time. */
  *begin(prime) {
    const known = prime.slice(-this.network.config.context);
    if (this.isGuided) yield* this.beginGuided(known);
    else yield* this.beginAlone(known);
  }

  /** The encoder hears silence, then the prime: `context` steps together. */
  *beginGuided(known) {
    const { network } = this;
    const silent = network.config.context - known.length;
    let states = network.afterSilence(silent);
    if (!states) {
      states = network.encoder.silence();
      for (let n = 0; n < silent; n += 1) yield network.encoder.step(states, []);
      network.keepSilence(silent, states);
    }
    for (const keys of known) yield network.encoder.step(states, keys);
    this.states = states;
    this.reading = network.encoder.silence();
  }

  /** A decoder that no encoder guides hears the prime itself. */
  *beginAlone(known) {
    const { decoder, config } = this.network;
    this.states = decoder.silence();
    if (config.start === "random") {
      for (const state of this.states) {
        for (let n = 0; n < state.length; n += 1) state[n] = 2 * this.dice.next() - 1;
      }
    }
    for (const keys of known) {
      yield decoder.step(this.states, this.heard);
      this.heard = keys;
    }
  }
}

function checkComposing(network, { prime, rule, threshold, temperature, seed }) {
  const isKey = (key) => Number.isInteger(key) && key >= 0 && key < network.config.keys;
  if (!prime.every((keys) => keys.every(isKey))) {
    throw new Error(`A prime's keys are whole numbers below ${network.config.keys}.`);
  }
  if (!DECISION_RULES.includes(rule)) {
    throw new Error(`The rule is one of ${DECISION_RULES.join(", ")}, not ${rule}.`);
  }
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new Error(`The threshold lies between 0 and 1, not at ${threshold}.`);
  }
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new Error(`The temperature is a number above 0, not ${temperature}.`);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new Error(`The seed is a whole number from 0 up, not ${seed}.`);
  }
  if (rule === "density" && !(network.about.densityThreshold > 0)) {
    throw new Error("This network's file does not tell the threshold of its density.");
  }
}
