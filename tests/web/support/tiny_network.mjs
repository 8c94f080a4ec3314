// A network of a few units with made-up weights, the same on every machine.
import { Network } from "../../../deepmusician/widgets/web/network/network.js";
import { QuantisedWeight } from "../../../deepmusician/widgets/web/network/quantised_weight.js";

const HIDDEN = 6;
const UNITS = 88;
const CONTEXT = 12;

/** Whole numbers from -100 to 100 by a Lehmer generator, which is exact in doubles. */
function wholeNumbers(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return (state % 201) - 100;
  };
}

/** A weight; `kept`: how many of each row's first columns are not zero. */
function weight(draw, rows, columns, unit, kept = null) {
  const integers = new Int16Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const count = kept?.[row] ?? columns;
    for (let n = 0; n < count; n += 1) integers[row * columns + n] = draw();
  }
  return new QuantisedWeight(columns, integers, new Float64Array(rows).fill(unit));
}

function bias(draw, count, shift = 0) {
  return Float64Array.from({ length: count }, () => draw() / 128 + shift);
}

function gru(draw, name, cells) {
  return [
    [`${name}.gru.weight_ih_l0`, weight(draw, 3 * HIDDEN, cells, 1 / 64)],
    [`${name}.gru.weight_hh_l0`, weight(draw, 3 * HIDDEN, HIDDEN, 1 / 64)],
    [`${name}.gru.bias_ih_l0`, bias(draw, 3 * HIDDEN)],
    [`${name}.gru.bias_hh_l0`, bias(draw, 3 * HIDDEN)],
  ];
}

function classifier(draw, outputs, cells) {
  const keys = Array.from({ length: cells }, (_, key) =>
    Math.floor((key * 88) / cells),
  );
  const isMasked = outputs === "dependent";
  const shared = [
    ["classifier.hidden.weight", weight(draw, UNITS, HIDDEN, 1 / 64)],
    ["classifier.hidden.bias", bias(draw, UNITS)],
    [
      "classifier.output.weight",
      weight(draw, cells, UNITS, 1 / 1024, isMasked ? keys : null),
    ],
    ["classifier.output.bias", bias(draw, cells, -3)],
  ];
  if (!isMasked) return shared;
  return [
    ...shared,
    ["classifier.direct.weight", weight(draw, cells, HIDDEN, 1 / 64)],
    ["classifier.lower_to_hidden.weight", weight(draw, UNITS, cells, 1 / 64, keys)],
    ["classifier.lower_to_keys.weight", weight(draw, cells, cells, 1 / 64, keys)],
  ];
}

/** Scores by interval of both planes, of so many distances. */
function scores(draw, name, distances) {
  const count = 4 * distances;
  return [
    [`classifier.${name}.weights.weight`, weight(draw, count, HIDDEN, 1 / 64)],
    [`classifier.${name}.weights.bias`, bias(draw, count)],
  ];
}

/**
 * Such a network; `calibration`: {alpha, gamma, shift}, those of its training. One of
 * both planes also has scores by interval.
 */
export function tinyNetwork({
  outputs,
  start = "guided",
  plane = "onsets",
  calibration,
}) {
  const draw = wholeNumbers(7);
  const isWhole = plane === "both";
  const cells = isWhole ? 176 : 88;
  const tensors = new Map([
    ...gru(draw, "encoder", cells),
    ...gru(draw, "decoder", cells),
    ...classifier(draw, outputs, cells),
    ...(isWhole ? scores(draw, "from_before", 5) : []),
    ...(isWhole && outputs === "dependent" ? scores(draw, "from_lower", 2) : []),
  ]);
  const config = {
    hidden: HIDDEN,
    layers: 1,
    keys: 88,
    context: CONTEXT,
    steps_per_quarter: 4,
    outputs,
    plane,
    intervals: isWhole ? 2 : 0,
    start,
  };
  const about = { calibration, density_threshold: 0.3, measures: {} };
  return new Network({ config, about }, tensors);
}
