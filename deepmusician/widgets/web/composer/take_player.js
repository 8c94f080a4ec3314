// Shows the current take: its roll, and what plays it.
import { elementsOf } from "../page/elements.js";
import { barMarkup, connectBar, updateBar } from "../player/bar.js";
import { elapsedInWords, tempoRange } from "../player/controls.js";
import { RULER } from "../roll/drawing.js";
import { paletteOf } from "../roll/palette.js";
import { followTransport } from "../roll/playhead.js";
import { RollView } from "../roll/view.js";
import { InstrumentChoice } from "./instrument_choice.js";

const AGAIN_ICON =
  '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">' +
  '<path fill="currentColor" d="M4 4h2.5v12H4zM16 4v12L7 10z"/></svg>';
const AGAIN_MARKUP = `
  <button type="button" data-element="again" aria-label="Play from the start"
    title="Play from the start">${AGAIN_ICON}</button>`;
const TAKE_PLAYER_MARKUP = `
  <div data-element="roll"></div>${barMarkup({ extra: AGAIN_MARKUP })}
  <div data-element="instrument"></div>`;

/** A roll that tints the beginning that the reader chose. */
class TakeRoll extends RollView {
  newMusicStart = 0; // in steps

  draw() {
    super.draw();
    const end = this.newMusicStart * this.zoom - this.scroller.scrollLeft;
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
    this.elements = elementsOf(this.root);
    this.roll = new TakeRoll(this.elements.roll, {
      label: "Position in the take",
      onSeek: (step) => this.seek(step),
    });
    this.stopFollowing = followTransport(transport, this.roll, () =>
      this.updateClock(),
    );
    this.instrument = new InstrumentChoice(this.elements.instrument, { transport });
    this.listen();
    this.show(null);
  }

  /** Show a take as it is now; null for none. */
  show(take) {
    this.root.hidden = !take;
    if (!take) return;
    const { growingPiece, settings, state } = take;
    const { piece, newMusicStart } = growingPiece;
    const isGrowing = state === "composing"; // its whole length is there from the start
    const length = isGrowing ? newMusicStart + settings.length : piece.length;
    this.root.setAttribute("aria-label", `Take ${take.number}`);
    this.roll.newMusicStart = newMusicStart;
    this.roll.show({ ...piece, length });
    this.updateClock();
  }

  destroy() {
    this.stopFollowing();
    this.instrument.destroy();
    this.roll.destroy();
  }

  // --- internals

  listen() {
    const { elements, root, roll, transport, onTempo } = this;
    connectBar(elements, root, { transport, roll, onTempo });
    elements.again.addEventListener("click", () => this.again());
    transport.addEventListener("change", () => this.update());
  }

  seek(step) {
    this.transport.seek(Math.min(step, this.transport.piece.length));
  }

  again() {
    this.transport.seek(0);
    return this.transport.play();
  }

  update() {
    const tempo = Math.round(this.transport.tempo);
    Object.assign(this.elements.tempo, tempoRange([{ tempo }]));
    updateBar(this.elements, this.transport);
  }

  updateClock() {
    const { piece, position, tempo } = this.transport;
    if (piece) this.elements.clock.textContent = elapsedInWords(piece, position, tempo);
  }
}
