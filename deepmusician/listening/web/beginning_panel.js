// Where the reader chooses what the music goes on from: drawn, played, or opened.
import { openingOf } from "./beginning.js";
import { lengthInWords } from "./composer_settings.js";
import { pieceOfMidi } from "./midi_file.js";
import { partsOf } from "./parts.js";
import { followMusic } from "./playhead.js";
import { Recorder } from "./recorder.js";
import { RollView } from "./roll_view.js";
import { Transport } from "./transport.js";

const SHORTEST_SHEET = 32; // steps that are there to be drawn on
const SHEET_RANGE = [47, 77]; // the pitches that letters play, and one around them
const SILENCE = "silence";
const OWN = "my own";

const PANEL_MARKUP = `
  <summary>Begin with <b data-part="name"></b></summary>
  <div class="dm-row">
    <label class="dm-opening" data-part="choice">Opening
      <select data-part="openings"></select></label>
    <button type="button" data-part="open">Open a MIDI file</button>
    <input type="file" data-part="file" accept=".mid,.midi,audio/midi" hidden>
    <button type="button" data-part="hear">Hear it</button>
    <button type="button" data-part="clear">Clear</button>
  </div>
  <div data-part="sheet"></div>
  <p class="dm-soft">Touch a cell to set a note, touch it again to take it back. By
    keyboard: arrows move, Enter sets.</p>
  <div data-part="recorder"></div>`;

/**
 * The panel of a `Beginning`. `tempo()` is that of the music to come; `onSaid(text)` is
 * called with what there is to say.
 */
export class BeginningPanel {
  constructor(host, { sound, beginning, openings, gain, tempo, onSaid }) {
    Object.assign(this, { sound, beginning, openings, gain, tempo, onSaid });
    this.root = document.createElement("details");
    this.root.className = "dm-beginning";
    this.root.innerHTML = PANEL_MARKUP;
    host.append(this.root);
    this.parts = partsOf(this.root);
    this.transport = new Transport(sound);
    this.addSheet();
    this.addRecorder();
    this.fillOpenings();
    this.listen();
    this.refresh();
  }

  addSheet() {
    this.sheet = new RollView(this.parts.sheet, {
      label: "The beginning, to draw in",
      onCell: (step, pitch) => this.draw(step, pitch),
      onSeek: (step) => this.transport.piece && this.transport.seek(step),
    });
    this.sheet.range = SHEET_RANGE;
    this.unfollow = followMusic(this.transport, this.sheet, () => this.showHearing());
  }

  addRecorder() {
    const { sound, gain, tempo, beginning } = this;
    this.recorder = new Recorder(this.parts.recorder, {
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
    const { parts } = this;
    parts.openings.addEventListener("change", () => this.chooseOpening());
    parts.open.addEventListener("click", () => parts.file.click());
    parts.file.addEventListener("change", () => this.readFile());
    parts.hear.addEventListener("click", () => this.hear());
    parts.clear.addEventListener("click", () => {
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
    this.unfollow();
    this.sheet.destroy();
  }

  // --- drawing, openings and files

  draw(step, pitch) {
    this.beginning.toggle(step, pitch);
    const isSet = this.beginning.notes.some(
      ([at, key]) => at === step && key === pitch,
    );
    if (isSet) this.recorder.hands.tap(pitch);
    this.changed();
  }

  fillOpenings() {
    const { openings, choice } = this.parts;
    const names = [SILENCE, ...this.openings.map(({ label }) => label), OWN];
    openings.replaceChildren(...names.map((name) => new Option(name, name)));
    choice.hidden = this.openings.length === 0;
  }

  chooseOpening() {
    const name = this.parts.openings.value;
    const piece = this.openings.find(({ label }) => label === name);
    if (name !== OWN) this.beginning.clear();
    if (piece) this.beginning.put(piece.notes, name);
    this.changed();
  }

  async readFile() {
    const { file } = this.parts;
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      const bytes = new Uint8Array(await chosen.arrayBuffer());
      this.takeFile(pieceOfMidi(bytes, this.beginning.stepsPerQuarter), chosen.name);
    } catch (error) {
      this.onSaid(`${chosen.name}: ${error.message}`);
    } finally {
      file.value = ""; // so that the same file can be chosen again
    }
  }

  takeFile(piece, name) {
    const { most } = this.beginning;
    this.beginning.put(openingOf(piece, most), name);
    this.changed();
    if (piece.length <= most) return;
    this.onSaid(`${name}: its first ${most} steps, as many as the network reads.`);
  }

  // --- hearing and showing

  hear() {
    if (this.transport.isPlaying) return this.transport.pause();
    this.transport.load(this.piece(this.beginning.length), { from: 0 });
    return this.transport.play();
  }

  /** The beginning as a piece of so many steps. */
  piece(length) {
    const { notes, stepsPerQuarter } = this.beginning;
    const told = { label: "the beginning", facts: "", role: "human", gain: this.gain };
    return { ...told, stepsPerQuarter, tempo: this.tempo(), length, notes };
  }

  changed() {
    this.onSaid("");
    this.refresh();
  }

  refresh() {
    const { beginning, parts } = this;
    const { length, stepsPerQuarter, most, name } = beginning;
    const lasting = lengthInWords(length, stepsPerQuarter, this.tempo());
    parts.name.textContent = length > 0 ? `${name}: ${lasting}` : SILENCE;
    const isOpening = this.openings.some(({ label }) => label === name);
    parts.openings.value = length === 0 ? SILENCE : isOpening ? name : OWN;
    parts.openings.querySelector(`[value="${OWN}"]`).hidden = length === 0 || isOpening;
    parts.hear.disabled = length === 0;
    parts.clear.disabled = length === 0;
    const room = Math.max(SHORTEST_SHEET, length + 4 * stepsPerQuarter);
    this.sheet.show(this.piece(Math.min(most, room)));
    this.transport.pause();
  }

  showHearing() {
    const { isPlaying } = this.transport;
    this.parts.hear.textContent = isPlaying ? "Stop" : "Hear it";
    if (!isPlaying) this.sheet.light(null);
  }
}
