// What the player is made of, and what it says; the reader's acts are in player.js.
import { clock, seconds } from "./music.js";
import { roleColour } from "./roll_palette.js";

const PLAYER_SLOWEST = 30; // quarters a minute
const PLAYER_FASTEST = 240;
const PLAYER_ICONS = {
  play: "M6 3.5 17 10 6 16.5z",
  pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  loop:
    "M13.5 1.5 17 5l-3.5 3.5V6H7a3 3 0 0 0-3 3v1H2V9a5 5 0 0 1 5-5h6.5z" +
    "M6.5 18.5 3 15l3.5-3.5V14H13a3 3 0 0 0 3-3v-1h2v1a5 5 0 0 1-5 5H6.5z",
  closer: "M9 4h2v5h5v2h-5v5H9v-5H4V9h5z",
  farther: "M4 9h12v2H4z",
  save: "M9 2h2v7h3.5L10 14 5.5 9H9zM3 16h14v2H3z",
  loud: "M3 7.5h3L10.5 4v12L6 12.5H3zM13 6.5a5 5 0 0 1 0 7v-1.6a3.4 3.4 0 0 0 0-3.8z",
};

export function playerIcon(name) {
  const shape = `<path fill="currentColor" d="${PLAYER_ICONS[name]}"/>`;
  return `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${shape}</svg>`;
}

const PLAYER_HINT =
  "Space plays and pauses. Arrow keys move by a quarter, with Shift by four; " +
  "Home and End go to the beginning and the end.";
const PLAYER_MARKUP = `
  <div class="dm-player-tabs" role="tablist" aria-label="Pieces"></div>
  <div class="dm-player-piece">
    <div class="dm-player-roll">
      <p class="dm-player-silence">no notes: silence</p>
    </div>
    <div class="dm-player-bar">
      <button type="button" class="dm-main dm-player-play" title="${PLAYER_HINT}"
        aria-keyshortcuts="Space"></button>
      <span class="dm-player-clock"></span>
      <button type="button" class="dm-player-loop" aria-label="Loop"
        title="Play it round and round">${playerIcon("loop")}</button>
      <span class="dm-player-zoom" role="group" aria-label="Zoom">
        <button type="button" class="dm-player-farther" aria-label="Zoom out"
          title="Zoom out">${playerIcon("farther")}</button>
        <button type="button" class="dm-player-closer" aria-label="Zoom in"
          title="Zoom in">${playerIcon("closer")}</button>
      </span>
      <span class="dm-player-sliders">
        <label class="dm-player-tempo" title="Quarters a minute">
          <span>Tempo</span><input type="range" step="1"><output></output></label>
        <label class="dm-player-volume" title="Volume">${playerIcon("loud")}
          <input type="range" min="0" max="1" step="0.01" value="1"
            aria-label="Volume"></label>
      </span>
    </div>
    <div class="dm-player-foot">
      <p class="dm-player-facts dm-soft" aria-live="polite"></p>
      <span class="dm-player-files">
        <button type="button" class="dm-player-midi"
          title="Download as a MIDI file">${playerIcon("save")}MIDI</button>
        <a class="dm-player-mp3" hidden>${playerIcon("save")}MP3</a>
        <button type="button" class="dm-player-make" hidden
          title="Render as an MP3 file, and download it"
          >${playerIcon("save")}MP3</button>
      </span>
    </div>
  </div>
  <p class="dm-player-caption" hidden></p>
  <p class="dm-player-hint dm-soft" aria-hidden="true">${PLAYER_HINT}</p>`;

let playerCount = 0;

/** Fill a player's element; returns its parts by name: `bar`, `play`, `facts`, ... */
export function playerParts(el, pieces, caption) {
  el.classList.add("dm", "dm-player");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
  el.innerHTML = PLAYER_MARKUP;
  const parts = {};
  for (const part of el.querySelectorAll("[class*=dm-player-]")) {
    parts[part.className.match(/dm-player-(\w+)/)[1]] = part;
  }
  parts.caption.textContent = caption;
  parts.caption.hidden = !caption;
  playerCount += 1;
  const name = `dm-player-${playerCount}`;
  if (pieces.length > 1) addTabs(parts, pieces, name);
  else nameAlone(parts, pieces[0]);
  return parts;
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

/** A single piece has a title in the place of tabs. */
function nameAlone({ tabs, piece }, { label, role }) {
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

/** The number of the tab that a key leads to, from another; undefined for no key. */
export function nextTab(key, chosen, count) {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: -1 }[key];
  return to === undefined ? undefined : (to + count) % count;
}

/** The tempi that the slider offers, in quarters a minute: all pieces' own included. */
export function tempoRange(pieces) {
  const own = pieces.map(({ tempo }) => tempo);
  return {
    min: Math.floor(Math.min(PLAYER_SLOWEST, ...own)),
    max: Math.ceil(Math.max(PLAYER_FASTEST, ...own)),
  };
}

/** Where a piece is and how long it lasts, such as 0:03 / 0:14. */
export function playedOf(piece, step, tempo) {
  const whole = seconds(piece, tempo);
  const gone = piece.length ? (step / piece.length) * whole : 0;
  return `${clock(gone)} / ${clock(whole)}`;
}

/** What a key pressed on a part of the player asks for: "toggle", "jump" or nothing. */
export function playerWish({ key, target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  const isOn = (selector) => Boolean(target.closest(selector));
  if (key === " ") return isOn("button:not([aria-selected=true]), a") ? null : "toggle";
  return isOn("[role=tab], input") ? null : "jump";
}
