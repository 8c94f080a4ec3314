import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Beginning,
  onTheGrid,
  openingOf,
  withoutLead,
} from "../../deepmusician/listening/web/beginning.js";
import {
  checkedSettings,
  FIRST_SETTINGS,
  lengthInWords,
  settingsInWords,
} from "../../deepmusician/listening/web/composer_settings.js";
import { GrowingPiece } from "../../deepmusician/listening/web/growing.js";
import { Notation } from "../../deepmusician/listening/web/hands.js";
import { pitchOfLetter } from "../../deepmusician/listening/web/key_bed.js";
import {
  hearMidi,
  keyboardsInWords,
  keyOfMessage,
} from "../../deepmusician/listening/web/midi_keyboard.js";
import {
  packedNotes,
  sharedTake,
  shareText,
  unpackedNotes,
} from "../../deepmusician/listening/web/share.js";
import { inSlices } from "../../deepmusician/listening/web/slices.js";
import {
  Takes,
  takeFacts,
  takeFile,
  takeOrigin,
} from "../../deepmusician/listening/web/takes.js";

const GRID = { stepsPerQuarter: 4, most: 96 };

function beginningOf(notes, name = "mine") {
  const beginning = new Beginning(GRID.stepsPerQuarter, GRID.most);
  beginning.put(notes, name);
  return beginning;
}

function grown(beginning, plane, steps) {
  const growing = new GrowingPiece(beginning, plane, { label: "", tempo: 60, gain: 1 });
  for (const keys of steps) growing.add(keys);
  growing.finish();
  return growing;
}

// --- settings

test("what is typed becomes settings, and nothing is complained of", () => {
  const typed = { ...FIRST_SETTINGS, length: " 48 ", temperature: "0.9", seed: "7" };
  const { settings, complaints } = checkedSettings(typed);
  const expected = { ...FIRST_SETTINGS, length: 48, temperature: 0.9, seed: 7 };
  assert.deepEqual([settings, complaints], [expected, {}]);
});

test("absurd numbers are refused, each in one sentence with its range", () => {
  const absurd = {
    length: ["0", "-5", "1.5", "1e9", "many", ""],
    temperature: ["0", "-1", "1000", "warm", ""],
    threshold: ["-0.1", "1.1", ""],
    seed: ["-1", "0.5", "1e300", ""],
    tempo: ["0", "5000", ""],
    rule: ["guess", undefined],
  };
  for (const [name, values] of Object.entries(absurd)) {
    for (const value of values) {
      const { complaints } = checkedSettings({ ...FIRST_SETTINGS, [name]: value });
      assert.deepEqual(Object.keys(complaints), [name]);
      assert.match(complaints[name], /^The \w+ is (a |one )[^.]*.*\.$/);
    }
  }
  const { complaints } = checkedSettings({ ...FIRST_SETTINGS, length: "1e9" });
  const said = "The length is a whole number of steps from 1 to 50,000.";
  assert.equal(complaints.length, said);
});

test("a length is told in bars and minutes", () => {
  assert.equal(lengthInWords(192, 4, 80), "12 bars, 0:36");
  assert.equal(lengthInWords(16, 4, 60), "1 bar, 0:04");
  assert.equal(lengthInWords(24, 4, 120), "1.5 bars, 0:03");
});

test("settings are told by what their rule uses", () => {
  const told = (rule) => settingsInWords({ ...FIRST_SETTINGS, rule });
  assert.equal(told("sample"), "192 steps, temperature 1, seed 1");
  assert.equal(told("threshold"), "192 steps, threshold 0.5, temperature 1");
  assert.equal(told("density"), "192 steps, by density, temperature 1");
});

// --- the beginning

test("a beginning is silent until a key is touched in it, and again when cleared", () => {
  const beginning = beginningOf([]);
  assert.deepEqual([beginning.length, beginning.name], [0, ""]);
  beginning.toggle(0, 60);
  beginning.toggle(5, 64);
  assert.deepEqual([beginning.length, beginning.name], [12, "my own"]);
  beginning.toggle(5, 64);
  assert.deepEqual(beginning.notes, [[0, 60, 4]]);
  beginning.clear();
  assert.deepEqual([beginning.length, beginning.name], [0, ""]);
});

test("a touch of a key that is held cuts the note before it", () => {
  const beginning = beginningOf([[0, 60, 8]]);
  beginning.toggle(4, 60);
  assert.deepEqual(beginning.notes, [
    [0, 60, 4],
    [4, 60, 4],
  ]);
});

test("a beginning is no longer than what the network reads", () => {
  const beginning = beginningOf([
    [90, 60, 40],
    [96, 62, 4],
    [200, 62, 4],
  ]);
  assert.deepEqual(beginning.notes, [[90, 60, 6]]);
  assert.equal(beginning.length, 96);
});

