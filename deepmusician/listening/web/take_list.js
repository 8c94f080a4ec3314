// The list of takes: hear one or another in place, keep, link and delete them.
import { midiOf } from "./midi_file.js";
import { partsOf } from "./parts.js";
import { playerIcon } from "./player_parts.js";
import { saveFile } from "./save_file.js";
import { shareText } from "./share.js";
import { takeFacts, takeFile, takeOrigin } from "./takes.js";

const TAKES_MARKUP = `
  <p class="dm-takes-head">Takes</p>
  <ol class="dm-takes" data-part="list"></ol>
  <div class="dm-row dm-link" data-part="share" hidden>
    <label class="dm-link-field"><span data-part="linkName"></span>
      <input type="text" data-part="link" readonly></label>
    <button type="button" data-part="copy">Copy</button>
    <span class="dm-soft" data-part="copied" role="status"></span>
  </div>`;
const TAKE_MARKUP = `
  <button type="button" class="dm-take" data-part="choose">
    <span class="dm-take-sign" aria-hidden="true" data-part="sign"></span>
    <span class="dm-take-words"><b data-part="name"></b>
      <span data-part="origin"></span>
      <span class="dm-soft" data-part="facts"></span></span>
  </button>
  <span class="dm-take-acts">
    <button type="button" data-part="midi">${playerIcon("save")}MIDI</button>
    <button type="button" data-part="linked">Link</button>
    <button type="button" data-part="remove">✕</button>
  </span>`;

/**
 * Shows `takes`. `onPlay(take)` hears a reader who chooses one, `onRemove(take)` one
 * who deletes it. `network` names the network in links.
 */
export class TakeList {
  constructor(host, { takes, transport, network, onPlay, onRemove }) {
    Object.assign(this, { takes, transport, network, onPlay, onRemove });
    this.root = document.createElement("section");
    this.root.setAttribute("aria-label", "Takes");
    this.root.innerHTML = TAKES_MARKUP;
    host.append(this.root);
    this.parts = partsOf(this.root);
    this.rows = new Map(); // by take
    this.parts.copy.addEventListener("click", () => this.copy());
    takes.addEventListener("change", () => this.show());
    transport.addEventListener("change", () => this.mark());
    this.show();
  }

  show() {
    const { takes, rows, parts } = this;
    for (const [take, { root }] of rows) {
      if (takes.all.includes(take)) continue;
      root.remove();
      rows.delete(take);
    }
    for (const take of takes.all) {
      if (!rows.has(take)) this.addRow(take);
      rows.get(take).facts.textContent = takeFacts(take, this.transport.tempo);
      rows.get(take).midi.disabled = take.state === "composing";
    }
    this.root.hidden = takes.all.length === 0;
    if (!takes.all.includes(this.linked)) parts.share.hidden = true;
    this.mark();
  }

  addRow(take) {
    const root = document.createElement("li");
    root.innerHTML = TAKE_MARKUP;
    const row = { root, ...partsOf(root) };
    const name = `Take ${take.number}`;
    row.name.textContent = name;
    row.origin.textContent = takeOrigin(take);
    row.midi.setAttribute("aria-label", `Download ${name} as MIDI`);
    row.linked.setAttribute("aria-label", `Link to ${name}`);
    row.remove.setAttribute("aria-label", `Delete ${name}`);
    row.choose.addEventListener("click", () => this.onPlay(take));
    row.midi.addEventListener("click", () => this.save(take));
    row.linked.addEventListener("click", () => this.link(take));
    row.remove.addEventListener("click", () => this.remove(take));
    this.rows.set(take, row);
    this.parts.list.append(root);
  }

  /** Show which take is heard. */
  mark() {
    for (const [take, row] of this.rows) {
      const isCurrent = take === this.takes.current;
      const isHeard = isCurrent && this.transport.isWanted;
      row.root.classList.toggle("dm-current", isCurrent);
      row.choose.setAttribute("aria-pressed", isHeard);
      row.sign.innerHTML = playerIcon(isHeard ? "pause" : "play");
    }
  }

  save(take) {
    const { piece } = take.growing;
    const tempo = this.transport.tempo;
    saveFile(midiOf({ ...piece, tempo }), takeFile(take), "audio/midi");
  }

  remove(take) {
    const place = this.takes.all.indexOf(take);
    this.onRemove(take);
    const next = this.takes.all[Math.min(place, this.takes.all.length - 1)];
    this.rows.get(next)?.choose.focus();
  }

  // --- links

  link(take) {
    const { parts } = this;
    const { beginning } = take;
    const settings = { ...take.settings, tempo: this.transport.tempo };
    const text = shareText({ settings, beginning, network: this.network });
    this.linked = take;
    parts.linkName.textContent = `Link to take ${take.number}`;
    parts.link.value = `${location.href.split("#")[0]}#${text}`;
    parts.share.hidden = false;
    return this.copy();
  }

  async copy() {
    const { link, copied } = this.parts;
    link.focus();
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "Copy it from the field.";
    }
  }
}
