// Plays a network for the Python tests: reads a request, {file, jobs}, writes answers.
//
// A job is {options, steps} to compose, with `forced` steps in place of its own.
// An answer has the cells of each step, and the logit of every cell as it was judged;
// a hold that is not possible is not judged, and has the logit that Python gives it.
import { readFileSync } from "node:fs";

import {
  Composition,
  Network,
} from "../../../deepmusician/widgets/web/network/network.js";

const EXCLUDED = -1e4;

async function answer(network, { options, steps, forced }) {
  const composition = new Composition(network, options);
  const judged = [];
  let step = -1;
  const own = composition.decide.bind(composition);
  composition.decide = (key, logit) => {
    judged[step][key] = logit;
    return forced ? forced[step].includes(key) : own(key, logit);
  };
  await composition.prepare();
  const keys = [];
  for (step = 0; step < (forced?.length ?? steps); step += 1) {
    judged.push([]);
    keys.push(composition.next());
  }
  const cells = Array.from({ length: network.config.cells }, (_, cell) => cell);
  const logits = judged.map((step) => cells.map((cell) => step[cell] ?? EXCLUDED));
  return { keys, logits };
}

const { file, jobs } = JSON.parse(readFileSync(0));
const bytes = readFileSync(file);
try {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const network = await Network.open(view);
  const answers = [];
  for (const job of jobs) answers.push(await answer(network, job));
  const { config, about } = network;
  console.log(JSON.stringify({ config, about, answers }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
