import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Composition } from "../../../deepmusician/widgets/web/network/network.js";
import { tinyNetwork } from "../support/tiny_network.mjs";

// The takes of a seed, as they were when readers first shared links to them.
const CALIBRATIONS = {
  none: { alpha: null, gamma: 0, shift: 0 },
  weighted: { alpha: 0.25, gamma: 0, shift: 0.125 },
  focal: { alpha: 0.9, gamma: 2, shift: 0 },
  shifted: { alpha: 0.3, gamma: 1.5, shift: -0.25 },
};
const SAMPLED = [
  ["independent", "none", "79ea136afe23414e", 304],
  ["independent", "weighted", "f4655d7ecbe6100f", 922],
  ["independent", "focal", "3a22c47eec3a9cb9", 1],
  ["independent", "shifted", "5c5ea0eb0669992b", 24],
  ["dependent", "none", "a28f9a4285fdc0c2", 836],
  ["dependent", "weighted", "2f301adb56b57c98", 1528],
  ["dependent", "focal", "35ff078b17a9cb50", 3],
  ["dependent", "shifted", "120f78fcc764df77", 512],
];
const BY_RULE = [
  ["guided", "sample", "f9afb287dc85f1e4", 672],
  ["guided", "threshold", "c7d5e32f7123b8eb", 924],
  ["guided", "density", "fc18674cf01aadd2", 698],
  ["zero", "sample", "bb9113fdfa297376", 684],
  ["zero", "threshold", "b458c84e28fc012d", 1054],
  ["zero", "density", "730ff44ee682e88f", 1050],
  ["random", "sample", "22a81eb9a61c7bef", 664],
  ["random", "threshold", "e7db757722a6aa23", 1014],
  ["random", "density", "02b57c7ffd20a31e", 991],
];

const WHOLE = [
  ["independent", "guided", "52d56fe4ca1b7123", 1387],
  ["independent", "zero", "bdd800426e2ce0e9", 1159],
  ["dependent", "guided", "89e87c8c5779d636", 1889],
  ["dependent", "zero", "b60c07d3d358da5c", 1698],
];

function digest(data) {
  return createHash("sha256").update(data).digest("hex").slice(0, 16);
}

/** The digest and the number of the notes that a network composes in 60 steps. */
function composed(network, options) {
  const composition = new Composition(network, options);
  const keys = Array.from({ length: 60 }, () => composition.next());
  return [digest(JSON.stringify(keys)), keys.flat().length];
}

test("a seed gives the same notes as ever, by both classifiers", () => {
  for (const [outputs, name, ...expected] of SAMPLED) {
    const network = tinyNetwork({ outputs, calibration: CALIBRATIONS[name] });
    assert.deepEqual(composed(network, { seed: 5 }), expected, `${outputs}, ${name}`);
  }
});

test("every start and every decision rule give the same notes as ever", () => {
  const outputs = "dependent";
  const calibration = CALIBRATIONS.shifted;
  const shared = { seed: 2 ** 32 - 1, threshold: 0.25, temperature: 1.3 };
  const prime = [[3], [], [40, 50]];
  for (const [start, rule, ...expected] of BY_RULE) {
    const network = tinyNetwork({ outputs, start, calibration });
    const result = composed(network, { ...shared, rule, prime });
    assert.deepEqual(result, expected, `${start}, ${rule}`);
  }
});

test("both planes, with scores by interval, give the same notes as ever", () => {
  for (const [outputs, start, ...expected] of WHOLE) {
    const network = tinyNetwork({
      outputs,
      start,
      plane: "both",
      calibration: CALIBRATIONS.none,
    });
    const prime = [[80], [81, 90], [81, 91]];
    assert.deepEqual(composed(network, { seed: 5, prime }), expected);
  }
});

test("nothing is held that did not sound, or is struck", () => {
  const network = tinyNetwork({
    outputs: "dependent",
    plane: "both",
    calibration: CALIBRATIONS.weighted,
  });
  const composition = new Composition(network, { seed: 3 });
  let before = [];
  let holds = 0;
  for (let step = 0; step < 60; step += 1) {
    const cells = composition.next();
    for (const cell of cells.filter((each) => each % 2 === 1)) {
      assert.ok(before.includes(cell) || before.includes(cell - 1));
      assert.ok(!cells.includes(cell - 1));
      holds += 1;
    }
    before = cells;
  }
  assert.ok(holds > 20);
});

test("calibrated logits are the same to the last bit", () => {
  const network = tinyNetwork({ outputs: "dependent", calibration: null });
  const logits = Object.values(CALIBRATIONS).flatMap((calibration) => {
    network.about.calibration = calibration;
    return Array.from({ length: 801 }, (_, n) => network.calibrated((n - 400) / 7));
  });
  const bytes = new Uint8Array(Float64Array.from(logits).buffer);
  assert.equal(digest(bytes), "8e30ce2a587c40ec");
});
