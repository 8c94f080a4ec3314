// Links that reproduce a take: settings, seed and beginning behind the # of the address.
import { Beginning } from "./beginning.js";
import { COMPOSER_NUMBERS, checkedSettings } from "./composer_settings.js";
import { LOWEST } from "./music.js";

const SHARE_EDITION = "1";

/** What follows the # in the link of a take. `network`: which one composed it. */
export function shareText({ settings, beginning, network }) {
  const told = new URLSearchParams({ take: SHARE_EDITION });
  for (const name of [...Object.keys(COMPOSER_NUMBERS), "rule"]) {
    told.set(name, settings[name]);
  }
  told.set("network", network);
  if (beginning.notes.length > 0) {
    told.set("beginning", packedNotes(beginning.notes));
    told.set("name", beginning.name);
  }
  return told.toString();
}

/**
 * The take that a link's text tells: {settings, beginning, network}; null if it tells
 * none. `grid`: the network's {stepsPerQuarter, most}. Throws an Error, in a sentence,
 * for a link that was cut or changed.
 */
export function sharedTake(text, { stepsPerQuarter, most }) {
  const told = new URLSearchParams(text.replace(/^#/, ""));
  if (!told.has("take")) return null;
  const { settings, complaints } = checkedSettings(Object.fromEntries(told));
  const [complaint] = Object.values(complaints);
  if (complaint || told.get("take") !== SHARE_EDITION) {
    throw new Error(
      `This link is not whole: ${complaint ?? "its edition is unknown."}`,
    );
  }
  const beginning = new Beginning(stepsPerQuarter, most);
  const notes = unpackedNotes(told.get("beginning") ?? "");
  beginning.put(notes, told.get("name") || "shared");
  return { settings, beginning, network: told.get("network") ?? "" };
}

/** Notes [start, pitch, hold], by start, as text for an address. */
export function packedNotes(notes) {
  const bytes = [];
  let past = 0;
  for (const [start, pitch, hold] of notes) {
    bytes.push(...packedNumber(start - past), pitch - LOWEST, ...packedNumber(hold));
    past = start;
  }
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The notes of such a text; throws an Error for any other. */
export function unpackedNotes(text) {
  const bytes = [...bytesOfText(text)];
  const notes = [];
  let at = 0;
  while (bytes.length > 0) {
    at += unpackedNumber(bytes);
    const [key] = bytes.splice(0, 1);
    const hold = unpackedNumber(bytes);
    if (!(key < 88) || !(hold > 0)) throw new Error(CUT_LINK);
    notes.push([at, key + LOWEST, hold]);
  }
  return notes;
}

const CUT_LINK = "This link is not whole: its beginning cannot be read.";

function bytesOfText(text) {
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error(CUT_LINK);
  }
}

/** Seven bits a byte, the lowest first; all but the last are marked. */
function packedNumber(number) {
  const bytes = [];
  let rest = number;
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** Take such a number off the front of the bytes. */
function unpackedNumber(bytes) {
  let number = 0;
  for (let bits = 0; bits < 28; bits += 7) {
    const byte = bytes.shift();
    if (byte === undefined) break;
    number |= (byte & 127) << bits;
    if (byte < 128) return number;
  }
  throw new Error(CUT_LINK);
}
