// The piece that plays in the explorer: its roll, its figures, and a button.

import { clock, seconds } from "../page/music.js";
import { playerIcon } from "../player/controls.js";
import { Transport } from "../player/transport.js";
import { RollView } from "../roll/view.js";
import { f1Kind, formatNumber, measureOf } from "./measures.js";

/** The figures of a piece, as HTML. `density` is its own, in notes per step. */
export function figures(cell, rule, density, music) {
  const { alone, nll } = cell.rules[rule];
  const nllOf = rule.startsWith("raw_") ? "of the raw outputs" : "after calibration";
  const rows = [
    [
      density.toFixed(2),
      "notes per step",
      `on its own ${formatNumber(alone)}, music ${formatNumber(music)}`,
    ],
    [formatNumber(nll), "NLL, nats per step", nllOf],
    [formatNumber(measureOf(cell, rule, "f1")), "F1", f1Kind(cell, rule)],
  ];
  return rows
    .map(
      ([value, name, note]) =>
        `<div><small>${name}</small> <b>${value}</b> <small>${note}</small></div>`,
    )
    .join("");
}

export class ExplorerPiece {
  /** `el`: the explorer, which has a place for figures and one for a piece. */
  constructor(el, sound) {
    this.figures = el.querySelector(".dm-figures");
    const host = el.querySelector(".dm-piece");
    host.innerHTML =
      `<div class="dm-row"><button type="button" class="dm-main"></button>` +
      `<span class="dm-soft dm-clock"></span></div><div class="dm-roll-host"></div>`;
    [this.button, this.clock] = ["button", ".dm-clock"].map((name) =>
      host.querySelector(name),
    );
    this.transport = new Transport(sound);
    this.transport.loop = true;
    this.roll = new RollView(host.querySelector(".dm-roll-host"), {
      label: "What the network plays",
      onSeek: (step) => this.transport.seek(step),
    });
    this.button.addEventListener("click", () => this.transport.toggle());
    this.transport.addEventListener("change", () => this.follow());
  }

  /** Show a network's piece by a rule, which continues from where the last one was. */
  show(networks, index, rule, music) {
    const piece = networks.piece(index, rule);
    this.density = piece.notes.length / piece.length;
    this.figures.innerHTML = figures(networks.cells[index], rule, this.density, music);
    if (piece === this.transport.piece) return;
    this.roll.rangePieces = networks.cells.map((_, other) =>
      networks.piece(other, rule),
    );
    this.roll.show(piece); // all by this rule share a range, so that nothing jumps
    this.transport.load(piece);
  }

  /** Show the position, in every frame while it plays. */
  follow() {
    const { isPlaying, piece, position } = this.transport;
    this.drawButton();
    const whole = seconds(piece, this.transport.tempo);
    const now = clock((position / piece.length) * whole);
    const silent = piece.notes.length ? "" : " · no notes: silence";
    const text = `${now} of ${clock(whole)}${silent}`;
    if (this.clock.textContent !== text) this.clock.textContent = text;
    this.roll.showPosition(isPlaying || position > 0 ? position : null);
    cancelAnimationFrame(this.frame);
    if (isPlaying) this.frame = requestAnimationFrame(() => this.follow());
  }

  drawButton() {
    const { isWanted, piece } = this.transport;
    const sign = isWanted ? "pause" : "play";
    this.button.disabled = !isWanted && piece.notes.length === 0;
    if (this.button.dataset.sign === sign) return;
    this.button.dataset.sign = sign;
    this.button.innerHTML = playerIcon(sign) + (isWanted ? "Pause" : "Play");
  }

  destroy() {
    this.transport.pause();
    cancelAnimationFrame(this.frame);
    this.roll.destroy();
  }
}
