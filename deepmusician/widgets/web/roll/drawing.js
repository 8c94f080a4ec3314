// Draws a piano roll: the sheet of notes, and the keyboard beside it.
import { barLines, isBlackKey, notesBetween } from "./geometry.js";

export const RULER = 18; // pixels above the rows, with the numbers of steps
const KEYBOARD = 44; // pixels that the keyboard takes at the left
const HELD_OPACITY = 0.42; // of a note after its onset

/** Make a canvas so many CSS pixels large, sharp on this screen, and clear it. */
function sharpened(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  canvas.style.inlineSize = `${width}px`;
  canvas.style.blockSize = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** The top of a pitch's row. */
function rowTop({ range, row }, pitch) {
  return RULER + (range[1] - pitch) * row;
}

function everyPitch({ range: [low, high] }, draw) {
  for (let pitch = low; pitch <= high; pitch += 1) draw(pitch);
}

/**
 * Draw what lies in view. `view`: piece, range, row, zoom, left (in pixels), width,
 * height, onsetWidth and longest (hold) in steps, position (a step or null), cursor
 * ([step, pitch] or null), and palette.
 */
export function drawSheet(canvas, view) {
  const pen = sharpened(canvas, view.width, view.height);
  drawGround(pen, view);
  drawBars(pen, view);
  drawNotes(pen, view);
  if (view.cursor) drawCursor(pen, view);
}

function drawGround(pen, view) {
  const { palette, row, width } = view;
  const end = Math.min(width, view.piece.length * view.zoom - view.left);
  pen.fillStyle = palette.raised;
  everyPitch(view, (pitch) => {
    if (isBlackKey(pitch)) pen.fillRect(0, rowTop(view, pitch), end, row);
  });
  pen.fillStyle = palette.line;
  everyPitch(view, (pitch) => {
    if (pitch % 12 === 0) pen.fillRect(0, rowTop(view, pitch) + row - 1, end, 1);
  });
  pen.fillRect(0, RULER - 1, width, 1);
}

function drawBars(pen, view) {
  const { piece, zoom, left, width, height, palette } = view;
  const until = Math.min(piece.length, (left + width) / zoom);
  pen.font = `11px ${palette.font}`;
  pen.textBaseline = "middle";
  for (const step of barLines(piece, zoom, Math.max(0, left / zoom - 8), until)) {
    const x = Math.round(step * zoom - left);
    pen.fillStyle = palette.line;
    pen.fillRect(x, RULER - 6, 1, height);
    pen.fillStyle = palette.soft;
    if (step < piece.length) pen.fillText(step, x + 4, RULER / 2);
  }
  pen.fillStyle = palette.line;
  pen.fillRect(Math.round(piece.length * zoom - left), RULER, 1, height);
}

function drawNotes(pen, view) {
  const { piece, zoom, left, width, onsetWidth, longest, position, palette } = view;
  const [from, until] = [left / zoom, (left + width) / zoom];
  const [held, onsets] = [new Path2D(), new Path2D()];
  for (const [start, pitch, hold] of notesBetween(piece.notes, from, until, longest)) {
    const sounds = position !== null && start <= position && position < start + hold;
    addBox(held, view, start, hold, pitch);
    addBox(onsets, view, start, sounds ? hold : Math.min(onsetWidth, hold), pitch);
  }
  pen.fillStyle = palette.note;
  pen.globalAlpha = HELD_OPACITY;
  pen.fill(held);
  pen.globalAlpha = 1;
  pen.fill(onsets);
}

/** Add a note's box, a little short of its end, to keep repeated notes apart. */
function addBox(path, view, start, steps, pitch) {
  const { zoom, left, row } = view;
  const gap = zoom > 5 ? 1 : 0;
  const across = Math.max(1.5, steps * zoom - gap);
  const box = [start * zoom - left, rowTop(view, pitch) + 0.5, across, row - 1];
  path.roundRect(...box, Math.min(2, row / 4, across / 3));
}

function drawCursor(pen, view) {
  const [step, pitch] = view.cursor;
  pen.strokeStyle = view.palette.ink;
  pen.lineWidth = 2;
  const x = step * view.zoom - view.left;
  pen.strokeRect(x, rowTop(view, pitch), view.zoom, view.row);
}

/** Draw the keyboard on its side, with the keys of `pitches` pressed. */
export function drawKeys(canvas, view, pitches) {
  const { palette, row, height } = view;
  const pen = sharpened(canvas, KEYBOARD, height);
  const pressed = new Set(pitches);
  pen.fillStyle = palette.white;
  pen.fillRect(0, RULER, KEYBOARD, height - RULER);
  everyPitch(view, (pitch) => {
    if (!isBlackKey(pitch)) drawWhiteKey(pen, view, pitch, pressed.has(pitch));
  });
  everyPitch(view, (pitch) => {
    if (!isBlackKey(pitch)) return;
    pen.fillStyle = pressed.has(pitch) ? palette.note : palette.black;
    pen.fillRect(0, rowTop(view, pitch), 0.6 * KEYBOARD, row);
  });
}

/** White keys meet in the middle of the black keys' rows, as on a piano. */
function drawWhiteKey(pen, view, pitch, isPressed) {
  const { palette, row, height } = view;
  const top = rowTop(view, pitch) - (isBlackKey(pitch + 1) ? row / 2 : 0);
  const foot = rowTop(view, pitch) + row + (isBlackKey(pitch - 1) ? row / 2 : 0);
  const visibleTop = Math.max(RULER, top);
  pen.fillStyle = palette.note;
  if (isPressed) pen.fillRect(0, visibleTop, KEYBOARD, foot - visibleTop);
  pen.fillStyle = palette.seam;
  pen.fillRect(0, Math.min(foot, height) - 1, KEYBOARD, 1);
  if (pitch % 12 !== 0) return;
  pen.fillStyle = isPressed ? palette.onPressed : palette.onKey;
  pen.font = `${Math.min(11, Math.max(9, 1.3 * row))}px ${palette.font}`;
  pen.textBaseline = "bottom";
  pen.textAlign = "right";
  pen.fillText(`C${pitch / 12 - 1}`, KEYBOARD - 3, foot + 1);
}
