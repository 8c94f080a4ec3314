// From the decoder's state to a step's cells; Python's classifiers have the formulas.
//
// A cell is a key or, of both planes, a key's onset or its hold: 2k and 2k + 1. Both
// classifiers go through the cells from low to high: `decide(cell, logit)` says which
// to set, and is not asked about a hold of a key that did not sound, or is struck.
import { intervalScores } from "./intervals.js";

/** What both have: units, logits, and scores by interval of the step before. */
class Outputs {
  constructor(tensors, { planes, intervals }) {
    this.planes = planes;
    [this.toUnits, this.unitBias] = linearOf(tensors, "classifier.hidden");
    [this.toCells, this.cellBias] = linearOf(tensors, "classifier.output");
    this.units = new Float64Array(this.unitBias.length);
    this.logits = new Float64Array(this.cellBias.length);
    const options = { planes, nearest: -intervals };
    this.fromBefore = intervalScores(tensors, "classifier.from_before", options);
  }

  addFromBefore(state, before) {
    if (!this.fromBefore) return;
    this.fromBefore.read(state);
    for (const cell of before) this.fromBefore.addFrom(cell, this.logits);
  }

  /** Whether a cell may be set, given the step before and those chosen so far. */
  isPossible(cell, before, chosen) {
    if (this.planes === 1 || cell % 2 === 0) return true;
    const sounded = before.includes(cell) || before.includes(cell - 1);
    return sounded && chosen[chosen.length - 1] !== cell - 1;
  }
}

/** Decides about every cell independently. */
class IndependentClassifier extends Outputs {
  /** The cells that are decided for, rising. `before`: those of the step before. */
  choose(state, before, decide) {
    this.toUnits.times(state, this.unitBias, this.units);
    for (let n = 0; n < this.units.length; n += 1) {
      if (this.units[n] < 0) this.units[n] = 0;
    }
    this.toCells.times(this.units, this.cellBias, this.logits);
    this.addFromBefore(state, before);
    const chosen = [];
    this.logits.forEach((logit, cell) => {
      if (this.isPossible(cell, before, chosen) && decide(cell, logit))
        chosen.push(cell);
    });
    return chosen;
  }
}

/** Decides about a cell given those below it: a masked network, MADE. */
class DependentClassifier extends Outputs {
  constructor(tensors, config) {
    super(tensors, config);
    this.direct = tensors.get("classifier.direct.weight");
    this.lowerToUnits = tensors.get("classifier.lower_to_hidden.weight");
    this.lowerToCells = tensors.get("classifier.lower_to_keys.weight");
    this.sums = new Float64Array(this.unitBias.length);
    const options = { planes: config.planes, nearest: 1 };
    this.fromLower = intervalScores(tensors, "classifier.from_lower", options);
  }

  /** The cells that are decided for, rising. One pass: units see lower cells only. */
  choose(state, before, decide) {
    this.toUnits.times(state, this.unitBias, this.sums);
    this.direct.times(state, this.cellBias, this.logits);
    this.addFromBefore(state, before);
    this.fromLower?.read(state);
    const chosen = [];
    let ready = 0; // units whose lower cells are all decided
    for (let cell = 0; cell < this.logits.length; cell += 1) {
      const until = this.toCells.rowLengths[cell];
      for (; ready < until; ready += 1)
        this.units[ready] = Math.max(0, this.sums[ready]);
      if (!this.isPossible(cell, before, chosen)) continue;
      let logit = this.logits[cell] + this.toCells.rowTimes(cell, this.units);
      for (const lower of chosen) logit += this.lowerToCells.at(cell, lower);
      if (!decide(cell, logit)) continue;
      chosen.push(cell);
      this.lowerToUnits.addColumn(cell, this.sums);
      this.fromLower?.addFrom(cell, this.logits);
    }
    return chosen;
  }
}

function linearOf(tensors, name) {
  return [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
}

/** The classifier of a network whose outputs are "independent" or "dependent". */
export function classifierOf(config, tensors) {
  const kinds = {
    independent: IndependentClassifier,
    dependent: DependentClassifier,
  };
  return new kinds[config.outputs](tensors, config);
}
