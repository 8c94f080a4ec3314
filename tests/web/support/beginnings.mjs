// Beginnings and pieces of a few steps, for the tests of the composer.
import { Beginning } from "../../../deepmusician/widgets/web/composer/beginning.js";
import { GrowingPiece } from "../../../deepmusician/widgets/web/composer/growing_piece.js";

export const GRID = { stepsPerQuarter: 4, most: 96 };

/** A beginning of these notes. */
export function beginningOf(notes, name = "mine") {
  const beginning = new Beginning(GRID.stepsPerQuarter, GRID.most);
  beginning.put(notes, name);
  return beginning;
}

/** What these steps make of a beginning, each an array of keys. */
export function grownPiece(beginning, plane, steps) {
  const growingPiece = new GrowingPiece(beginning, plane, {
    label: "",
    tempo: 60,
    gain: 1,
  });
  for (const keys of steps) growingPiece.add(keys);
  growingPiece.finish();
  return growingPiece;
}
