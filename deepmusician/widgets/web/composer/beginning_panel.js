// Where the reader chooses what the music continues: drawn, played, or opened.

import { elementsOf } from "../page/elements.js";
import { pieceOfMidi } from "../page/midi_file.js";
import { Transport } from "../player/transport.js";
import { followTransport } from "../roll/playhead.js";
import { RollView } from "../roll/view.js";
import { openingOf } from "./beginning.js";
import { Recorder } from "./recorder.js";
import { lengthInWords } from "./settings.js";

const SHORTEST_SHEET = 32; // steps to draw on
const SHEET_RANGE = [47, 77]; // the pitches that letters play, and one around them
const SILENCE = "silence";
const OWN = "my own";

const PANEL_MARKUP = `
  <summary>Begin with <b data-element="name"></b></summary>
  <div class="dm-row">
    <label class="dm-opening" data-element="choice">Opening
      <select data-element="openings"></select></label>
    <button type="button" data-element="open">Open a MIDI file</button>
    <input type="file" data-element="file" accept=".mid,.midi,audio/midi" hidden>
    <button type="button" data-element="play">Hear it</button>
    <button type="button" data-element="clear">Clear</button>
  </div>
  <div data-element="sheet"></div>
  <p class="dm-soft">Click or touch a cell to set a note, and again to remove it. On the
    keyboard, the arrow keys move and Enter sets.</p>
  <div data-element="recorder"></div>`;

/**
 * The panel of a `Beginning`. `tempo()` is that of the music to come; `onMessage(text)`
 * gets what there is to say.
 */
export class BeginningPanel {
  constructor(host, { sound, beginning, openings, gain, tempo, onMessage }) {
    Object.assign(this, { sound, beginning, openings, gain, tempo, onMessage });
    this.root = document.createElement("details");
    this.root.className = "dm-beginning";
    this.root.innerHTML = PANEL_MARKUP;
    host.append(this.root);
    this.elements = elementsOf(this.root);
    this.transport = new Transport(sound);
    this.addSheet();
    this.addRecorder();
    this.fillOpenings();
    this.listen();
    this.refresh();
  }

  addSheet() {
    this.sheet = new RollView(this.elements.sheet, {
      label: "The beginning, for drawing notes",
      onCell: (step, pitch) => this.draw(step, pitch),
      onSeek: (step) => this.transport.piece && this.transport.seek(step),
    });
    this.sheet.range = SHEET_RANGE;
    this.stopFollowing = followTransport(this.transport, this.sheet, () =>
      this.updatePlayButton(),
    );
  }

  addRecorder() {
    const { sound, gain, tempo, beginning } = this;
    this.recorder = new Recorder(this.elements.recorder, {
      sound,
      gain,
      tempo,
      grid: beginning,
      onNotes: (notes) => {
        this.beginning.put(notes, OWN);
        this.changed();
      },
    });
  }

  listen() {
    const { elements } = this;
    elements.openings.addEventListener("change", () => this.chooseOpening());
    elements.open.addEventListener("click", () => elements.file.click());
    elements.file.addEventListener("change", () => this.readFile());
    elements.play.addEventListener("click", () => this.play());
    elements.clear.addEventListener("click", () => {
      this.beginning.clear();
      this.changed();
    });
  }

  /** Show another beginning. */
  set(beginning) {
    this.beginning = beginning;
    this.refresh();
  }

  destroy() {
    this.recorder.destroy();
    this.transport.pause();
    this.stopFollowing();
    this.sheet.destroy();
  }

  // --- drawing, openings and files

  draw(step, pitch) {
    this.beginning.toggle(step, pitch);
    const isSet = this.beginning.notes.some(
      ([at, key]) => at === step && key === pitch,
    );
    if (isSet) this.recorder.keyPlayer.tap(pitch);
    this.changed();
  }

  fillOpenings() {
    const { openings, choice } = this.elements;
    const names = [SILENCE, ...this.openings.map(({ label }) => label), OWN];
    openings.replaceChildren(...names.map((name) => new Option(name, name)));
    choice.hidden = this.openings.length === 0;
  }

  chooseOpening() {
    const name = this.elements.openings.value;
    const piece = this.openings.find(({ label }) => label === name);
    if (name !== OWN) this.beginning.clear();
    if (piece) this.beginning.put(piece.notes, name);
    this.changed();
  }

  async readFile() {
    const { file } = this.elements;
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      const bytes = new Uint8Array(await chosen.arrayBuffer());
      this.useFile(pieceOfMidi(bytes, this.beginning.stepsPerQuarter), chosen.name);
    } catch (error) {
      this.onMessage(`${chosen.name}: ${error.message}`);
    } finally {
      file.value = ""; // so that the same file can be chosen again
    }
  }

  useFile(piece, name) {
    const { most } = this.beginning;
    this.beginning.put(openingOf(piece, most), name);
    this.changed();
    if (piece.length <= most) return;
    this.onMessage(`${name}: its first ${most} steps, as many as the network reads.`);
  }

  // --- playing and showing

  play() {
    if (this.transport.isPlaying) return this.transport.pause();
    this.transport.load(this.piece(this.beginning.length), { from: 0 });
    return this.transport.play();
  }

  /** The beginning as a piece of so many steps. */
  piece(length) {
    const { notes, stepsPerQuarter } = this.beginning;
    return {
      label: "the beginning",
      facts: "",
      role: "human",
      gain: this.gain,
      stepsPerQuarter,
      tempo: this.tempo(),
      length,
      notes,
    };
  }

  changed() {
    this.onMessage("");
    this.refresh();
  }

  refresh() {
    const { beginning, elements } = this;
    const { length, stepsPerQuarter, most, name } = beginning;
    const duration = lengthInWords(length, stepsPerQuarter, this.tempo());
    elements.name.textContent = length > 0 ? `${name}: ${duration}` : SILENCE;
    const isOpening = this.openings.some(({ label }) => label === name);
    elements.openings.value = length === 0 ? SILENCE : isOpening ? name : OWN;
    elements.openings.querySelector(`[value="${OWN}"]`).hidden =
      length === 0 || isOpening;
    elements.play.disabled = length === 0;
    elements.clear.disabled = length === 0;
    const sheetLength = Math.max(SHORTEST_SHEET, length + 4 * stepsPerQuarter);
    this.sheet.show(this.piece(Math.min(most, sheetLength)));
    this.transport.pause();
  }

  updatePlayButton() {
    const { isPlaying } = this.transport;
    this.elements.play.textContent = isPlaying ? "Stop" : "Hear it";
    if (!isPlaying) this.sheet.showPosition(null);
  }
}
