import assert from "node:assert/strict";
import { test } from "node:test";

import {
  checkedSettings,
  FIRST_SETTINGS,
  lengthInWords,
  settingsInWords,
} from "../../../deepmusician/widgets/web/composer/settings.js";

test("valid input becomes settings, without complaints", () => {
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
      assert.match(complaints[name], /^The \w+ must be (a |one )[^.]*.*\.$/);
    }
  }
  const { complaints } = checkedSettings({ ...FIRST_SETTINGS, length: "1e9" });
  const expected = "The length must be a whole number of steps from 1 to 50,000.";
  assert.equal(complaints.length, expected);
});

test("a length is given in bars and minutes", () => {
  assert.equal(lengthInWords(192, 4, 80), "12 bars, 0:36");
  assert.equal(lengthInWords(16, 4, 60), "1 bar, 0:04");
  assert.equal(lengthInWords(24, 4, 120), "1.5 bars, 0:03");
});

test("settings in words name what their rule uses", () => {
  const inWords = (rule) => settingsInWords({ ...FIRST_SETTINGS, rule });
  assert.equal(inWords("sample"), "192 steps, temperature 1, seed 1");
  assert.equal(inWords("threshold"), "192 steps, threshold 0.5, temperature 1");
  assert.equal(inWords("density"), "192 steps, by density, temperature 1");
});
