// Records what the reader plays: on letters, on the keys shown, or on a MIDI keyboard.
import { Hands, Metronome, Notation } from "./hands.js";
import { KeyBed } from "./key_bed.js";
import { hearMidi, keyboardsInWords } from "./midi_keyboard.js";
import { partsOf } from "./parts.js";

const RECORDER_MARKUP = `
  <div class="dm-row">
    <button type="button" class="dm-record" data-part="record" aria-pressed="false">
      <span class="dm-dot" aria-hidden="true"></span><span data-part="word"></span>
    </button>
    <label class="dm-check"><input type="checkbox" data-part="clicks" checked>
      with a metronome</label>
    <button type="button" data-part="midi">Use a MIDI keyboard</button>
  </div>
  <p class="dm-soft" data-part="told" role="status"></p>`;
const HOW_TO_PLAY =
  "Choose the piano below, and play it by letters, by mouse or by touch.";
const HOW_TO_RECORD = "Recording from the first key on. Escape stops it.";
const LOOK = 100; // milliseconds between two looks whether the beginning is full

/**
 * `tempo()` is the one to record at; `grid` has `stepsPerQuarter` and `most` steps.
 * `onNotes(notes)` is told what was played so far.
 */
export class Recorder {
  constructor(host, { sound, gain, tempo, grid, onNotes }) {
    Object.assign(this, { sound, tempo, grid, onNotes });
    this.root = document.createElement("div");
    this.root.className = "dm-recorder";
    this.root.innerHTML = RECORDER_MARKUP;
    host.append(this.root);
    this.parts = partsOf(this.root);
    this.hands = new Hands(sound, gain);
    this.metronome = new Metronome(sound);
    this.bed = new KeyBed(this.root, {
      onDown: (pitch) => this.key(pitch, true),
      onUp: (pitch) => this.key(pitch, false),
    });
    this.listen();
    this.show();
  }

  listen() {
    const { parts, root } = this;
    parts.record.addEventListener("click", () => this.toggle());
    parts.midi.addEventListener("click", () => this.askForMidi());
    root.addEventListener("keydown", ({ key }) => key === "Escape" && this.end());
  }

  destroy() {
    this.end();
    this.hands.pause();
    this.forgetMidi?.();
  }

  /** A key goes down or up: it is heard, shown, and written down. */
  key(pitch, isDown) {
    this.bed.light(pitch, isDown);
    if (isDown) this.hands.press(pitch);
    else this.hands.release(pitch);
    if (!this.notation) return;
    if (isDown) this.notation.down(pitch, this.now);
    else this.notation.up(pitch, this.now);
    this.onNotes(this.notation.notes(this.now));
  }

  /** The time that the reader hears now. */
  get now() {
    const { currentTime, outputLatency } = this.sound.context;
    return currentTime - (outputLatency || 0);
  }

  toggle() {
    return this.notation ? this.end() : this.begin();
  }

  async begin() {
    await this.sound.take(this.hands);
    const { stepsPerQuarter } = this.grid;
    const quarter = 60 / this.tempo();
    const isClicking = this.parts.clicks.checked;
    const origin = isClicking ? this.metronome.start(quarter) : undefined;
    const pace = stepsPerQuarter / quarter;
    this.notation = new Notation({ pace, stepsPerQuarter, origin });
    this.timer = setInterval(() => this.endWhenFull(), LOOK);
    this.bed.root.focus();
    this.show();
  }

  endWhenFull() {
    if (this.notation.length(this.now) >= this.grid.most) this.end();
  }

  end() {
    if (!this.notation) return;
    clearInterval(this.timer);
    this.metronome.stop();
    const notes = this.notation.notes(this.now);
    this.notation = null;
    if (notes.length > 0) this.onNotes(notes);
    this.show();
  }

  show() {
    const { parts, notation } = this;
    parts.record.setAttribute("aria-pressed", Boolean(notation));
    parts.word.textContent = notation ? "Stop recording" : "Record";
    parts.clicks.disabled = Boolean(notation);
    parts.told.textContent = notation ? HOW_TO_RECORD : (this.midiSaid ?? HOW_TO_PLAY);
  }

  async askForMidi() {
    this.forgetMidi?.();
    const say = (text) => {
      this.midiSaid = text;
      this.show();
    };
    try {
      this.forgetMidi = await hearMidi({
        onKey: ({ pitch, isDown }) => this.key(pitch, isDown),
        onNames: (names) => say(keyboardsInWords(names)),
      });
    } catch (error) {
      say(error.message);
    }
  }
}
