// The file that `deepmusician export` writes: a network, and what is known of it.
//
// It is of the safetensors format: the length of a header, the header as JSON, tensors.
import { QuantisedWeight } from "./quantised_weight.js";

const HEADER_START = 8;
const FOREIGN = "This file holds no network: `deepmusician export` writes one.";
const EDITION = 2; // the latest that is read here
const NEWER = "This file is of a newer edition than this page reads: reload the page.";
const CUT_OFF = "The network's file is damaged or cut off.";

/** The header of a file in a DataView, and its tensors by name. Error if it is bad. */
export function readWeights(view) {
  const { header, entries, start } = readHeader(view);
  if ((header.edition ?? 1) > EDITION) throw new Error(NEWER);
  const end = Math.max(...Object.values(entries).map((entry) => entry.data_offsets[1]));
  if (view.byteLength !== start + end) throw new Error(CUT_OFF);
  const numbers = (name) => {
    const { dtype, data_offsets } = entries[name];
    const [from, until] = data_offsets.map((at) => view.byteOffset + start + at);
    const bytes = view.buffer.slice(from, until); // aligned, wherever they lay
    return dtype === "I16" ? new Int16Array(bytes) : new Float32Array(bytes);
  };
  const names = Object.keys(entries).filter((name) => !name.endsWith(".unit"));
  const tensors = names.map((name) => {
    const { dtype, shape } = entries[name];
    if (dtype !== "I16") return [name, Float64Array.from(numbers(name))];
    const units = Float64Array.from(numbers(`${name}.unit`));
    return [name, new QuantisedWeight(shape[1], numbers(name), units)];
  });
  return { header, tensors: new Map(tensors) };
}

/** What the header says of each tensor, and where the first begins. */
function readHeader(view) {
  try {
    const start = HEADER_START + Number(view.getBigUint64(0, true));
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const text = new TextDecoder().decode(bytes.subarray(HEADER_START, start));
    const { __metadata__, ...entries } = JSON.parse(text);
    return { header: JSON.parse(__metadata__.deepmusician), entries, start };
  } catch {
    throw new Error(FOREIGN);
  }
}
