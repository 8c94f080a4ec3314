// From the decoder's state to a step's keys (deepmusician.classifiers has the formulas).
//
// Both judge the keys from low to high: `decide(key, logit)` says whether it is touched.

/** Judges every key by itself. */
class IndependentKeys {
  constructor(tensors) {
    [this.toUnits, this.unitBias] = linearOf(tensors, "classifier.hidden");
    [this.toKeys, this.keyBias] = linearOf(tensors, "classifier.output");
    this.units = new Float64Array(this.unitBias.length);
    this.logits = new Float64Array(this.keyBias.length);
  }

  /** The keys touched, rising. */
  choose(state, decide) {
    this.toUnits.times(state, this.unitBias, this.units);
    for (let n = 0; n < this.units.length; n += 1) {
      if (this.units[n] < 0) this.units[n] = 0;
    }
    this.toKeys.times(this.units, this.keyBias, this.logits);
    const touched = [];
    this.logits.forEach((logit, key) => {
      if (decide(key, logit)) touched.push(key);
    });
    return touched;
  }
}

/** Judges a key knowing those below it: a masked network, MADE. */
class DependentKeys {
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

  /** The keys touched, rising. One pass: a key's units see lower keys alone. */
  choose(state, decide) {
    this.toUnits.times(state, this.unitBias, this.sums);
    this.direct.times(state, this.keyBias, this.logits);
    const touched = [];
    let ready = 0; // units whose keys are all decided; a key's own come first
    for (let key = 0; key < this.logits.length; key += 1) {
      const until = this.toKeys.kept[key];
      for (; ready < until; ready += 1)
        this.units[ready] = Math.max(0, this.sums[ready]);
      let logit = this.logits[key] + this.toKeys.rowTimes(key, this.units);
      for (const lower of touched) logit += this.lowerToKeys.at(key, lower);
      if (!decide(key, logit)) continue;
      touched.push(key);
      this.lowerToUnits.addColumn(key, this.sums);
    }
    return touched;
  }
}

function linearOf(tensors, name) {
  return [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
}

/** The classifier of a network whose outputs are "independent" or "dependent". */
export function chooserOf(outputs, tensors) {
  const kinds = { independent: IndependentKeys, dependent: DependentKeys };
  return new kinds[outputs](tensors);
}
