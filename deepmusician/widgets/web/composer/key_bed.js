// Two and a half octaves of a piano, played with letter keys, mouse or touch.

const LOWEST_LETTER = 48; // MIDI pitch of the first key, C3
const LETTER_ROWS = [
  // by place on the keyboard, whatever is printed there; the first row from C3
  "KeyZ KeyS KeyX KeyD KeyC KeyV KeyG KeyB KeyH KeyN KeyJ KeyM",
  "KeyQ Digit2 KeyW Digit3 KeyE KeyR Digit5 KeyT Digit6 KeyY Digit7 KeyU",
  "KeyI Digit9 KeyO Digit0 KeyP",
];
const LETTER_KEYS = LETTER_ROWS.join(" ").split(" ");

const BLACK = [1, 3, 6, 8, 10]; // above C, in semitones

/** The pitch that a key of the computer's keyboard plays; undefined for others. */
export function pitchOfLetter(code) {
  const place = LETTER_KEYS.indexOf(code);
  return place < 0 ? undefined : LOWEST_LETTER + place;
}

/** What is printed on such a key, where the browser does not know better. */
function printedLetter(code) {
  return code.replace(/^(Key|Digit)/, "");
}

/** Keys to play on: `onDown(pitch)` and `onUp(pitch)` are called for each. */
export class KeyBed {
  constructor(host, { onDown, onUp }) {
    Object.assign(this, { onDown, onUp, held: new Map() });
    this.root = document.createElement("div");
    this.root.className = "dm-bed";
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.root.setAttribute("aria-roledescription", "piano");
    this.root.setAttribute(
      "aria-label",
      "Piano. The lower row of letters plays the white keys from C3 (Z), the upper " +
        "row those from C4 (Q); the rows above them play the black keys.",
    );
    const keys = LETTER_KEYS.map(keyMarkup).join("");
    this.root.innerHTML = `<div aria-hidden="true">${keys}</div>`;
    host.append(this.root);
    this.listen();
    this.nameKeys();
  }

  /** Show a key as held, or not. */
  showHeld(pitch, isDown) {
    const key = this.root.querySelector(`[data-pitch="${pitch}"]`);
    key?.classList.toggle("dm-held", isDown);
  }

  listen() {
    const { root } = this;
    root.addEventListener("keydown", (event) => {
      const pitch = pitchOfLetter(event.code);
      if (pitch === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (!event.repeat) this.press(event.code, pitch);
    });
    root.addEventListener("keyup", (event) => this.release(event.code));
    root.addEventListener("blur", () => this.releaseAll());
    root.addEventListener("pointerdown", (event) => {
      const { pitch } = event.target.dataset;
      if (pitch) this.press(event.pointerId, Number(pitch));
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      root.addEventListener(name, (event) => this.release(event.pointerId));
    }
  }

  press(by, pitch) {
    this.release(by);
    this.held.set(by, pitch);
    this.onDown(pitch);
  }

  release(by) {
    if (!this.held.has(by)) return;
    const pitch = this.held.get(by);
    this.held.delete(by);
    this.onUp(pitch);
  }

  releaseAll() {
    for (const by of [...this.held.keys()]) this.release(by);
  }

  /** Label the keys as the reader's own keyboard does, if the browser knows it. */
  async nameKeys() {
    const layout = await navigator.keyboard?.getLayoutMap?.().catch(() => null);
    for (const letter of this.root.querySelectorAll("[data-code]")) {
      const printed =
        layout?.get(letter.dataset.code) ?? printedLetter(letter.dataset.code);
      letter.querySelector("span").textContent = printed.toUpperCase();
    }
  }
}

function keyMarkup(code, place) {
  const octave = Math.floor(place / 12);
  const isBlack = BLACK.includes(place % 12);
  const whites = 7 * octave + Math.floor((place % 12) / 2 + (place % 12 > 4 ? 0.5 : 0));
  const kind = isBlack ? "dm-black" : "dm-white";
  const style = `--dm-place: ${whites}`;
  return (
    `<div class="${kind}" style="${style}" data-code="${code}" ` +
    `data-pitch="${LOWEST_LETTER + place}"><span></span></div>`
  );
}
