// The widget that plays: a piano roll with its buttons, and a tab for each piece.
import { midiOf } from "./midi_file.js";
import {
  nextTab,
  playedOf,
  playerIcon,
  playerParts,
  playerWish,
  tempoRange,
} from "./player_parts.js";
import { RollView } from "./roll_view.js";
import { fileName, saveFile } from "./save_file.js";
import { Transport } from "./transport.js";

const ZOOM_STEP = 1.4;
const ROLL_HEIGHT = 210; // pixels, about

/** Traits: `pieces`, `caption`, and `zoom` in pixels a step or null for one that fits. */
export function player({ model, el, sound }) {
  const shown = new PlayerView(model, el, sound);
  return () => shown.destroy();
}

class PlayerView {
  constructor(model, el, sound) {
    this.model = model;
    this.el = el;
    this.sound = sound;
    this.pieces = model.get("pieces");
    this.parts = playerParts(el, this.pieces, model.get("caption"));
    this.transport = new Transport(sound);
    this.roll = new RollView(this.parts.roll, {
      label: "Position in the piece",
      height: ROLL_HEIGHT,
      onSeek: (step) => this.seek(step),
    });
    this.roll.among = this.pieces;
    this.isFresh = true; // nothing was played yet, so there is no playhead
    this.listen();
    this.choose(0);
    this.roll.zoom = model.get("zoom");
    model.send({ kind: "hello" }); // a kernel answers, a page from a file does not
  }

  destroy() {
    this.transport.pause();
    this.roll.destroy();
    this.model.off("msg:custom", this.answered);
  }

  get piece() {
    return this.pieces[this.chosen];
  }

  /** Switch to a piece; what plays goes on there. */
  choose(number) {
    this.chosen = number;
    const { parts, piece } = this;
    for (const [n, tab] of this.tabs.entries()) {
      tab.setAttribute("aria-selected", n === number);
      tab.tabIndex = n === number ? 0 : -1;
      if (n === number) parts.piece.setAttribute("aria-labelledby", tab.id);
    }
    parts.facts.textContent = piece.facts;
    parts.silence.hidden = piece.notes.length > 0;
    parts.mp3.hidden = !piece.mp3;
    if (piece.mp3) parts.mp3.href = piece.mp3;
    parts.mp3.download = fileName(piece.label, "mp3");
    parts.mp3.title = "Download as an MP3 file";
    this.roll.show(piece);
    this.transport.load(piece);
  }

  seek(step) {
    this.isFresh = false;
    this.transport.seek(step);
  }

  // --- behind them

  get tabs() {
    return [...this.parts.tabs.querySelectorAll("[role=tab]")];
  }

  listen() {
    const { parts, roll, transport } = this;
    const clicks = {
      play: () => this.toggle(),
      loop: () => transport.setLoop(!transport.loop),
      closer: () => this.zoomBy(ZOOM_STEP),
      farther: () => this.zoomBy(1 / ZOOM_STEP),
      midi: () => this.saveMidi(),
      make: () => this.askForMp3(),
    };
    for (const [part, act] of Object.entries(clicks)) {
      parts[part].addEventListener("click", act);
    }
    for (const [number, tab] of this.tabs.entries()) {
      tab.addEventListener("click", () => this.goTo(number));
    }
    parts.tabs.addEventListener("keydown", (event) => this.pressedTab(event));
    this.el.addEventListener("keydown", (event) => this.pressed(event));
    this.listenToSliders();
    for (const near of ["pointerenter", "focusin"]) {
      this.el.addEventListener(near, () => this.sound.piano(), { once: true });
    }
    transport.addEventListener("change", () => this.update());
    this.answered = (told, files) => this.answer(told, files);
    this.model.on("msg:custom", this.answered);
    this.zoomBy = (factor) => {
      roll.zoom *= factor;
    };
  }

  listenToSliders() {
    const tempo = this.parts.tempo.querySelector("input");
    Object.assign(tempo, tempoRange(this.pieces));
    tempo.addEventListener("input", () => this.transport.setTempo(Number(tempo.value)));
    const volume = this.parts.volume.querySelector("input");
    volume.addEventListener("input", () => {
      this.transport.setVolume(volume.valueAsNumber ** 2); // as ears hear it
    });
  }

  async toggle() {
    if (this.piece.length) this.isFresh = false;
    try {
      await this.transport.toggle();
    } catch (error) {
      this.parts.facts.textContent = `This page cannot play: ${error.message}`;
    }
  }

  pressedTab(event) {
    const number = nextTab(event.key, this.chosen, this.tabs.length);
    if (number === undefined || !this.tabs.length) return;
    event.preventDefault();
    this.goTo(number);
  }

  goTo(number) {
    this.choose(number);
    this.tabs[number].focus();
    this.tabs[number].scrollIntoView({ block: "nearest", inline: "center" });
  }

  pressed(event) {
    if (event.defaultPrevented) return;
    const wish = playerWish(event);
    if (wish === "toggle") this.toggle();
    if (wish === "toggle" || (wish === "jump" && this.roll.jump(event))) {
      event.preventDefault();
    }
  }

  /** Bring the buttons up to date, and the moving parts for as long as it plays. */
  update() {
    const { parts, piece, transport } = this;
    const isOn = transport.isWanted;
    parts.play.innerHTML = playerIcon(isOn ? "pause" : "play");
    parts.play.setAttribute("aria-label", isOn ? "Pause" : "Play");
    parts.play.setAttribute("aria-disabled", !isOn && !piece.length);
    parts.loop.setAttribute("aria-pressed", transport.loop);
    const tempo = Math.round(transport.tempo);
    const slider = parts.tempo.querySelector("input");
    slider.value = tempo;
    slider.setAttribute("aria-valuetext", `${tempo} quarters a minute`);
    parts.tempo.querySelector("output").textContent = tempo;
    this.move();
  }

  move() {
    cancelAnimationFrame(this.frame);
    const { position, tempo, isPlaying } = this.transport;
    this.roll.light(this.isFresh ? null : position);
    const played = playedOf(this.piece, position, tempo);
    if (this.parts.clock.textContent !== played) this.parts.clock.textContent = played;
    if (isPlaying) this.frame = requestAnimationFrame(() => this.move());
  }

  saveMidi() {
    const piece = { ...this.piece, tempo: this.transport.tempo };
    saveFile(midiOf(piece), fileName(piece.label, "mid"), "audio/midi");
  }

  askForMp3() {
    this.parts.make.disabled = true;
    this.model.send({ kind: "mp3", piece: this.chosen, tempo: this.transport.tempo });
  }

  /** A kernel is there, or it has rendered an MP3. */
  answer({ kind, piece }, files) {
    this.parts.make.hidden = Boolean(this.piece.mp3);
    this.parts.make.disabled = false;
    if (kind !== "mp3") return;
    saveFile(files[0], fileName(this.pieces[piece].label, "mp3"), "audio/mpeg");
  }
}
