// The browser's access to MIDI, asked for only when the reader wants it.

/** Whether this browser has Web MIDI. */
export function hasWebMidi() {
  return Boolean(globalThis.navigator?.requestMIDIAccess);
}

/** The access to what is connected; an Error, in a sentence, if it is refused. */
export function midiAccess(device) {
  return navigator.requestMIDIAccess().catch(() => {
    throw new Error(`The browser did not allow this page to use ${device}.`);
  });
}

/** The inputs or outputs of an access that are connected now. */
export function connectedPorts(ports) {
  return [...ports.values()].filter(({ state }) => state !== "disconnected");
}
