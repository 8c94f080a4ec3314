// The file that `deepmusician export` writes: a network, and what is known of it.
import { floatsOf, QuantisedWeight } from "./quantised_weight.js";
import { sha256 } from "./sha256.js";

const WEIGHTS_MAGIC = "DeepMus\n";
const WEIGHTS_VERSION = 1;
const CHECKSUM_BYTES = 32;
const HEADER_START = 16;

/** The header of a file in a DataView, and its tensors by name. Error if it is bad. */
export function readWeights(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  checkWeights(bytes, view);
  const start = HEADER_START + view.getUint32(12, true);
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(HEADER_START, start)),
  );
  const payload = new DataView(view.buffer, view.byteOffset + start);
  const tensors = header.tensors.map((entry) => [
    entry.name,
    entry.bits === 32
      ? floatsOf(payload, entry.offset, entry.shape[0])
      : new QuantisedWeight(entry, payload),
  ]);
  return { header, tensors: new Map(tensors) };
}

function checkWeights(bytes, view) {
  const magic = String.fromCharCode(...bytes.subarray(0, WEIGHTS_MAGIC.length));
  if (magic !== WEIGHTS_MAGIC || bytes.length < HEADER_START + CHECKSUM_BYTES) {
    throw new Error("This file holds no network: `deepmusician export` writes one.");
  }
  const version = view.getUint32(8, true);
  if (version !== WEIGHTS_VERSION) {
    const known = `this page reads version ${WEIGHTS_VERSION}`;
    throw new Error(`The network's file is of version ${version}; ${known}.`);
  }
  const end = bytes.length - CHECKSUM_BYTES;
  const sum = sha256(bytes.subarray(0, end));
  if (sum.some((byte, n) => byte !== bytes[end + n])) {
    throw new Error("The network's file is damaged or cut off: its checksum differs.");
  }
}
