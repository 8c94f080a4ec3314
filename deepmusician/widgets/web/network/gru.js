// Layers of gated recurrent units, one step at a time; Python's GRU has the formula.
import { portableTanh, sigmoid } from "../page/portable_math.js";

export class GruStack {
  /** `tensors`: those of a file, by name; `name`: what comes before the layers' own. */
  constructor(tensors, name, { layers, hidden }) {
    this.hidden = hidden;
    const kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    this.layers = Array.from({ length: layers }, (_, n) =>
      kinds.map((kind) => tensors.get(`${name}.gru.${kind}_l${n}`)),
    );
    this.fromInput = new Float64Array(3 * hidden); // for reset, update and new
    this.fromState = new Float64Array(3 * hidden);
  }

  /** The hidden state of every layer before the first step. */
  zeroStates() {
    return this.layers.map(() => new Float64Array(this.hidden));
  }

  /** Read a step, an array of cells: the states become the next ones. */
  step(states, cells) {
    this.layers.forEach(([inputWeight, stateWeight, inputBias, stateBias], n) => {
      if (n === 0) this.readCells(inputWeight, inputBias, cells);
      else inputWeight.times(states[n - 1], inputBias, this.fromInput);
      stateWeight.times(states[n], stateBias, this.fromState);
      this.update(states[n]);
    });
  }

  /** Of a step's inputs a few are 1: add their columns. */
  readCells(weight, bias, cells) {
    this.fromInput.set(bias);
    for (const cell of cells) weight.addColumn(cell, this.fromInput);
  }

  update(state) {
    const { fromInput, fromState, hidden } = this;
    for (let n = 0; n < hidden; n += 1) {
      const reset = sigmoid(fromInput[n] + fromState[n]);
      const update = sigmoid(fromInput[hidden + n] + fromState[hidden + n]);
      const fresh = portableTanh(
        fromInput[2 * hidden + n] + reset * fromState[2 * hidden + n],
      );
      state[n] = (1 - update) * fresh + update * state[n];
    }
  }
}
