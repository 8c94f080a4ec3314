// Shows the take that is heard: its roll, and what plays it.
import { partsOf } from "./parts.js";
import { playedOf, playerIcon, playerWish, tempoRange } from "./player_parts.js";
import { followMusic } from "./playhead.js";
import { RULER } from "./roll_drawing.js";
import { paletteOf } from "./roll_palette.js";
import { RollView } from "./roll_view.js";

const TAKE_ZOOM = 1.4;
const AGAIN_ICON =
  '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">' +
  '<path fill="currentColor" d="M4 4h2.5v12H4zM16 4v12L7 10z"/></svg>';
const TAKE_PLAYER_MARKUP = `
  <div data-part="roll"></div>
  <div class="dm-player-bar">
    <button type="button" class="dm-main dm-player-play" data-part="play"></button>
    <span class="dm-player-clock" data-part="clock"></span>
    <button type="button" data-part="again" aria-label="Play from the start"
      title="Play from the start">${AGAIN_ICON}</button>
    <button type="button" class="dm-player-loop" data-part="loop" aria-label="Loop"
      title="Play it round and round">${playerIcon("loop")}</button>
    <span class="dm-player-zoom" role="group" aria-label="Zoom">
      <button type="button" data-part="farther" aria-label="Zoom out"
        title="Zoom out">${playerIcon("farther")}</button>
      <button type="button" data-part="closer" aria-label="Zoom in"
        title="Zoom in">${playerIcon("closer")}</button>
    </span>
    <span class="dm-player-sliders">
      <label title="Quarters a minute"><span>Tempo</span><input type="range" step="1"
        data-part="tempo"><output data-part="beats"></output></label>
      <label class="dm-player-volume" title="Volume">${playerIcon("loud")}
        <input type="range" min="0" max="1" step="0.01" value="1" data-part="volume"
          aria-label="Volume"></label>
    </span>
  </div>`;

/** A roll whose first notes, the beginning that the reader chose, lie on a tint. */
class TakeRoll extends RollView {
  begins = 0; // the step at which the new music starts

  draw() {
    super.draw();
    const end = this.begins * this.zoom - this.scroller.scrollLeft;
    if (end <= 0 || !this.palette) return;
    this.human ??= paletteOf(this.root, "human").note;
    const pen = this.sheet.getContext("2d");
    const height = this.long.offsetHeight - RULER;
    pen.fillStyle = this.human;
    pen.globalAlpha = 0.13;
    pen.fillRect(0, RULER, end, height);
    pen.globalAlpha = 1;
    pen.fillRect(end - 1, RULER, 2, height);
  }
}

/** Plays what is in a transport; `onTempo()` is called when the reader changes it. */
export class TakePlayer {
  constructor(host, { transport, onTempo }) {
    Object.assign(this, { transport, onTempo });
    this.root = document.createElement("section");
    this.root.className = "dm-take-player";
    this.root.innerHTML = TAKE_PLAYER_MARKUP;
    host.append(this.root);
    this.parts = partsOf(this.root);
    this.roll = new TakeRoll(this.parts.roll, {
      label: "Position in the take",
      onSeek: (step) => this.seek(step),
    });
    this.unfollow = followMusic(transport, this.roll, () => this.tell());
    this.listen();
    this.show(null);
  }

  /** Show a take as it is now; null for none. */
  show(take) {
    this.root.hidden = !take;
    if (!take) return;
    const { growing, settings, state } = take;
    const { piece, begins } = growing;
    const isGrowing = state === "composing"; // its paper is there from the start
    const length = isGrowing ? begins + settings.length : piece.length;
    this.root.setAttribute("aria-label", `Take ${take.number}`);
    this.roll.begins = begins;
    this.roll.show({ ...piece, length });
    this.tell();
  }

  destroy() {
    this.unfollow();
    this.roll.destroy();
  }

  // --- behind them

  listen() {
    const { parts, root, roll, transport } = this;
    const clicks = {
      play: () => transport.toggle(),
      again: () => this.again(),
      loop: () => transport.setLoop(!transport.loop),
      closer: () => this.zoomBy(TAKE_ZOOM),
      farther: () => this.zoomBy(1 / TAKE_ZOOM),
    };
    for (const [part, act] of Object.entries(clicks)) {
      parts[part].addEventListener("click", act);
    }
    this.zoomBy = (factor) => {
      roll.zoom *= factor;
    };
    parts.tempo.addEventListener("input", () => {
      transport.setTempo(Number(parts.tempo.value));
      this.onTempo();
    });
    parts.volume.addEventListener("input", () => {
      transport.setVolume(parts.volume.valueAsNumber ** 2); // as ears hear it
    });
    root.addEventListener("keydown", (event) => this.pressed(event));
    transport.addEventListener("change", () => this.update());
  }

  seek(step) {
    this.transport.seek(Math.min(step, this.transport.piece.length));
  }

  again() {
    this.transport.seek(0);
    return this.transport.play();
  }

  pressed(event) {
    if (event.defaultPrevented) return;
    const wish = playerWish(event);
    if (wish === "toggle") this.transport.toggle();
    if (wish === "toggle" || (wish === "jump" && this.roll.jump(event))) {
      event.preventDefault();
    }
  }

  update() {
    const { parts, transport } = this;
    const isOn = transport.isWanted;
    parts.play.innerHTML = playerIcon(isOn ? "pause" : "play");
    parts.play.setAttribute("aria-label", isOn ? "Pause" : "Play");
    parts.loop.setAttribute("aria-pressed", transport.loop);
    const tempo = Math.round(transport.tempo);
    Object.assign(parts.tempo, tempoRange([{ tempo }]));
    parts.tempo.value = tempo;
    parts.tempo.setAttribute("aria-valuetext", `${tempo} quarters a minute`);
    parts.beats.textContent = tempo;
  }

  tell() {
    const { piece, position, tempo } = this.transport;
    if (piece) this.parts.clock.textContent = playedOf(piece, position, tempo);
  }
}
