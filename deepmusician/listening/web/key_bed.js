// Two octaves and a half of a piano, played by letters, mouse or touch.

const LOWEST_LETTER = 48; // MIDI pitch of the first key, C3
const LETTER_ROWS = [
  // by place on the keyboard, whatever is printed there; the first row from C3
  "KeyZ KeyS KeyX KeyD KeyC KeyV KeyG KeyB KeyH KeyN KeyJ KeyM",
  "KeyQ Digit2 KeyW Digit3 KeyE KeyR Digit5 KeyT Digit6 KeyY Digit7 KeyU",
  "KeyI Digit9 KeyO Digit0 KeyP",
];
export const LETTER_KEYS = LETTER_ROWS.join(" ").split(" ");

const BLACK = [1, 3, 6, 8, 10]; // above C, in semitones

/** The pitch that a key of the computer's keyboard plays; undefined for others. */
export function pitchOfLetter(code) {
  const place = LETTER_KEYS.indexOf(code);
  return place < 0 ? undefined : LOWEST_LETTER + place;
}

/** What is printed on such a key, where the browser does not know better. */
export function printedOn(code) {
  return code.replace(/^(Key|Digit)/, "");
}

/** Keys to play on: `onDown(pitch)` and `onUp(pitch)` hear them. */
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
      "Piano. The letters of the lower row, from Z, play from C3; those of the " +
        "upper row, from Q, from C4; the rows above them have the black keys.",
    );
    this.root.innerHTML = `<div aria-hidden="true">${LETTER_KEYS.map(keyMarkup).join("")}</div>`;
    host.append(this.root);
    this.listen();
    this.nameKeys();
  }

  /** Show a key as held, or not. */
  light(pitch, isDown) {
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

  /** Put on the keys what the reader's own keyboard has there, if it can be known. */
  async nameKeys() {
    const layout = await navigator.keyboard?.getLayoutMap?.().catch(() => null);
    for (const letter of this.root.querySelectorAll("[data-code]")) {
      const printed =
        layout?.get(letter.dataset.code) ?? printedOn(letter.dataset.code);
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
