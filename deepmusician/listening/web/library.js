// What all widgets share: their code, their look, and the piano. Loaded once a page.
import { blindTest } from "./blind_test.js";
import { composer } from "./composer.js";
import { explorer } from "./explorer.js";
import { player } from "./player.js";
import { shelf } from "./shelf.js";
import { Sound } from "./sound.js";

const VIEWS = { blindTest, composer, explorer, player };

function initialize({ model }) {
  const mine = shelf(model.get("edition"));
  if (mine.sound) return; // a second kernel of the same edition
  const styles = document.createElement("style");
  styles.textContent = model.get("styles");
  document.head.append(styles);
  const bank = { pitches: model.get("pitches"), tones: model.get("tones") };
  mine.sound = new Sound(bank);
  mine.resolve({ views: VIEWS, sound: mine.sound });
}

export default { initialize };
