import assert from "node:assert/strict";
import { test } from "node:test";

import {
  keyboardsInWords,
  keyOfMessage,
  listenToMidi,
} from "../../../deepmusician/widgets/web/composer/midi_keyboard.js";

test("MIDI messages press and release keys on any channel, and do nothing else", () => {
  assert.deepEqual(keyOfMessage([0x93, 60, 80]), { pitch: 60, isDown: true });
  assert.deepEqual(keyOfMessage([0x93, 60, 0]), { pitch: 60, isDown: false });
  assert.deepEqual(keyOfMessage([0x80, 60, 64]), { pitch: 60, isDown: false });
  assert.equal(keyOfMessage([0xb0, 64, 127]), null);
  assert.equal(keyOfMessage([0xfe]), null);
});

function withNavigator(navigator, check) {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", {
    value: navigator,
    configurable: true,
  });
  return check().finally(() => Object.defineProperty(globalThis, "navigator", own));
}

test("a browser without Web MIDI, or a refusal, is an error in words", async () => {
  const ask = () => listenToMidi({ onKey() {}, onNames() {} });
  await withNavigator({}, () => assert.rejects(ask, /cannot use a MIDI keyboard/));
  const refusing = { requestMIDIAccess: () => Promise.reject(new Error("denied")) };
  await withNavigator(refusing, () => assert.rejects(ask, /did not allow/));
});

test("keyboards are listened to, also those plugged in later, until stopped", async () => {
  const first = { name: "Piano", state: "connected" };
  const access = { inputs: new Map([["1", first]]) };
  const keys = [];
  const names = [];
  await withNavigator({ requestMIDIAccess: async () => access }, async () => {
    const stop = await listenToMidi({
      onKey: (key) => keys.push(key),
      onNames: (all) => names.push(keyboardsInWords(all)),
    });
    first.onmidimessage({ data: [0x90, 60, 1] });
    const second = { name: "", state: "connected" };
    access.inputs.set("2", second);
    access.onstatechange();
    second.onmidimessage({ data: [0x80, 60, 0] });
    stop();
    assert.deepEqual([first.onmidimessage, access.onstatechange], [null, null]);
  });
  assert.deepEqual(
    keys.map(({ isDown }) => isDown),
    [true, false],
  );
  assert.deepEqual(names, [
    "Listening to Piano.",
    "Listening to Piano and a MIDI keyboard.",
  ]);
  assert.match(keyboardsInWords([]), /No MIDI keyboard is connected/);
});
