// The bar below a roll that plays: its buttons and sliders, for a transport and the roll.
import { playerAction, playerIcon } from "./controls.js";

const ZOOM_STEP = 1.4;

/** A bar as HTML. `hint`: the play button's title; `extra`: HTML beside the clock. */
export function barMarkup({ hint = "", extra = "" } = {}) {
  const title = hint && `title="${hint}"`;
  return `
    <div class="dm-player-bar">
      <button type="button" class="dm-main dm-player-play" data-element="play"
        ${title} aria-keyshortcuts="Space"></button>
      <span class="dm-player-clock" data-element="clock"></span>${extra}
      <button type="button" class="dm-player-loop" data-element="loop"
        aria-label="Loop" title="Play in a loop">${playerIcon("loop")}</button>
      <span class="dm-player-zoom" role="group" aria-label="Zoom">
        <button type="button" data-element="farther" aria-label="Zoom out"
          title="Zoom out">${playerIcon("farther")}</button>
        <button type="button" data-element="closer" aria-label="Zoom in"
          title="Zoom in">${playerIcon("closer")}</button>
      </span>
      <span class="dm-player-sliders">
        <label title="Quarters per minute"><span>Tempo</span><input type="range"
          step="1" data-element="tempo"><output data-element="quarters"></output></label>
        <label class="dm-player-volume" title="Volume">${playerIcon("loud")}
          <input type="range" min="0" max="1" step="0.01" value="1"
            data-element="volume" aria-label="Volume"></label>
      </span>
    </div>`;
}

/**
 * Let a bar's elements, and keys pressed in `root`, act on a transport and a roll.
 * `onPlay()` replaces the play button's own action; `onTempo()` follows a new tempo.
 */
export function connectBar(elements, root, { transport, roll, onPlay, onTempo }) {
  const play = onPlay ?? (() => transport.toggle());
  const zoomBy = (factor) => {
    roll.zoom *= factor;
  };
  const clicks = {
    play,
    loop: () => transport.setLoop(!transport.loop),
    closer: () => zoomBy(ZOOM_STEP),
    farther: () => zoomBy(1 / ZOOM_STEP),
  };
  for (const [name, action] of Object.entries(clicks)) {
    elements[name].addEventListener("click", action);
  }
  elements.tempo.addEventListener("input", () => {
    transport.setTempo(elements.tempo.valueAsNumber);
    onTempo?.();
  });
  elements.volume.addEventListener("input", () => {
    // squared, which is closer to how loudness is perceived
    transport.setVolume(elements.volume.valueAsNumber ** 2);
  });
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const action = playerAction(event);
    if (action === "toggle") play();
    const isTaken = action === "toggle" || (action === "jump" && roll.jump(event));
    if (isTaken) event.preventDefault();
  });
}

/** Show in a bar whether a transport plays, and how. */
export function updateBar(elements, transport) {
  const { play, loop, tempo, quarters } = elements;
  play.innerHTML = playerIcon(transport.isWanted ? "pause" : "play");
  play.setAttribute("aria-label", transport.isWanted ? "Pause" : "Play");
  loop.setAttribute("aria-pressed", transport.loop);
  const rounded = Math.round(transport.tempo);
  tempo.value = rounded;
  tempo.setAttribute("aria-valuetext", `${rounded} quarters per minute`);
  quarters.textContent = rounded;
}
