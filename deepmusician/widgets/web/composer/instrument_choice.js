// Where takes sound: on the page's piano, or on a MIDI instrument of the reader's.

import { elementsOf } from "../page/elements.js";
import { connectedPorts, hasWebMidi, midiAccess } from "./midi_access.js";
import { MidiInstrument } from "./midi_instrument.js";

const CHOICE_MARKUP = `
  <button type="button" data-element="ask">Play on a MIDI instrument</button>
  <label class="dm-opening" data-element="choice" hidden>Play on
    <select data-element="outputs"></select></label>
  <span class="dm-soft" data-element="status" role="status"></span>`;
const PAGE_PIANO = "the piano in this page";
const NO_INSTRUMENT =
  "No MIDI instrument is connected. Plug one in and choose it here.";

/** Lets the reader choose what a transport plays on, where the browser has Web MIDI. */
export class InstrumentChoice {
  constructor(host, { transport }) {
    this.transport = transport;
    this.root = document.createElement("div");
    this.root.className = "dm-row dm-instrument";
    this.root.innerHTML = CHOICE_MARKUP;
    if (hasWebMidi()) host.append(this.root);
    this.elements = elementsOf(this.root);
    this.elements.ask.addEventListener("click", () => this.ask());
    this.elements.outputs.addEventListener("change", () => this.choose());
    this.onLeave = () => transport.instrument?.silence(); // or its notes would go on
    globalThis.addEventListener("pagehide", this.onLeave);
  }

  destroy() {
    globalThis.removeEventListener("pagehide", this.onLeave);
    if (this.access) this.access.onstatechange = null;
  }

  async ask() {
    try {
      this.access = await midiAccess("a MIDI instrument");
    } catch (error) {
      this.elements.status.textContent = error.message;
      return;
    }
    this.access.onstatechange = () => this.show();
    this.elements.ask.hidden = true;
    this.elements.choice.hidden = false;
    this.show();
    const [first] = connectedPorts(this.access.outputs);
    if (first) this.elements.outputs.value = first.id;
    this.choose();
    this.elements.outputs.focus();
  }

  /** Offer what is connected; if the chosen one is gone, the page's piano goes on. */
  show() {
    const { outputs, status } = this.elements;
    const chosen = outputs.value;
    const ports = connectedPorts(this.access.outputs);
    const options = ports.map(({ id, name }) => new Option(name || "MIDI output", id));
    outputs.replaceChildren(new Option(PAGE_PIANO, ""), ...options);
    outputs.value = ports.some(({ id }) => id === chosen) ? chosen : "";
    status.textContent = ports.length > 0 ? "" : NO_INSTRUMENT;
    if (outputs.value !== chosen) this.choose();
  }

  choose() {
    const { transport } = this;
    const output = this.access.outputs.get(this.elements.outputs.value);
    const live = { now: () => transport.now, volume: () => transport.volume };
    transport.setInstrument(output ? new MidiInstrument(output, live) : null);
  }
}
