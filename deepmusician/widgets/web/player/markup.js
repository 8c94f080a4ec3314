// What the player consists of: tabs or a title, the roll, its bar, facts and files.
import { elementsOf } from "../page/elements.js";
import { roleColour } from "../roll/palette.js";
import { barMarkup } from "./bar.js";
import { playerIcon } from "./controls.js";

const PLAYER_HINT =
  "Space plays and pauses. The arrow keys move by one quarter, with Shift by four; " +
  "Home and End go to the beginning and the end.";
const PLAYER_MARKUP = `
  <div class="dm-player-tabs" data-element="tabs" role="tablist"
    aria-label="Pieces"></div>
  <div data-element="piece">
    <div class="dm-player-roll" data-element="roll">
      <p class="dm-player-silence" data-element="silence">no notes: silence</p>
    </div>${barMarkup({ hint: PLAYER_HINT })}
    <div class="dm-player-foot">
      <p class="dm-player-facts dm-soft" data-element="facts" aria-live="polite"></p>
      <span class="dm-player-files">
        <button type="button" data-element="midi"
          title="Download as a MIDI file">${playerIcon("save")}MIDI</button>
        <a class="dm-player-mp3" data-element="mp3" hidden>${playerIcon("save")}MP3</a>
        <button type="button" data-element="render" hidden
          title="Render and download as an MP3 file"
          >${playerIcon("save")}MP3</button>
      </span>
    </div>
  </div>
  <p class="dm-player-caption" data-element="caption" hidden></p>
  <p class="dm-player-hint dm-soft" aria-hidden="true">${PLAYER_HINT}</p>`;

let playerCount = 0;

/** Fill a player's element; returns what it contains by name: `play`, `facts`, ... */
export function playerElements(el, pieces, caption) {
  el.classList.add("dm", "dm-player");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
  el.innerHTML = PLAYER_MARKUP;
  const elements = elementsOf(el);
  elements.caption.textContent = caption;
  elements.caption.hidden = !caption;
  playerCount += 1;
  const name = `dm-player-${playerCount}`;
  if (pieces.length > 1) addTabs(elements, pieces, name);
  else addTitle(elements, pieces[0]);
  return elements;
}

function addTabs({ tabs, piece }, pieces, name) {
  piece.id = `${name}-piece`;
  piece.setAttribute("role", "tabpanel");
  for (const [number, { label, role }] of pieces.entries()) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${name}-${number}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", piece.id);
    tab.style.setProperty("--dm-role", roleColour(role));
    tab.textContent = label;
    tabs.append(tab);
  }
}

/** A single piece has a title in place of tabs. */
function addTitle({ tabs, piece }, { label, role }) {
  tabs.removeAttribute("role");
  tabs.removeAttribute("aria-label");
  const title = document.createElement("strong");
  title.className = "dm-player-title";
  title.style.setProperty("--dm-role", roleColour(role));
  title.textContent = label;
  tabs.append(title);
  piece.setAttribute("role", "group");
  piece.setAttribute("aria-label", label);
}
