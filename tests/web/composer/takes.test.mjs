import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST_SETTINGS } from "../../../deepmusician/widgets/web/composer/settings.js";
import {
  Takes,
  takeFacts,
  takeFile,
  takeOrigin,
} from "../../../deepmusician/widgets/web/composer/takes.js";
import { beginningOf, grownPiece } from "../support/beginnings.mjs";

const SETTINGS = { ...FIRST_SETTINGS, length: 4, seed: 42 };

function takeOf(beginning = beginningOf([])) {
  const growingPiece = grownPiece(beginning, "onsets", [[39], [], [40], [41]]);
  return { settings: SETTINGS, beginning, growingPiece };
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

test("a take says how dense it is, how long, and how it was composed", () => {
  const after = beginningOf([[0, 60, 4]], "BWV 253");
  const take = { number: 2, state: "done", ...takeOf(after) };
  assert.equal(takeFacts(take, 60), "0.75 notes per step, 2 s");
  assert.equal(takeOrigin(take), "4 steps, temperature 1, seed 42, after BWV 253");
  assert.equal(takeFile(take, "mid"), "deep-musician-take-2-seed-42.mid");
  const stopped = takeFacts({ ...take, state: "stopped" }, 60);
  assert.equal(stopped, "stopped after 4 steps, 0.75 notes per step, 2 s");
  const silent = {
    ...take,
    growingPiece: grownPiece(beginningOf([]), "onsets", [[], []]),
  };
  assert.match(takeFacts(silent, 60), /^no notes: silence/);
  assert.equal(takeFacts({ ...take, state: "composing" }, 60), "being composed");
});
