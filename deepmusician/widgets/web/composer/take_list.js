// The list of takes: play them, save, link and delete them.

import { elementsOf } from "../page/elements.js";
import { midiOf } from "../page/midi_file.js";
import { saveFile } from "../page/save_file.js";
import { wavOf } from "../page/wav_file.js";
import { playerIcon } from "../player/controls.js";
import { shareText } from "./share.js";
import { takeFacts, takeFile, takeOrigin } from "./takes.js";

const TAKES_MARKUP = `
  <p class="dm-takes-head">Takes</p>
  <ol class="dm-takes" data-element="list"></ol>
  <div class="dm-row dm-link" data-element="share" hidden>
    <label class="dm-link-field"><span data-element="linkName"></span>
      <input type="text" data-element="link" readonly></label>
    <button type="button" data-element="copy">Copy</button>
    <span class="dm-soft" data-element="copied" role="status"></span>
  </div>`;
const TAKE_MARKUP = `
  <button type="button" class="dm-take" data-element="choose">
    <span class="dm-take-sign" aria-hidden="true" data-element="sign"></span>
    <span class="dm-take-words"><b data-element="name"></b>
      <span data-element="origin"></span>
      <span class="dm-soft" data-element="facts"></span></span>
  </button>
  <span class="dm-take-actions">
    <button type="button" data-element="midi">${playerIcon("save")}MIDI</button>
    <button type="button" data-element="wav">${playerIcon("save")}WAV</button>
    <button type="button" data-element="linked">Link</button>
    <button type="button" data-element="remove">✕</button>
  </span>`;

/**
 * Shows `takes`. `onPlay(take)` is called for the one that the reader chooses,
 * `onRemove(take)` for the one that they delete, `onError(text)` where one cannot be
 * saved. `network` names the network in links.
 */
export class TakeList {
  constructor(host, { takes, transport, network, onPlay, onRemove, onError }) {
    Object.assign(this, { takes, transport, network, onPlay, onRemove, onError });
    this.root = document.createElement("section");
    this.root.setAttribute("aria-label", "Takes");
    this.root.innerHTML = TAKES_MARKUP;
    host.append(this.root);
    this.elements = elementsOf(this.root);
    this.rows = new Map(); // by take
    this.elements.copy.addEventListener("click", () => this.copy());
    takes.addEventListener("change", () => this.show());
    transport.addEventListener("change", () => this.mark());
    this.show();
  }

  show() {
    const { takes, rows, elements } = this;
    for (const [take, { root }] of rows) {
      if (takes.all.includes(take)) continue;
      root.remove();
      rows.delete(take);
    }
    for (const take of takes.all) {
      if (!rows.has(take)) this.addRow(take);
      const row = rows.get(take);
      row.facts.textContent = takeFacts(take, this.transport.tempo);
      row.midi.disabled = take.state === "composing";
      row.wav.disabled = row.midi.disabled || row.isRendering;
    }
    this.root.hidden = takes.all.length === 0;
    if (!takes.all.includes(this.linked)) elements.share.hidden = true;
    this.mark();
  }

  addRow(take) {
    const root = document.createElement("li");
    root.innerHTML = TAKE_MARKUP;
    const row = { root, ...elementsOf(root) };
    const name = `Take ${take.number}`;
    row.name.textContent = name;
    row.origin.textContent = takeOrigin(take);
    row.midi.setAttribute("aria-label", `Download ${name} as MIDI`);
    row.wav.setAttribute("aria-label", `Download ${name} as WAV`);
    row.linked.setAttribute("aria-label", `Link to ${name}`);
    row.remove.setAttribute("aria-label", `Delete ${name}`);
    row.choose.addEventListener("click", () => this.onPlay(take));
    row.midi.addEventListener("click", () => this.saveMidi(take));
    row.wav.addEventListener("click", () => this.saveWav(take));
    row.linked.addEventListener("click", () => this.link(take));
    row.remove.addEventListener("click", () => this.remove(take));
    this.rows.set(take, row);
    this.elements.list.append(root);
  }

  /** Show which take is playing. */
  mark() {
    for (const [take, row] of this.rows) {
      const isCurrent = take === this.takes.current;
      const isPlaying = isCurrent && this.transport.isWanted;
      row.root.classList.toggle("dm-current", isCurrent);
      row.choose.setAttribute("aria-pressed", isPlaying);
      row.sign.innerHTML = playerIcon(isPlaying ? "pause" : "play");
    }
  }

  /** A take's piece, at the tempo that the reader has chosen. */
  pieceOf(take) {
    return { ...take.growingPiece.piece, tempo: this.transport.tempo };
  }

  saveMidi(take) {
    saveFile(midiOf(this.pieceOf(take)), takeFile(take, "mid"), "audio/midi");
  }

  /** Render a take with the page's piano, and save it. */
  async saveWav(take) {
    const row = this.rows.get(take);
    row.isRendering = true;
    this.show();
    try {
      const { samples, rate } = await this.transport.sound.render(this.pieceOf(take));
      saveFile(wavOf(samples, rate), takeFile(take, "wav"), "audio/wav");
    } catch (error) {
      this.onError(`This browser cannot render take ${take.number}: ${error.message}`);
    }
    row.isRendering = false;
    this.show();
  }

  remove(take) {
    const place = this.takes.all.indexOf(take);
    this.onRemove(take);
    const next = this.takes.all[Math.min(place, this.takes.all.length - 1)];
    this.rows.get(next)?.choose.focus();
  }

  // --- links

  link(take) {
    const { elements } = this;
    const { beginning } = take;
    const settings = { ...take.settings, tempo: this.transport.tempo };
    const text = shareText({ settings, beginning, network: this.network });
    this.linked = take;
    elements.linkName.textContent = `Link to take ${take.number}`;
    elements.link.value = `${location.href.split("#")[0]}#${text}`;
    elements.share.hidden = false;
    return this.copy();
  }

  async copy() {
    const { link, copied } = this.elements;
    link.focus();
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "Copy the link from the field.";
    }
  }
}