test("the network reads touches, or all that sounds, by its plane", () => {
  const beginning = beginningOf([
    [0, 21, 3],
    [1, 108, 3],
  ]);
  assert.deepEqual(beginning.keysOn("onsets"), [[0], [87], [], []]);
  assert.deepEqual(beginning.keysOn("sounding"), [[0], [0, 87], [0, 87], [87]]);
});

test("the opening of a file leaves out whole quarters of rest before its music", () => {
  const notes = [
    [9, 60, 2],
    [120, 62, 2],
  ];
  const piece = { notes, stepsPerQuarter: 4 };
  assert.deepEqual(openingOf(piece, 96), [[1, 60, 2]]);
  assert.deepEqual(withoutLead([], 4), []);
});

test("what is played is put on the grid, at its nearest step", () => {
  const played = [
    { pitch: 60, down: 9.98, up: 10.4 },
    { pitch: 62, down: 10.52, up: 10.53 },
    { pitch: 60, down: 10.3, up: 10.6 },
  ];
  assert.deepEqual(onTheGrid(played, { pace: 8, origin: 10 }), [
    [0, 60, 2],
    [2, 60, 3],
    [4, 62, 1],
  ]);
});

test("notation begins with the first quarter in which something is played", () => {
  const notation = new Notation({ pace: 8, stepsPerQuarter: 4, origin: 0 });
  notation.down(60, 1.62); // on the beat at 1.5, one sixteenth late
  notation.up(60, 2.0);
  notation.down(64, 2.0);
  assert.deepEqual(notation.notes(3), [
    [1, 60, 3],
    [4, 64, 8],
  ]);
  assert.equal(notation.length(3.62), 16);
});

test("without a metronome, the first touch is the first beat", () => {
  const notation = new Notation({ pace: 8, stepsPerQuarter: 4 });
  notation.down(60, 5.33);
  notation.down(60, 5.83); // the same key again, without a release
  notation.up(60, 6.08);
  notation.up(61, 6.08);
  assert.deepEqual(notation.notes(7), [
    [0, 60, 4],
    [4, 60, 2],
  ]);
});

test("letters play as a piano's keys lie, in two rows", () => {
  const pitches = ["KeyZ", "KeyS", "KeyM", "KeyQ", "Digit2", "KeyP"].map(pitchOfLetter);
  assert.deepEqual(pitches, [48, 49, 59, 60, 61, 76]);
  assert.equal(pitchOfLetter("Space"), undefined);
});

// --- a MIDI keyboard

