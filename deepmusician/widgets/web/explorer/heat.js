// The map of a sweep: each cell is a network, coloured by a measure, and can be chosen.
import { formatNumber, MEASURES } from "./measures.js";
import { cellName } from "./words.js";

const FOLD = 8; // the scale ends at this many times the music's density, or 1 / FOLD
const MOST_COLOUR = 54; // percent, so that figures stay legible on it
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * From a value to how far from the best it is: 0 is the best, 1 too much or worst, -1
 * too little (only for densities). `values`: all that share the scale.
 */
export function heatScale(values, best, music) {
  if (best === "music") {
    const folds = (value) => Math.log(Math.max(value, 1e-9) / music) / Math.log(FOLD);
    return (value) => Math.max(-1, Math.min(1, folds(value)));
  }
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const relative = (value) => (value - low) / (high - low || 1);
  const clamped = (share) => Math.max(0, Math.min(1, share));
  return (value) => clamped(best === "low" ? relative(value) : 1 - relative(value));
}

/** The colour of a value on the scale, for CSS. */
export function heatColour(badness, best) {
  const colour = badness < 0 ? "independent" : best === "music" ? "dependent" : "focal";
  const share = (Math.abs(badness) * MOST_COLOUR).toFixed(1);
  return `color-mix(in oklab, var(--dm-${colour}) ${share}%, var(--dm-ground))`;
}

/** The values at the scale's two ends, and at its middle if it has one. */
export function scaleEnds(values, best, music) {
  if (best === "music") {
    return [`⅛ of the music’s`, `the music’s ${formatNumber(music)}`, `${FOLD} times`];
  }
  const known = values.filter((value) => value !== null);
  const ends = [Math.min(...known), Math.max(...known)].map(formatNumber);
  return best === "low" ? ends : ends.reverse();
}

function heatLegend(values, best, music) {
  const ends = scaleEnds(values, best, music);
  const from = best === "music" ? -1 : 0;
  const stops = [from, 0, 1].map((badness) => heatColour(badness, best));
  const labels = ends.map((end) => `<span>${end}</span>`).join("");
  return (
    `<div class="dm-scale" style="background: linear-gradient(to right, ` +
    `${stops.join(", ")})"></div><div class="dm-ends">${labels}</div>`
  );
}

export class HeatMap {
  /** `pick({ alpha, gamma })` gets the settings of the cell that is pressed. */
  constructor(host, networks, pick) {
    this.pick = pick;
    host.innerHTML =
      `<div class="dm-heat"><span class="dm-axis dm-up">alpha</span>` +
      `<div class="dm-heads dm-alphas"></div>` +
      `<div class="dm-cells" role="group"></div>` +
      `<div class="dm-heads dm-gammas"></div><span class="dm-axis">gamma</span></div>` +
      `<div class="dm-heat-legend"></div>`;
    const element = (name) => host.querySelector(`.dm-${name}`);
    this.field = element("cells");
    this.legend = element("heat-legend");
    this.heads = { alphas: element("alphas"), gammas: element("gammas") };
    this.field.addEventListener("click", (event) => this.onPress(event.target));
    this.field.addEventListener("keydown", (event) => this.moveFocus(event));
    this.networks = networks;
  }

  /** Lay out the cells of these networks, the lowest alpha at the bottom. */
  set networks(networks) {
    const { alphas, gammas, cells } = networks;
    this.sweep = networks;
    const heads = (values) => values.map((value) => `<span>${value}</span>`).join("");
    this.heads.alphas.innerHTML = heads([...alphas].reverse());
    this.heads.gammas.innerHTML = heads(gammas);
    this.field.style.aspectRatio = `${gammas.length} / ${0.8 * alphas.length}`;
    this.field.innerHTML = `${cells.map(() => "<button></button>").join("")}<i></i>`;
    this.buttons = [...this.field.querySelectorAll("button")];
    cells.forEach((cell, index) => {
      this.moveTo(this.buttons[index], cell);
      this.buttons[index].className = cell.trained ? "dm-mark" : "dm-cell";
    });
  }

  /** Move an element to where alpha and gamma lie, inside the map. */
  moveTo(element, settings) {
    const { alphas, gammas } = this.sweep;
    const place = this.sweep.place(settings);
    const inside = (at, count) => Math.max(-0.5, Math.min(count - 0.5, at));
    const x = (inside(place.x, gammas.length) + 0.5) / gammas.length;
    const y = (inside(place.y, alphas.length) + 0.5) / alphas.length;
    element.style.left = `${(100 * x).toFixed(2)}%`;
    element.style.bottom = `${(100 * y).toFixed(2)}%`;
    element.style.setProperty("--dm-across", gammas.length);
    element.style.setProperty("--dm-down", alphas.length);
  }

  /** Colour the cells by a measure; mark the settings and the cell that is shown. */
  show({ rule, measure, music, settings, nearest }) {
    const { description, best } = MEASURES[measure];
    const { sweep } = this;
    const values = sweep.recorded(rule, measure);
    const scale = heatScale(values, best, music);
    this.buttons.forEach((button, index) => {
      const value = sweep.value(index, rule, measure);
      const { trained } = sweep.cells[index];
      const colour = value === null ? "transparent" : heatColour(scale(value), best);
      button.style.background = colour;
      button.textContent = trained ? "◆" : formatNumber(value);
      const name = `${cellName(sweep.cells[index])}: ${formatNumber(value)}`;
      button.setAttribute("aria-label", trained ? `trained here, ${name}` : name);
      button.setAttribute("aria-pressed", index === nearest);
      button.tabIndex = index === nearest ? 0 : -1;
    });
    this.field.setAttribute("aria-label", `The sweep: ${description}`);
    this.legend.innerHTML = heatLegend(values, best, music);
    this.markSettings(settings, sweep.cells[nearest]);
  }

  /** A dot at the settings, unless the cell's own frame says where they are. */
  markSettings(settings, { alpha, gamma }) {
    const dot = this.field.querySelector("i");
    dot.hidden = settings.alpha === alpha && settings.gamma === gamma;
    this.moveTo(dot, settings);
  }

  onPress(element) {
    const index = this.buttons.indexOf(element.closest("button"));
    if (index >= 0) this.pick(this.sweep.cells[index]);
  }

  /** Arrow keys move to the next cell; pressing it then sets both sliders. */
  moveFocus(event) {
    const step = ARROWS[event.key];
    const index = this.buttons.indexOf(event.target.closest("button"));
    if (!step || index < 0) return;
    event.preventDefault();
    const { alphas, gammas, cells } = this.sweep;
    const here = this.sweep.place(cells[index]);
    const target = { x: Math.round(here.x) + step[0], y: Math.round(here.y) + step[1] };
    const next = cells.findIndex(
      (cell) =>
        !cell.trained &&
        cell.gamma === gammas[target.x] &&
        cell.alpha === alphas[target.y],
    );
    if (next >= 0) this.buttons[next].focus();
  }
}
