// A piano roll on a canvas: it shows a piece, follows the music, and takes clicks.
import { drawKeys, drawSheet, RULER } from "./roll_drawing.js";
import {
  fittingZoom,
  following,
  longestHold,
  movedCursor,
  notesBetween,
  pitchName,
  pitchRange,
  rollInWords,
  touchSteps,
} from "./roll_geometry.js";
import { paletteOf, watchTheme } from "./roll_palette.js";

const ROLL_OF_NOTHING = {
  label: "",
  stepsPerQuarter: 4,
  length: 64,
  notes: [],
  role: "",
};
const ROLL_MARKUP = `
  <canvas class="dm-roll-keys" aria-hidden="true"></canvas>
  <div class="dm-roll-scroll" tabindex="0">
    <div class="dm-roll-long">
      <canvas class="dm-roll-sheet" aria-hidden="true"></canvas>
      <div class="dm-roll-head" hidden></div>
    </div>
  </div>
  <p class="dm-unseen"></p>
  <p class="dm-unseen" aria-live="polite"></p>`;

let rollCount = 0;

/**
 * `label` names it for screen readers; `onSeek(step)` hears clicks and arrow keys.
 * With `onCell(step, pitch)`, clicks below the ruler and the Enter key choose cells
 * instead, and arrow keys move a cursor. `height` in pixels is aimed at, and missed to
 * give all rows the same whole number of pixels. `range` may be set to the lowest and
 * highest pitch shown at least, and `among` to the pieces whose range this view keeps.
 */
export class RollView {
  constructor(host, options = {}) {
    const { label = "Piano roll", onSeek = () => {}, onCell = null } = options;
    Object.assign(this, { label, onSeek, onCell, height: options.height ?? 240 });
    this.root = document.createElement("div");
    this.root.className = "dm-roll";
    this.root.innerHTML = ROLL_MARKUP;
    host.append(this.root);
    this.find();
    this.among = [];
    this.range = null;
    this.lit = null;
    this.sounding = "";
    this.chosenZoom = null;
    this.isFollowing = true;
    this.cursor = onCell ? [0, 60] : null;
    this.listen();
    this.show(ROLL_OF_NOTHING);
  }

  /** Show a piece, or the same one grown; `light` and `zoom` stay as they are. */
  show(piece) {
    if (piece.role !== this.piece?.role) this.palette = null;
    if (this.chosenZoom) {
      this.chosenZoom *= this.piece.stepsPerQuarter / piece.stepsPerQuarter;
    }
    this.piece = piece;
    this.touch = touchSteps(piece);
    this.longest = longestHold(piece.notes);
    this.words.textContent = rollInWords(piece);
    this.measure();
    this.light(this.lit === null ? null : Math.min(this.lit, piece.length));
  }

  /** Put the playhead at a step and light the keys that sound; null for neither. */
  light(step) {
    const moved = step === null || this.lit === null ? Infinity : step - this.lit;
    const jumped = moved < 0 || moved > this.piece.stepsPerQuarter / 2;
    this.lit = step;
    this.head.hidden = step === null;
    if (step !== null) {
      this.head.style.transform = `translateX(${step * this.zoom}px)`;
      this.follow(jumped);
    }
    this.say(jumped);
    const sounding = this.soundingNow().join();
    if (sounding === this.sounding) return;
    this.sounding = sounding;
    this.redraw();
  }

  /** Pixels a step. Set it to null for one that fits the piece and the width. */
  get zoom() {
    if (this.chosenZoom) return this.chosenZoom;
    return fittingZoom([this.piece, ...this.among], this.scroller.clientWidth - 1);
  }

  set zoom(pixels) {
    const { scrollLeft, clientWidth } = this.scroller;
    const head = (this.lit ?? -1) * this.zoom - scrollLeft;
    const inView = head >= 0 && head <= clientWidth;
    const kept = inView ? head : clientWidth / 2; // stays where it is on the screen
    const step = (scrollLeft + kept) / this.zoom;
    this.chosenZoom = pixels && Math.min(96, Math.max(0.5, pixels));
    this.measure();
    this.scrollTo(step * this.zoom - kept);
  }

  destroy() {
    this.watcher.disconnect();
    this.forget();
    this.root.remove();
  }

  // --- behind them

  find() {
    const found = (name) => this.root.querySelector(`.dm-${name}`);
    [this.keys, this.scroller] = [found("roll-keys"), found("roll-scroll")];
    [this.long, this.sheet] = [found("roll-long"), found("roll-sheet")];
    this.head = found("roll-head");
    [this.words, this.told] = this.root.querySelectorAll(".dm-unseen");
    rollCount += 1;
    this.words.id = `dm-roll-words-${rollCount}`;
    this.scroller.setAttribute("aria-describedby", this.words.id);
    this.scroller.setAttribute("aria-label", this.label);
    this.scroller.setAttribute("role", this.onCell ? "application" : "slider");
    this.scroller.classList.toggle("dm-roll-cells", Boolean(this.onCell));
  }