test("MIDI messages touch and release keys on any channel, and do nothing else", () => {
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

test("a browser without Web MIDI, or a reader who refuses it, is told in words", async () => {
  const ask = () => hearMidi({ onKey() {}, onNames() {} });
  await withNavigator({}, () => assert.rejects(ask, /cannot hear a MIDI keyboard/));
  const refusing = { requestMIDIAccess: () => Promise.reject(new Error("denied")) };
  await withNavigator(refusing, () => assert.rejects(ask, /did not allow/));
});

test("keyboards are heard, also those that are plugged in later, until stopped", async () => {
  const first = { name: "Piano", state: "connected" };
  const access = { inputs: new Map([["1", first]]) };
  const heard = [];
  const names = [];
  await withNavigator({ requestMIDIAccess: async () => access }, async () => {
    const stop = await hearMidi({
      onKey: (key) => heard.push(key),
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
    heard.map(({ isDown }) => isDown),
    [true, false],
  );
  assert.deepEqual(names, [
    "Listening to Piano.",
    "Listening to Piano and a MIDI keyboard.",
  ]);
  assert.match(keyboardsInWords([]), /No MIDI keyboard is connected/);
});

// --- the piece that grows

test("touches are held for a quarter, until touched again, or to the end", () => {
  const growing = grown(beginningOf([]), "onsets", [[39], [], [39, 40], [], [39]]);
  assert.deepEqual(growing.piece.notes, [
    [0, 60, 2],
    [2, 60, 2],
    [2, 61, 3],
    [4, 60, 1],
  ]);
  assert.deepEqual([growing.piece.length, growing.made, growing.touches], [5, 5, 4]);
});

test("on the sounding plane, a key that sounds on is not touched again", () => {
  const beginning = beginningOf([[0, 60, 4]]);
  const growing = grown(beginning, "sounding", [[39], [39, 40], [], [39]]);
  assert.deepEqual(growing.piece.notes, [
    [0, 60, 6],
    [5, 61, 1],
    [7, 60, 1],
  ]);
  assert.deepEqual(beginning.notes, [[0, 60, 4]]);
});

test("new music follows its beginning", () => {
  const growing = grown(beginningOf([[0, 60, 4]]), "onsets", [[39], []]);
  assert.deepEqual(growing.piece.notes, [
    [0, 60, 4],
    [4, 60, 2],
  ]);
  assert.deepEqual([growing.begins, growing.made, growing.touches], [4, 2, 1]);
});

// --- takes

const SETTINGS = { ...FIRST_SETTINGS, length: 4, seed: 42 };

function takeOf(beginning = beginningOf([])) {
  const growing = grown(beginning, "onsets", [[39], [], [40], [41]]);
  return { settings: SETTINGS, beginning, growing };
}

test("takes are numbered on, and removing the current one chooses its neighbour", () => {
  const takes = new Takes();
  let changes = 0;
  takes.addEventListener("change", () => {
    changes += 1;
  });
  const [one, two, three] = [takeOf(), takeOf(), takeOf()].map((t) => takes.add(t));
  assert.equal(takes.current, three);
  takes.choose(two);
  takes.remove(two);
  assert.equal(takes.current, three);
  takes.remove(three);
  assert.equal(takes.current, one);
  takes.remove(one);
  assert.equal(takes.current, null);
  assert.equal(takes.add(takeOf()).number, 4);
  assert.equal(changes, 8);
});

test("a take tells how full it is, how long, and how it was made", () => {
  const after = beginningOf([[0, 60, 4]], "BWV 253");
  const take = { number: 2, state: "done", ...takeOf(after) };
  assert.equal(takeFacts(take, 60), "0.75 touches a step, 2 s");
  assert.equal(takeOrigin(take), "4 steps, temperature 1, seed 42, after BWV 253");
  assert.equal(takeFile(take), "deep-musician-take-2-seed-42.mid");
  const stopped = takeFacts({ ...take, state: "stopped" }, 60);
  assert.equal(stopped, "stopped after 4 steps, 0.75 touches a step, 2 s");
  const silent = { ...take, growing: grown(beginningOf([]), "onsets", [[], []]) };
  assert.match(takeFacts(silent, 60), /^no notes: silence/);
  assert.equal(takeFacts({ ...take, state: "composing" }, 60), "being composed");
});

// --- links

test("a link brings back settings, beginning and network", () => {
  const beginning = beginningOf(
    [
      [0, 21, 96],
      [0, 60, 4],
      [3, 108, 1],
      [95, 64, 1],
    ],
    "BWV 4.8, “Jesu”",
  );
  const settings = {
    ...SETTINGS,
    rule: "threshold",
    threshold: 0.25,
    temperature: 1.1,
  };
  const text = shareText({ settings, beginning, network: "ab12" });
  assert.match(text, /^[\w=&%.+*-]+$/);
  const back = sharedTake(`#${text}`, GRID);
  assert.deepEqual(back.settings, settings);
  assert.deepEqual(back.beginning.notes, beginning.notes);
  assert.deepEqual([back.beginning.name, back.network], [beginning.name, "ab12"]);
});

test("a link without a beginning starts in silence", () => {
  const take = { settings: SETTINGS, beginning: beginningOf([]), network: "" };
  const back = sharedTake(shareText(take), GRID);
  assert.deepEqual([back.beginning.notes, back.beginning.name], [[], ""]);
});

test("other addresses are no takes, and broken links say what is wrong", () => {
  assert.equal(sharedTake("", GRID), null);
  assert.equal(sharedTake("#a-heading", GRID), null);
  const whole = shareText({
    settings: SETTINGS,
    beginning: beginningOf([]),
    network: "",
  });
  assert.throws(() => sharedTake("take=1&length=192", GRID), /not whole: The /);
  const endless = whole.replace("length=4", "length=1e9");
  assert.throws(() => sharedTake(endless, GRID), /from 1 to 50,000\.$/);
  assert.throws(() => sharedTake(whole.replace("take=1", "take=9"), GRID), /edition/);
  for (const notes of ["%", "AAA", "AP8B", "gICAgICAgIA"]) {
    assert.throws(() => sharedTake(`${whole}&beginning=${notes}`, GRID), /not whole/);
  }
});

test("notes survive the way through an address, whatever they are", () => {
  let state = 7;
  const random = (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let trial = 0; trial < 200; trial += 1) {
    const notes = Array.from({ length: random(60) }, () => [
      random(400),
      21 + random(88),
      1 + random(300),
    ]).sort((one, other) => one[0] - other[0]);
    assert.deepEqual(unpackedNotes(packedNotes(notes)), notes);
  }
});

// --- slices

test("long work is cut into slices, and can be stopped between them", async () => {
  const work = new AbortController();
  const slow = () => {
    for (const end = performance.now() + 3; performance.now() < end; );
  };
  const done = [];
  const made = await inSlices(20, slow, {
    signal: work.signal,
    slice: 6,
    done: (count) => {
      done.push(count);
      if (count >= 8) work.abort();
    },
  });
  assert.ok(made >= 8 && made < 12 && done.length >= 3);
  const all = await inSlices(5, () => {}, {
    signal: new AbortController().signal,
    done() {},
  });
  assert.equal(all, 5);
});
