// The piece that is heard in the explorer: its roll, its numbers, and a button to play.
import { f1Kind, measureOf, written } from "./explorer_measures.js";
import { clock, seconds } from "./music.js";
import { playerIcon } from "./player_parts.js";
import { RollView } from "./roll_view.js";
import { Transport } from "./transport.js";

/** The figures of a piece, as HTML. `density` is its own, in notes a step. */
export function figures(cell, rule, density, music) {
  const { alone, nll } = cell.rules[rule];
  const nllOf = rule.startsWith("raw_") ? "of the raw outputs" : "after the map";
  const told = [
    [
      density.toFixed(2),
      "notes a step",
      `eight pieces ${written(alone)}, music ${written(music)}`,
    ],
    [written(nll), "NLL, nats a step", nllOf],
    [written(measureOf(cell, rule, "f1")), "F1", f1Kind(cell, rule)],
  ];
  return told
    .map(
      ([value, name, more]) =>
        `<div><small>${name}</small> <b>${value}</b> <small>${more}</small></div>`,
    )
    .join("");
}

export class HeardPiece {
  constructor(host, sound) {
    host.innerHTML =
      `<div class="dm-figures"></div><div class="dm-row">` +
      `<button type="button" class="dm-main"></button>` +
      `<span class="dm-soft dm-clock"></span></div><div class="dm-roll-host"></div>`;
    [this.numbers, this.button, this.clock] = [
      ".dm-figures",
      "button",
      ".dm-clock",
    ].map((name) => host.querySelector(name));
    this.transport = new Transport(sound);
    this.transport.loop = true;
    this.roll = new RollView(host.querySelector(".dm-roll-host"), {
      label: "What the network plays",
      onSeek: (step) => this.transport.seek(step),
    });
    this.button.addEventListener("click", () => this.transport.toggle());
    this.transport.addEventListener("change", () => this.follow());
  }

  /** Show a network's piece by a rule, and play it on from where the last one was. */
  show(networks, index, rule, music) {
    const piece = networks.piece(index, rule);
    this.density = piece.notes.length / piece.length;
    this.numbers.innerHTML = figures(networks.cells[index], rule, this.density, music);
    if (piece === this.transport.piece) return;
    this.roll.among = networks.cells.map((_, other) => networks.piece(other, rule));
    this.roll.show(piece); // all by this rule on the same keys, so that nothing jumps
    this.transport.load(piece);
  }

  /** Draw where the music is, again and again while it plays. */
  follow() {
    const { isPlaying, piece, position } = this.transport;
    this.drawButton();
    const whole = seconds(piece, this.transport.tempo);
    const now = clock((position / piece.length) * whole);
    const silent = piece.notes.length ? "" : " · no notes: silence";
    const told = `${now} of ${clock(whole)}${silent}`;
    if (this.clock.textContent !== told) this.clock.textContent = told;
    this.roll.light(isPlaying || position > 0 ? position : null);
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
