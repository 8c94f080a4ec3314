// A MIDI keyboard at the reader's computer, asked for only when they want one.

import { connectedPorts, hasWebMidi, midiAccess } from "./midi_access.js";

const NO_WEB_MIDI =
  "This browser cannot use a MIDI keyboard; Chrome, Edge and Firefox can. " +
  "The letter keys work everywhere.";

/** The key of a MIDI message that presses or releases one: {pitch, isDown}, or null. */
export function keyOfMessage([status, pitch, velocity]) {
  const kind = status >> 4;
  if (kind !== 8 && kind !== 9) return null;
  return { pitch, isDown: kind === 9 && velocity > 0 };
}

/** What is connected, in a sentence. */
export function keyboardsInWords(names) {
  if (names.length === 0) return "No MIDI keyboard is connected. Plug one in and play.";
  return `Listening to ${names.join(" and ")}.`;
}

/**
 * Ask the browser for the MIDI keyboards. `onKey({pitch, isDown})` gets their keys, also
 * when they are plugged in later; `onNames(names)` gets their names. Returns how to
 * stop. Throws an Error, in a sentence, where the browser gives no access.
 */
export async function listenToMidi({ onKey, onNames }) {
  if (!hasWebMidi()) throw new Error(NO_WEB_MIDI);
  const access = await midiAccess("a MIDI keyboard");
  const onMessage = ({ data }) => {
    const key = keyOfMessage(data);
    if (key) onKey(key);
  };
  const connect = () => {
    const inputs = connectedPorts(access.inputs);
    for (const input of inputs) input.onmidimessage = onMessage;
    onNames(inputs.map(({ name }) => name || "a MIDI keyboard"));
  };
  access.onstatechange = connect;
  connect();
  return () => {
    access.onstatechange = null;
    for (const input of access.inputs.values()) input.onmidimessage = null;
  };
}
