// What all widgets share: their code, their look, and the piano. Loaded once per page.
import { blindTest } from "./blind/widget.js";
import { composer } from "./composer/widget.js";
import { explorer } from "./explorer/widget.js";
import { registryEntry } from "./page/registry.js";
import { Sound } from "./page/sound.js";
import { player } from "./player/widget.js";

const VIEWS = { blindTest, composer, explorer, player };

function initialize({ model }) {
  const entry = registryEntry(model.get("edition"));
  if (entry.sound) return; // a second kernel of the same edition
  const styles = document.createElement("style");
  styles.textContent = model.get("styles");
  document.head.append(styles);
  const bank = { pitches: model.get("pitches"), tones: model.get("tones") };
  entry.sound = new Sound(bank);
  const repository = model.get("repository");
  entry.resolve({ views: VIEWS, sound: entry.sound, repository });
}

export default { initialize };
