// A piano roll on a canvas: it shows a piece, follows the music, and takes clicks.
import { drawKeys, drawSheet, RULER } from "./drawing.js";
import {
  describeRoll,
  fittingZoom,
  longestHold,
  movedCursor,
  notesBetween,
  onsetSteps,
  pitchName,
  pitchRange,
  positionInWords,
  scrollFor,
} from "./geometry.js";
import { paletteOf, watchTheme } from "./palette.js";

const EMPTY_ROLL = {
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
      <div class="dm-roll-playhead" hidden></div>
    </div>
  </div>
  <p class="dm-unseen"></p>
  <p class="dm-unseen" aria-live="polite"></p>`;

let rollCount = 0;

/**
 * `label` names it for screen readers; `onSeek(step)` gets clicks and arrow keys.
 * With `onCell(step, pitch)`, clicks below the ruler and the Enter key choose cells
 * instead, and arrow keys move a cursor. `height` in pixels is approximate, for
 * all rows have the same whole number of pixels. `range` may be set to the lowest and
 * highest pitch shown at least, and `rangePieces` to other pieces whose range fits in.
 */
export class RollView {
  constructor(host, options = {}) {
    const { label = "Piano roll", onSeek = () => {}, onCell = null } = options;
    Object.assign(this, { label, onSeek, onCell, height: options.height ?? 240 });
    this.root = document.createElement("div");
    this.root.className = "dm-roll";
    this.root.innerHTML = ROLL_MARKUP;
    host.append(this.root);
    this.findElements();
    this.rangePieces = [];
    this.range = null;
    this.position = null;
    this.sounding = "";
    this.chosenZoom = null;
    this.isFollowing = true;
    this.cursor = onCell ? [0, 60] : null;
    this.listen();
    this.show(EMPTY_ROLL);
  }

  /** Show a piece, or the same one grown; position and zoom stay as they are. */
  show(piece) {
    if (piece.role !== this.piece?.role) this.palette = null;
    if (this.chosenZoom) {
      this.chosenZoom *= this.piece.stepsPerQuarter / piece.stepsPerQuarter;
    }
    this.piece = piece;
    this.onsetWidth = onsetSteps(piece);
    this.longest = longestHold(piece.notes);
    this.announcedBar = null; // its notes are others, wherever the playhead stands
    this.words.textContent = describeRoll(piece);
    this.measure();
    this.showPosition(
      this.position === null ? null : Math.min(this.position, piece.length),
    );
  }

  /** Put the playhead at a step and press the keys that sound; null for neither. */
  showPosition(step) {
    const moved =
      step === null || this.position === null ? Infinity : step - this.position;
    const jumped = moved < 0 || moved > this.piece.stepsPerQuarter / 2;
    this.position = step;
    this.playhead.hidden = step === null;
    if (step !== null) {
      this.placePlayhead();
      this.follow(jumped);
    }
    this.announce(jumped);
    const sounding = this.soundingNow().join();
    if (sounding === this.sounding) return;
    this.sounding = sounding;
    this.redraw();
  }

  /** Pixels per step. Set it to null for one that fits the piece and the width. */
  get zoom() {
    if (this.chosenZoom) return this.chosenZoom;
    return fittingZoom(
      [this.piece, ...this.rangePieces],
      this.scroller.clientWidth - 1,
    );
  }

  set zoom(pixels) {
    const { scrollLeft, clientWidth } = this.scroller;
    const playhead = (this.position ?? -1) * this.zoom - scrollLeft;
    const inView = playhead >= 0 && playhead <= clientWidth;
    const kept = inView ? playhead : clientWidth / 2; // stays where it is on the screen
    const step = (scrollLeft + kept) / this.zoom;
    this.chosenZoom = pixels && Math.min(96, Math.max(0.5, pixels));
    this.measure();
    this.scrollTo(step * this.zoom - kept);
  }

  destroy() {
    this.resizeObserver.disconnect();
    this.stopWatchingTheme();
    this.root.remove();
  }

  // --- internals

  findElements() {
    const element = (name) => this.root.querySelector(`.dm-${name}`);
    [this.keys, this.scroller] = [element("roll-keys"), element("roll-scroll")];
    [this.long, this.sheet] = [element("roll-long"), element("roll-sheet")];
    this.playhead = element("roll-playhead");
    [this.words, this.announcement] = this.root.querySelectorAll(".dm-unseen");
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
    // in the next frame: resizing what is observed at once would be an error
    const later = () => requestAnimationFrame(() => this.measure());
    this.resizeObserver = new ResizeObserver(later);
    this.resizeObserver.observe(scroller);
    this.stopWatchingTheme = watchTheme(() => {
      this.palette = null;
      this.redraw();
    });
  }

  /** Lay out anew: rows, length, and what is in view. */
  measure() {
    this.pitches = pitchRange([this.piece, ...this.rangePieces], this.range);
    const rows = this.pitches[1] - this.pitches[0] + 1;
    const least = this.onCell ? 10 : 4;
    this.row = Math.max(least, Math.min(14, Math.round(this.height / rows)));
    this.long.style.blockSize = `${RULER + rows * this.row}px`;
    this.long.style.inlineSize = `${Math.ceil(this.piece.length * this.zoom) + 1}px`;
    this.placePlayhead();
    this.redraw();
  }

  /** Move the playhead, from step to step where a reader wants little motion. */
  placePlayhead() {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = isCalm ? Math.floor(this.position ?? 0) : this.position;
    this.playhead.style.transform = `translateX(${step * this.zoom}px)`;
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
    const { piece, row, zoom, onsetWidth, longest, position, palette } = this;
    const view = { piece, row, zoom, onsetWidth, longest, position, palette, width };
    view.range = this.pitches;
    view.height = this.long.offsetHeight;
    view.left = this.scroller.scrollLeft;
    view.cursor = document.activeElement === this.scroller ? this.cursor : null;
    drawSheet(this.sheet, view);
    drawKeys(this.keys, view, this.soundingNow());
  }

  soundingNow() {
    if (this.position === null) return [];
    const now = this.position + 1e-9;
    const notes = notesBetween(this.piece.notes, now, now, this.longest);
    return notes.map(([, pitch]) => pitch);
  }

  /** Turn the page when the playhead leaves it, unless the reader has scrolled away. */
  follow(jumped) {
    const { scrollLeft, clientWidth } = this.scroller;
    const playhead = this.position * this.zoom;
    const inView = playhead >= scrollLeft && playhead <= scrollLeft + clientWidth;
    if (inView || jumped) this.isFollowing = true;
    if (this.isFollowing) this.scrollTo(scrollFor(scrollLeft, playhead, clientWidth));
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

  /** Tell screen readers the position: on a jump, and at every bar. */
  announce(jumped) {
    if (this.onCell) return;
    const { length, stepsPerQuarter } = this.piece;
    const at = Math.floor(this.position ?? 0);
    const bar = Math.floor(at / (4 * stepsPerQuarter));
    if (!jumped && bar === this.announcedBar) return;
    this.announcedBar = bar;
    const text = positionInWords(this.piece, at, this.longest);
    const values = { min: 0, max: length, now: at, text };
    for (const [name, value] of Object.entries(values)) {
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
    const here = this.position ?? 0;
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
    this.scrollTo(scrollFor(scrollLeft, moved[0] * this.zoom, clientWidth));
    this.announcement.textContent = `${pitchName(moved[1])}, step ${moved[0]}`;
    this.redraw();
    return true;
  }
}
