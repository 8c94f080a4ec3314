// Records what the reader plays on letters, on the keys shown, or on a MIDI keyboard.

import { elementsOf } from "../page/elements.js";
import { KeyBed } from "./key_bed.js";
import { KeyPlayer, KeyTranscriber, Metronome } from "./key_input.js";
import { keyboardsInWords, listenToMidi } from "./midi_keyboard.js";

const RECORDER_MARKUP = `
  <div class="dm-row">
    <button type="button" class="dm-record" data-element="record" aria-pressed="false">
      <span class="dm-dot" aria-hidden="true"></span><span data-element="word"></span>
    </button>
    <label class="dm-check"><input type="checkbox" data-element="clicks" checked>
      with a metronome</label>
    <button type="button" data-element="midi">Use a MIDI keyboard</button>
  </div>
  <p class="dm-soft" data-element="status" role="status"></p>`;
const HOW_TO_PLAY =
  "Click the piano below and play it with letter keys, mouse or touch.";
const HOW_TO_RECORD =
  "Recording starts with the first key that you play. Escape stops it.";
const POLL_MILLISECONDS = 100; // between two checks whether the beginning is full

/**
 * `tempo()` is the one to record at; `grid` has `stepsPerQuarter` and `most` steps.
 * `onNotes(notes)` gets what was played so far.
 */
export class Recorder {
  constructor(host, { sound, gain, tempo, grid, onNotes }) {
    Object.assign(this, { sound, tempo, grid, onNotes });
    this.root = document.createElement("div");
    this.root.className = "dm-recorder";
    this.root.innerHTML = RECORDER_MARKUP;
    host.append(this.root);
    this.elements = elementsOf(this.root);
    this.keyPlayer = new KeyPlayer(sound, gain);
    this.metronome = new Metronome(sound);
    this.keyBed = new KeyBed(this.root, {
      onDown: (pitch) => this.key(pitch, true),
      onUp: (pitch) => this.key(pitch, false),
    });
    this.listen();
    this.show();
  }

  listen() {
    const { elements, root } = this;
    elements.record.addEventListener("click", () => this.toggle());
    elements.midi.addEventListener("click", () => this.requestMidi());
    root.addEventListener("keydown", ({ key }) => key === "Escape" && this.end());
  }

  destroy() {
    this.end();
    this.keyPlayer.pause();
    this.stopMidi?.();
  }

  /** A key goes down or up: it sounds, is shown, and is transcribed. */
  key(pitch, isDown) {
    this.keyBed.showHeld(pitch, isDown);
    if (isDown) this.keyPlayer.press(pitch);
    else this.keyPlayer.release(pitch);
    if (!this.transcriber) return;
    if (isDown) this.transcriber.down(pitch, this.now);
    else this.transcriber.up(pitch, this.now);
    this.onNotes(this.transcriber.notes(this.now));
  }

  /** The time of what the reader hears now. */
  get now() {
    return this.sound.now - (this.sound.context.outputLatency || 0);
  }

  toggle() {
    return this.transcriber ? this.end() : this.begin();
  }

  async begin() {
    await this.sound.startFor(this.keyPlayer);
    const { stepsPerQuarter } = this.grid;
    const quarter = 60 / this.tempo();
    const isClicking = this.elements.clicks.checked;
    const origin = isClicking ? this.metronome.start(quarter) : undefined;
    const pace = stepsPerQuarter / quarter;
    this.transcriber = new KeyTranscriber({ pace, stepsPerQuarter, origin });
    this.timer = setInterval(() => this.endWhenFull(), POLL_MILLISECONDS);
    this.keyBed.root.focus();
    this.show();
  }

  endWhenFull() {
    if (this.transcriber.length(this.now) >= this.grid.most) this.end();
  }

  end() {
    if (!this.transcriber) return;
    clearInterval(this.timer);
    this.metronome.stop();
    const notes = this.transcriber.notes(this.now);
    this.transcriber = null;
    if (notes.length > 0) this.onNotes(notes);
    this.show();
  }

  show() {
    const { elements, transcriber } = this;
    elements.record.setAttribute("aria-pressed", Boolean(transcriber));
    elements.word.textContent = transcriber ? "Stop recording" : "Record";
    elements.clicks.disabled = Boolean(transcriber);
    elements.status.textContent = transcriber
      ? HOW_TO_RECORD
      : (this.midiStatus ?? HOW_TO_PLAY);
  }

  async requestMidi() {
    this.stopMidi?.();
    const showStatus = (text) => {
      this.midiStatus = text;
      this.show();
    };
    try {
      this.stopMidi = await listenToMidi({
        onKey: ({ pitch, isDown }) => this.key(pitch, isDown),
        onNames: (names) => showStatus(keyboardsInWords(names)),
      });
    } catch (error) {
      showStatus(error.message);
    }
  }
}
