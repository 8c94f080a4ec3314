// A blind test that somebody has taken to its end.
import {
  answered,
  begun,
  chosen,
  consented,
  introduced,
  listened,
  newTest,
  stageOf,
} from "../../../deepmusician/widgets/web/blind/trials.js";

/** A test by somebody who calls everything human. */
export function finishedTest(deck, answer = () => "human") {
  const about = { training: "years", before: false };
  let state = introduced(consented(newTest(deck, "0123456789abcdef"), 0), about);
  while (stageOf(state) !== "results") {
    if (stageOf(state) === "ready") state = begun(state);
    const id = state.order[state.answers.length];
    const choice = { answer: answer(id), confidence: 3 };
    state = answered(chosen(listened(state, 0), choice), 9000);
  }
  return state;
}
