// The file that deepmusician.export writes: a network, and what is told of it.
import { floatsOf, Rows } from "./rows.js";
import { sha256 } from "./sha256.js";

const WEIGHTS_MAGIC = "DeepMus\n";
const WEIGHTS_VERSION = 1;
const WEIGHTS_SUM = 32;
const WEIGHTS_HEAD = 16;

/** The header of a file in a DataView, and its tensors by name. Error if it is bad. */
export function readWeights(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  checkWeights(bytes, view);
  const start = WEIGHTS_HEAD + view.getUint32(12, true);
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(WEIGHTS_HEAD, start)),
  );
  const payload = new DataView(view.buffer, view.byteOffset + start);
  const tensors = header.tensors.map((told) => [
    told.name,
    told.bits === 32
      ? floatsOf(payload, told.offset, told.shape[0])
      : new Rows(told, payload),
  ]);
  return { header, tensors: new Map(tensors) };
}

function checkWeights(bytes, view) {
  const found = String.fromCharCode(...bytes.subarray(0, WEIGHTS_MAGIC.length));
  if (found !== WEIGHTS_MAGIC || bytes.length < WEIGHTS_HEAD + WEIGHTS_SUM) {
    throw new Error("These bytes hold no network: `deepmusician export` writes one.");
  }
  const version = view.getUint32(8, true);
  if (version !== WEIGHTS_VERSION) {
    const known = `this page reads version ${WEIGHTS_VERSION}`;
    throw new Error(`The network's file is of version ${version}; ${known}.`);
  }
  const end = bytes.length - WEIGHTS_SUM;
  const sum = sha256(bytes.subarray(0, end));
  if (sum.some((byte, n) => byte !== bytes[end + n])) {
    throw new Error("The network's file is damaged or cut off: its checksum differs.");
  }
}
