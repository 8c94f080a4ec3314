// From the decoder's state to a step's keys; Python's classifiers have the formulas.
//
// Both go through the keys from low to high: `decide(key, logit)` says which to play.

/** Decides about every key independently. */
class IndependentClassifier {
  constructor(tensors) {
    [this.toUnits, this.unitBias] = linearOf(tensors, "classifier.hidden");
    [this.toKeys, this.keyBias] = linearOf(tensors, "classifier.output");
    this.units = new Float64Array(this.unitBias.length);
    this.logits = new Float64Array(this.keyBias.length);
  }

  /** The keys that are decided for, rising. */
  choose(state, decide) {
    this.toUnits.times(state, this.unitBias, this.units);
    for (let n = 0; n < this.units.length; n += 1) {
      if (this.units[n] < 0) this.units[n] = 0;
    }
    this.toKeys.times(this.units, this.keyBias, this.logits);
    const chosen = [];
    this.logits.forEach((logit, key) => {
      if (decide(key, logit)) chosen.push(key);
    });
    return chosen;
  }
}

/** Decides about a key given those below it: a masked network, MADE. */
class DependentClassifier {
  constructor(tensors) {
    [this.toUnits, this.unitBias] = linearOf(tensors, "classifier.hidden");
    [this.toKeys, this.keyBias] = linearOf(tensors, "classifier.output");
    this.direct = tensors.get("classifier.direct.weight");
    this.lowerToUnits = tensors.get("classifier.lower_to_hidden.weight");
    this.lowerToKeys = tensors.get("classifier.lower_to_keys.weight");
    this.sums = new Float64Array(this.unitBias.length);
    this.units = new Float64Array(this.unitBias.length);
    this.logits = new Float64Array(this.keyBias.length);
  }

  /** The keys that are decided for, rising. One pass: units see lower keys only. */
  choose(state, decide) {
    this.toUnits.times(state, this.unitBias, this.sums);
    this.direct.times(state, this.keyBias, this.logits);
    const chosen = [];
    let ready = 0; // units whose lower keys are all decided
    for (let key = 0; key < this.logits.length; key += 1) {
      const until = this.toKeys.rowLengths[key];
      for (; ready < until; ready += 1)
        this.units[ready] = Math.max(0, this.sums[ready]);
      let logit = this.logits[key] + this.toKeys.rowTimes(key, this.units);
      for (const lower of chosen) logit += this.lowerToKeys.at(key, lower);
      if (!decide(key, logit)) continue;
      chosen.push(key);
      this.lowerToUnits.addColumn(key, this.sums);
    }
    return chosen;
  }
}

function linearOf(tensors, name) {
  return [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
}

/** The classifier of a network whose outputs are "independent" or "dependent". */
export function classifierOf(outputs, tensors) {
  const kinds = {
    independent: IndependentClassifier,
    dependent: DependentClassifier,
  };
  return new kinds[outputs](tensors);
}
