import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName } from "../../../deepmusician/widgets/web/page/save_file.js";

test("files are named after the piece", () => {
  assert.equal(fileName("BCE, epoch 3", "mid"), "bce-epoch-3.mid");
  assert.equal(fileName("Für Élise", "mp3"), "fur-elise.mp3");
  assert.equal(fileName("…", "mid"), "piece.mid");
  assert.equal(fileName("x".repeat(99), "mid").length, 64);
});
