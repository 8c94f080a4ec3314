// Links that reproduce a take: settings, seed and beginning after the address's #.

import { LOWEST } from "../page/music.js";
import { Beginning } from "./beginning.js";
import { COMPOSER_NUMBERS, checkedSettings } from "./settings.js";

const SHARE_VERSION = "1";

/** What follows the # in the link of a take. `network`: which one composed it. */
export function shareText({ settings, beginning, network }) {
  const fields = new URLSearchParams({ take: SHARE_VERSION });
  for (const name of [...Object.keys(COMPOSER_NUMBERS), "rule"]) {
    fields.set(name, settings[name]);
  }
  fields.set("network", network);
  if (beginning.notes.length > 0) {
    fields.set("beginning", packNotes(beginning.notes));
    fields.set("name", beginning.name);
  }
  return fields.toString();
}

/**
 * The take of a link's text: {settings, beginning, network}; null if there is none.
 * `grid`: the network's {stepsPerQuarter, most}. Throws an Error, in a sentence, for a
 * link that was cut or changed.
 */
export function sharedTake(text, { stepsPerQuarter, most }) {
  const fields = new URLSearchParams(text.replace(/^#/, ""));
  if (!fields.has("take")) return null;
  const { settings, complaints } = checkedSettings(Object.fromEntries(fields));
  const [complaint] = Object.values(complaints);
  if (complaint || fields.get("take") !== SHARE_VERSION) {
    throw new Error(
      `This link is incomplete: ${complaint ?? "its version is unknown."}`,
    );
  }
  const beginning = new Beginning(stepsPerQuarter, most);
  const notes = unpackNotes(fields.get("beginning") ?? "");
  beginning.put(notes, fields.get("name") || "shared");
  return { settings, beginning, network: fields.get("network") ?? "" };
}

/** Notes [start, pitch, hold], by start, as text for an address. */
export function packNotes(notes) {
  const bytes = [];
  let past = 0;
  for (const [start, pitch, hold] of notes) {
    bytes.push(...packNumber(start - past), pitch - LOWEST, ...packNumber(hold));
    past = start;
  }
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The notes of such a text; throws an Error for any other. */
export function unpackNotes(text) {
  const bytes = [...bytesFrom(text)];
  const notes = [];
  let at = 0;
  while (bytes.length > 0) {
    at += unpackNumber(bytes);
    const [key] = bytes.splice(0, 1);
    const hold = unpackNumber(bytes);
    if (!(key < 88) || !(hold > 0)) throw new Error(BROKEN_LINK);
    notes.push([at, key + LOWEST, hold]);
  }
  return notes;
}

const BROKEN_LINK = "This link is incomplete: its beginning cannot be read.";

function bytesFrom(text) {
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error(BROKEN_LINK);
  }
}

/** Seven bits per byte, the lowest first; all but the last are marked. */
function packNumber(number) {
  const bytes = [];
  let rest = number;
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

/** Take such a number off the front of the bytes. */
function unpackNumber(bytes) {
  let number = 0;
  for (let bits = 0; bits < 28; bits += 7) {
    const byte = bytes.shift();
    if (byte === undefined) break;
    number |= (byte & 127) << bits;
    if (byte < 128) return number;
  }
  throw new Error(BROKEN_LINK);
}
