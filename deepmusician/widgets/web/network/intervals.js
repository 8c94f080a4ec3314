// Scores by interval, the same in every key; Python's IntervalScores has the formula.

export class IntervalScores {
  /**
   * `tensors`: those of a file, by name; `name`: what comes before the layer's own.
   * `planes`: cells of a key; `nearest`: the smallest distance, in semitones.
   */
  constructor(tensors, name, { planes, nearest }) {
    this.planes = planes;
    this.nearest = nearest;
    this.toWeights = tensors.get(`${name}.weights.weight`);
    this.bias = tensors.get(`${name}.weights.bias`);
    this.weights = new Float64Array(this.bias.length);
    this.run = this.bias.length / planes; // weights of a cell: neighbouring cells'
  }

  /** Make the weights of a step from the decoder's state. */
  read(state) {
    this.toWeights.times(state, this.bias, this.weights);
  }

  /** Add to all logits what a cell that is set adds. */
  addFrom(cell, logits) {
    const { planes, nearest, run, weights } = this;
    const plane = cell % planes;
    const first = cell - plane + nearest * planes;
    const from = Math.max(0, -first);
    const until = Math.min(run, logits.length - first);
    for (let n = from; n < until; n += 1) logits[first + n] += weights[plane * run + n];
  }
}

/** The scores of a file's network; null where it has none. */
export function intervalScores(tensors, name, options) {
  if (!tensors.has(`${name}.weights.weight`)) return null;
  return new IntervalScores(tensors, name, options);
}
