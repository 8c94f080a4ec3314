// The player: a piano roll with its buttons, and a tab for each piece.
import { midiOf } from "../page/midi_file.js";
import { fileName, saveFile } from "../page/save_file.js";
import { RollView } from "../roll/view.js";
import { connectBar, updateBar } from "./bar.js";
import { elapsedInWords, nextTab, tempoRange } from "./controls.js";
import { playerElements } from "./markup.js";
import { Transport } from "./transport.js";

const ROLL_HEIGHT = 210; // pixels, about

/** Traits: `pieces`, `caption`, and `zoom` in pixels per step or null to fit. */
export function player({ model, el, sound }) {
  const view = new PlayerView(model, el, sound);
  return () => view.destroy();
}

class PlayerView {
  constructor(model, el, sound) {
    this.model = model;
    this.el = el;
    this.sound = sound;
    this.pieces = model.get("pieces");
    this.elements = playerElements(el, this.pieces, model.get("caption"));
    this.transport = new Transport(sound);
    this.roll = new RollView(this.elements.roll, {
      label: "Position in the piece",
      height: ROLL_HEIGHT,
      onSeek: (step) => this.seek(step),
    });
    this.roll.rangePieces = this.pieces;
    this.isFresh = true; // nothing has been played yet, so there is no playhead
    this.listen();
    this.select(0);
    this.roll.zoom = model.get("zoom");
    model.send({ kind: "hello" }); // a kernel answers; without one nothing does
  }

  destroy() {
    this.transport.pause();
    this.roll.destroy();
    this.model.off("msg:custom", this.onMessage);
  }

  get piece() {
    return this.pieces[this.selected];
  }

  /** Switch to a piece; music that plays goes on in it. */
  select(number) {
    this.selected = number;
    const { elements, piece } = this;
    for (const [n, tab] of this.tabs.entries()) {
      tab.setAttribute("aria-selected", n === number);
      tab.tabIndex = n === number ? 0 : -1;
      if (n === number) elements.piece.setAttribute("aria-labelledby", tab.id);
    }
    elements.facts.textContent = piece.facts;
    elements.silence.hidden = piece.notes.length > 0;
    elements.mp3.hidden = !piece.mp3;
    if (piece.mp3) elements.mp3.href = piece.mp3;
    elements.mp3.download = fileName(piece.label, "mp3");
    elements.mp3.title = "Download as an MP3 file";
    this.roll.show(piece);
    this.transport.load(piece);
  }

  seek(step) {
    this.isFresh = false;
    this.transport.seek(step);
  }

  // --- internals

  get tabs() {
    return [...this.elements.tabs.querySelectorAll("[role=tab]")];
  }

  listen() {
    const { elements, roll, transport } = this;
    Object.assign(elements.tempo, tempoRange(this.pieces));
    connectBar(elements, this.el, { transport, roll, onPlay: () => this.toggle() });
    elements.midi.addEventListener("click", () => this.saveMidi());
    elements.render.addEventListener("click", () => this.requestMp3());
    for (const [number, tab] of this.tabs.entries()) {
      tab.addEventListener("click", () => this.goTo(number));
    }
    elements.tabs.addEventListener("keydown", (event) => this.onTabKey(event));
    for (const near of ["pointerenter", "focusin"]) {
      this.el.addEventListener(near, () => this.sound.piano(), { once: true });
    }
    transport.addEventListener("change", () => this.update());
    this.onMessage = (message, files) => this.receive(message, files);
    this.model.on("msg:custom", this.onMessage);
  }

  async toggle() {
    if (this.piece.length) this.isFresh = false;
    try {
      await this.transport.toggle();
    } catch (error) {
      this.elements.facts.textContent = `This page cannot play: ${error.message}`;
    }
  }

  onTabKey(event) {
    const number = nextTab(event.key, this.selected, this.tabs.length);
    if (number === undefined || !this.tabs.length) return;
    event.preventDefault();
    this.goTo(number);
  }

  goTo(number) {
    this.select(number);
    this.tabs[number].focus();
    this.tabs[number].scrollIntoView({ block: "nearest", inline: "center" });
  }

  /** Bring the buttons up to date, and what moves for as long as it plays. */
  update() {
    const { elements, piece, transport } = this;
    updateBar(elements, transport);
    elements.play.setAttribute("aria-disabled", !transport.isWanted && !piece.length);
    this.move();
  }

  move() {
    cancelAnimationFrame(this.frame);
    const { position, tempo, isPlaying } = this.transport;
    this.roll.showPosition(this.isFresh ? null : position);
    const played = elapsedInWords(this.piece, position, tempo);
    if (this.elements.clock.textContent !== played)
      this.elements.clock.textContent = played;
    if (isPlaying) this.frame = requestAnimationFrame(() => this.move());
  }

  saveMidi() {
    const piece = { ...this.piece, tempo: this.transport.tempo };
    saveFile(midiOf(piece), fileName(piece.label, "mid"), "audio/midi");
  }

  requestMp3() {
    this.elements.render.disabled = true;
    this.model.send({ kind: "mp3", piece: this.selected, tempo: this.transport.tempo });
  }

  /** A message from the kernel: it is there, or it has rendered an MP3. */
  receive({ kind, piece }, files) {
    this.elements.render.hidden = Boolean(this.piece.mp3);
    this.elements.render.disabled = false;
    if (kind !== "mp3") return;
    saveFile(files[0], fileName(this.pieces[piece].label, "mp3"), "audio/mpeg");
  }
}