  listen() {
    const { scroller } = this;
    scroller.addEventListener("click", (event) => this.clicked(event));
    scroller.addEventListener("keydown", (event) => this.pressed(event));
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const name of ["focus", "blur"]) {
      scroller.addEventListener(name, () => this.redraw());
    }
    // in the next frame, for what grows while it is watched is an error
    const later = () => requestAnimationFrame(() => this.measure());
    this.watcher = new ResizeObserver(later);
    this.watcher.observe(scroller);
    this.forget = watchTheme(() => {
      this.palette = null;
      this.redraw();
    });
  }

  /** Lay out anew: rows, length, and what is in view. */
  measure() {
    this.pitches = pitchRange([this.piece, ...this.among], this.range);
    const rows = this.pitches[1] - this.pitches[0] + 1;
    const least = this.onCell ? 10 : 4;
    this.row = Math.max(least, Math.min(14, Math.round(this.height / rows)));
    this.long.style.blockSize = `${RULER + rows * this.row}px`;
    this.long.style.inlineSize = `${Math.ceil(this.piece.length * this.zoom) + 1}px`;
    if (this.lit !== null) {
      this.head.style.transform = `translateX(${this.lit * this.zoom}px)`;
    }
    this.redraw();
  }

  /** Draw in the next frame, once. */
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const width = this.scroller.clientWidth;
    if (!width || !this.root.isConnected) return;
    this.palette ??= paletteOf(this.root, this.piece.role);
    const { piece, row, zoom, touch, longest, lit, palette } = this;
    const seen = { piece, row, zoom, touch, longest, lit, palette, width };
    seen.range = this.pitches;
    seen.height = this.long.offsetHeight;
    seen.left = this.scroller.scrollLeft;
    seen.cursor = document.activeElement === this.scroller ? this.cursor : null;
    drawSheet(this.sheet, seen);
    drawKeys(this.keys, seen, this.soundingNow());
  }

  soundingNow() {
    if (this.lit === null) return [];
    const now = this.lit + 1e-9;
    const notes = notesBetween(this.piece.notes, now, now, this.longest);
    return notes.map(([, pitch]) => pitch);
  }

  /** Turn the page when the playhead leaves it, unless the reader has scrolled away. */
  follow(jumped) {
    const { scrollLeft, clientWidth } = this.scroller;
    const head = this.lit * this.zoom;
    const inView = head >= scrollLeft && head <= scrollLeft + clientWidth;
    if (inView || jumped) this.isFollowing = true;
    if (this.isFollowing) this.scrollTo(following(scrollLeft, head, clientWidth));
  }

  scrollTo(left) {
    if (Math.abs(left - this.scroller.scrollLeft) < 1) return;
    this.scroller.scrollLeft = left;
    this.placed = this.scroller.scrollLeft;
  }

  scrolled() {
    if (Math.abs(this.scroller.scrollLeft - this.placed) > 1) this.isFollowing = false;
    this.placed = this.scroller.scrollLeft;
    this.redraw();
  }

  /** Tell screen readers where it is: on a jump, and at every bar. */
  say(jumped) {
    if (this.onCell) return;
    const { length, stepsPerQuarter } = this.piece;
    const at = Math.floor(this.lit ?? 0);
    const bar = Math.floor(at / (4 * stepsPerQuarter));
    if (!jumped && bar === this.saidBar) return;
    this.saidBar = bar;
    const told = { min: 0, max: length, now: at, text: `step ${at} of ${length}` };
    for (const [name, value] of Object.entries(told)) {
      this.scroller.setAttribute(`aria-value${name}`, value);
    }
  }

  clicked(event) {
    const box = this.long.getBoundingClientRect();
    const step = (event.clientX - box.left) / this.zoom;
    const y = event.clientY - box.top;
    if (step < 0 || step >= this.piece.length) return;
    if (!this.onCell || y < RULER) return this.onSeek(step);
    const pitch = this.pitches[1] - Math.floor((y - RULER) / this.row);
    this.cursor = [Math.floor(step), pitch];
    this.onCell(...this.cursor);
    this.redraw();
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const taken = this.onCell ? this.moveCursor(event.key) : this.jump(event);
    if (taken) event.preventDefault();
  }

  /** Seek by keys: a quarter, with Shift four; Home and End. */
  jump({ key, shiftKey }) {
    const { stepsPerQuarter, length } = this.piece;
    const quarters = (shiftKey ? 4 : 1) * stepsPerQuarter;
    const here = this.lit ?? 0;
    const to = {
      ArrowLeft: here - quarters,
      ArrowRight: here + quarters,
      PageDown: here - 4 * stepsPerQuarter,
      PageUp: here + 4 * stepsPerQuarter,
      Home: 0,
      End: length,
    }[key];
    if (to !== undefined) this.onSeek(Math.min(length, Math.max(0, to)));
    return to !== undefined;
  }

  /** Move among the cells by arrow keys; Enter and space choose one. */
  moveCursor(key) {
    if (key === "Enter" || key === " ") this.onCell(...this.cursor);
    const moved = movedCursor(this.cursor, key, this.piece.length, this.pitches);
    if (!moved) return false;
    this.cursor = moved;
    const { scrollLeft, clientWidth } = this.scroller;
    this.scrollTo(following(scrollLeft, moved[0] * this.zoom, clientWidth));
    this.told.textContent = `${pitchName(moved[1])}, step ${moved[0]}`;
    this.redraw();
    return true;
  }
}
