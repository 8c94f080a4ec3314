// Layers of gated recurrent units, one step at a time (deepmusician.gru has the formula).
import { sigmoid, steadyTanh } from "./steady_math.js";

export class GruStack {
  /** `tensors`: those of a file, by name; `name`: what comes before the layers' own. */
  constructor(tensors, name, { layers, hidden }) {
    this.hidden = hidden;
    const kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    this.layers = Array.from({ length: layers }, (_, n) =>
      kinds.map((kind) => tensors.get(`${name}.gru.${kind}_l${n}`)),
    );
    this.heard = new Float64Array(3 * hidden); // reset, update, new: from below
    this.recalled = new Float64Array(3 * hidden); // and from the step before
  }

  /** The state of every layer before anything was heard. */
  silence() {
    return this.layers.map(() => new Float64Array(this.hidden));
  }

  /** Hear a step, an array of keys: the states become the next ones. */
  step(states, keys) {
    this.layers.forEach(([below, before, belowBias, beforeBias], n) => {
      if (n === 0) this.hear(below, belowBias, keys);
      else below.times(states[n - 1], belowBias, this.heard);
      before.times(states[n], beforeBias, this.recalled);
      this.turn(states[n]);
    });
  }

  /** Of a step's 88 numbers one or two are 1: add their columns. */
  hear(weight, bias, keys) {
    this.heard.set(bias);
    for (const key of keys) weight.addColumn(key, this.heard);
  }

  turn(state) {
    const { heard, recalled, hidden } = this;
    for (let n = 0; n < hidden; n += 1) {
      const reset = sigmoid(heard[n] + recalled[n]);
      const update = sigmoid(heard[hidden + n] + recalled[hidden + n]);
      const fresh = steadyTanh(
        heard[2 * hidden + n] + reset * recalled[2 * hidden + n],
      );
      state[n] = (1 - update) * fresh + update * state[n];
    }
  }
}
