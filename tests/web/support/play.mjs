// Plays a network for the Python tests: reads a request, {file, jobs}, writes answers.
//
// A job is {options, steps} to compose, with `forced` steps in place of its own.
// An answer has the keys of each step, and the logit of every key as it was judged.
import { readFileSync } from "node:fs";

import {
  Composition,
  Network,
} from "../../../deepmusician/widgets/web/network/network.js";

async function answer(network, { options, steps, forced }) {
  const composition = new Composition(network, options);
  const judged = [];
  let step = -1;
  const own = composition.decide.bind(composition);
  composition.decide = (key, logit) => {
    judged[step].push(logit);
    return forced ? forced[step].includes(key) : own(key, logit);
  };
  await composition.prepare();
  const keys = [];
  for (step = 0; step < (forced?.length ?? steps); step += 1) {
    judged.push([]);
    keys.push(composition.next());
  }
  return { keys, logits: judged };
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
