// The trained network in the page, and the music that it composes step by step.
//
// The same algorithm as in Python: a decoder, started by an encoder, draws step after
// step, each given those before; every `context` steps the encoder reads the last
// `context` steps anew. Those are just the steps drawn since it last began, so it reads
// each as it comes, and no step takes longer than another.

import { focalLogit } from "../page/focal_math.js";
import { sigmoid } from "../page/portable_math.js";
import { RandomGenerator } from "../page/random.js";
import { classifierOf } from "./classifiers.js";
import { GruStack } from "./gru.js";
import { readWeights } from "./weights.js";

const DECISION_RULES = ["sample", "threshold", "density"];
const WORK_MILLISECONDS = 8; // before the page may draw and respond

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
      planes: config.plane === "both" ? 2 : 1, // cells of a key
      cells: config.keys * (config.plane === "both" ? 2 : 1), // of a step
      intervals: config.intervals ?? 0,
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
    this.encoder =
      config.start === "guided" ? new GruStack(tensors, "encoder", this.config) : null;
    this.decoder = new GruStack(tensors, "decoder", this.config);
    this.classifier = classifierOf(this.config, tensors);
    this.silences = new Map(); // the encoder's states by the number of silent steps
  }

  /** The encoder's states after so many silent steps; null if they aren't known. */
  statesAfterSilence(steps) {
    return this.silences.get(steps)?.map((state) => state.slice()) ?? null;
  }

  storeSilence(steps, states) {
    const copies = states.map((state) => state.slice());
    this.silences.set(steps, copies);
  }

  /** The logit of the true probability that an output's logit corresponds to. */
  calibrated(logit) {
    const { alpha, gamma, shift } = this.about.calibration;
    return focalLogit(logit + shift, alpha, gamma);
  }
}

/** A piece in the making: the same arguments give the same steps, always. */
export class Composition {
  /**
   * `prime`: steps to continue, each an array of cells. Those of a network that reads
   * one plane (`config.plane`) are keys, 0 to 87: onsets, or all that sounds; of both
   * planes, 2k is the onset of key k, and 2k + 1 says that it sounds on.
   * `rule`: "sample" sets a cell with its probability, "threshold" wherever that
   * exceeds `threshold`, "density" wherever it exceeds what makes the music as dense as
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
    this.generator = new RandomGenerator(seed);
    this.previous = []; // no cell before the first step: the start token
    this.stepsSinceReading = 0; // since the encoder began to read anew
    this.isGuided = network.config.start === "guided";
    this.warmUp = this.warmUpSteps(prime);
  }

  /** Read what comes before the first step, in slices of time. */
  async prepare() {
    while (!this.workFor(WORK_MILLISECONDS))
      await new Promise((resolve) => setTimeout(resolve));
  }

  /** The cells of the next step, rising. */
  next() {
    this.workFor(Number.POSITIVE_INFINITY);
    const { network } = this;
    network.decoder.step(this.states, this.previous);
    const top = this.states[this.states.length - 1];
    const decide = (cell, logit) => this.decide(cell, logit);
    const cells = network.classifier.choose(top, this.previous, decide);
    this.previous = cells;
    if (this.isGuided) this.readNext(cells);
    return cells;
  }

  // --- internals

  /** Whether a cell is set, by the rule. */
  decide(_cell, logit) {
    const probability = sigmoid(this.network.calibrated(logit) / this.temperature);
    const cutoff = this.rule === "sample" ? this.generator.next() : this.threshold;
    return cutoff < probability;
  }

  /** Let the encoder read a new step; after `context` of them it starts the decoder. */
  readNext(cells) {
    const { encoder, config } = this.network;
    encoder.step(this.nextStates, cells);
    this.stepsSinceReading += 1;
    if (this.stepsSinceReading < config.context) return;
    [this.states, this.nextStates] = [this.nextStates, encoder.zeroStates()];
    this.previous = this.firstInput(cells);
    this.stepsSinceReading = 0;
  }

  /** What the decoder reads first after these cells: of both planes, notes go on. */
  firstInput(cells) {
    return this.network.config.planes === 2 ? cells : [];
  }

  /** Continue the warm-up for some milliseconds; whether it is done. */
  workFor(milliseconds) {
    const start = performance.now();
    while (this.warmUp) {
      if (this.warmUp.next().done) this.warmUp = null;
      else if (performance.now() - start > milliseconds) return false;
    }
    return true;
  }

  /** What is read before the first step, one step at a time. */
  *warmUpSteps(prime) {
    const known = prime.slice(-this.network.config.context);
    if (this.isGuided) yield* this.readGuided(known);
    else yield* this.readUnguided(known);
  }

  /** The encoder reads silence, then the prime: `context` steps together. */
  *readGuided(known) {
    const { network } = this;
    const silent = network.config.context - known.length;
    let states = network.statesAfterSilence(silent);
    if (!states) {
      states = network.encoder.zeroStates();
      for (let n = 0; n < silent; n += 1) yield network.encoder.step(states, []);
      network.storeSilence(silent, states);
    }
    for (const cells of known) yield network.encoder.step(states, cells);
    this.previous = this.firstInput(known[known.length - 1] ?? []);
    this.states = states;
    this.nextStates = network.encoder.zeroStates();
  }

  /** A decoder that no encoder guides reads the prime itself. */
  *readUnguided(known) {
    const { decoder, config } = this.network;
    this.states = decoder.zeroStates();
    if (config.start === "random") {
      for (const state of this.states) {
        for (let n = 0; n < state.length; n += 1)
          state[n] = 2 * this.generator.next() - 1;
      }
    }
    for (const cells of known) {
      yield decoder.step(this.states, this.previous);
      this.previous = cells;
    }
  }
}

function checkComposing(network, { prime, rule, threshold, temperature, seed }) {
  const { cells } = network.config;
  const isCell = (cell) => Number.isInteger(cell) && cell >= 0 && cell < cells;
  if (!prime.every((step) => step.every(isCell))) {
    throw new Error(`A prime's cells are whole numbers below ${cells}.`);
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
    throw new Error("This network's file does not contain its density threshold.");
  }
}
