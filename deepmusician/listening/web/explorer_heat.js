// The map of a sweep: a network a cell, coloured by a measure, to be pressed.
import { MEASURE_NAMES, written } from "./explorer_measures.js";
import { cellName } from "./explorer_words.js";

const FOLD = 8; // times the music's density, or as many times less: the scale's ends
const DEEPEST = 54; // percent of a colour, so that figures stand out from it
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/**
 * From a value to how far from the best it is: 0 is the best, 1 too much or worst, -1
 * too little (of densities alone). `values`: all that share the scale.
 */
export function heatScale(values, best, music) {
  if (best === "music") {
    const bend = (value) => Math.log(Math.max(value, 1e-9) / music) / Math.log(FOLD);
    return (value) => Math.max(-1, Math.min(1, bend(value)));
  }
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const risen = (value) => (value - low) / (high - low || 1);
  const cut = (share) => Math.max(0, Math.min(1, share));
  return (value) => cut(best === "low" ? risen(value) : 1 - risen(value));
}

/** The colour of a value on the scale, for CSS. */
export function heatColour(bad, best) {
  const colour = bad < 0 ? "independent" : best === "music" ? "dependent" : "focal";
  const share = (Math.abs(bad) * DEEPEST).toFixed(1);
  return `color-mix(in oklab, var(--dm-${colour}) ${share}%, var(--dm-ground))`;
}

/** What the scale's two ends, and its middle if it has one, stand for. */
export function scaleEnds(values, best, music) {
  if (best === "music") {
    return [`⅛ of the music’s`, `the music’s ${written(music)}`, `${FOLD} times`];
  }
  const known = values.filter((value) => value !== null);
  const ends = [Math.min(...known), Math.max(...known)].map(written);
  return best === "low" ? ends : ends.reverse();
}

function heatLegend(values, best, music) {
  const ends = scaleEnds(values, best, music);
  const from = best === "music" ? -1 : 0;
  const stops = [from, 0, 1].map((bad) => heatColour(bad, best));
  const said = ends.map((end) => `<span>${end}</span>`).join("");
  return (
    `<div class="dm-scale" style="background: linear-gradient(to right, ` +
    `${stops.join(", ")})"></div><div class="dm-ends">${said}</div>`
  );
}

export class HeatMap {
  /** `pick({ alpha, gamma })` is called with the settings of the cell pressed. */
  constructor(host, networks, pick) {
    this.pick = pick;
    host.innerHTML =
      `<div class="dm-heat"><span class="dm-axis dm-up">alpha</span>` +
      `<div class="dm-heads dm-alphas"></div>` +
      `<div class="dm-cells" role="group"></div>` +
      `<div class="dm-heads dm-gammas"></div><span class="dm-axis">gamma</span></div>` +
      `<div class="dm-heat-legend"></div>`;
    const part = (name) => host.querySelector(`.dm-${name}`);
    this.field = part("cells");
    this.legend = part("heat-legend");
    this.heads = { alphas: part("alphas"), gammas: part("gammas") };
    this.field.addEventListener("click", (event) => this.pressed(event.target));
    this.field.addEventListener("keydown", (event) => this.walk(event));
    this.networks = networks;
  }

  /** Lay out the cells of these networks, the lowest alpha at the bottom. */
  set networks(networks) {
    const { alphas, gammas, cells } = networks;
    this.told = networks;
    const heads = (values) => values.map((value) => `<span>${value}</span>`).join("");
    this.heads.alphas.innerHTML = heads([...alphas].reverse());
    this.heads.gammas.innerHTML = heads(gammas);
    this.field.style.aspectRatio = `${gammas.length} / ${0.8 * alphas.length}`;
    this.field.innerHTML = `${cells.map(() => "<button></button>").join("")}<i></i>`;
    this.buttons = [...this.field.querySelectorAll("button")];
    cells.forEach((cell, index) => {
      this.put(this.buttons[index], cell);
      this.buttons[index].className = cell.trained ? "dm-mark" : "dm-cell";
    });
  }

  /** Move something to where alpha and gamma are, inside the map. */
  put(element, settings) {
    const { alphas, gammas } = this.told;
    const place = this.told.place(settings);
    const inside = (at, count) => Math.max(-0.5, Math.min(count - 0.5, at));
    const x = (inside(place.x, gammas.length) + 0.5) / gammas.length;
    const y = (inside(place.y, alphas.length) + 0.5) / alphas.length;
    element.style.left = `${(100 * x).toFixed(2)}%`;
    element.style.bottom = `${(100 * y).toFixed(2)}%`;
    element.style.setProperty("--dm-across", gammas.length);
    element.style.setProperty("--dm-down", alphas.length);
  }

  /** Colour the cells by a measure, and mark where one stands and the cell shown. */
  show({ rule, measure, music, settings, nearest }) {
    const { said, best } = MEASURE_NAMES[measure];
    const { told } = this;
    const values = told.recorded(rule, measure);
    const scale = heatScale(values, best, music);
    this.buttons.forEach((button, index) => {
      const value = told.value(index, rule, measure);
      const { trained } = told.cells[index];
      const colour = value === null ? "transparent" : heatColour(scale(value), best);
      button.style.background = colour;
      button.textContent = trained ? "◆" : written(value);
      const name = `${cellName(told.cells[index])}: ${written(value)}`;
      button.setAttribute("aria-label", trained ? `trained here, ${name}` : name);
      button.setAttribute("aria-pressed", index === nearest);
      button.tabIndex = index === nearest ? 0 : -1;
    });
    this.field.setAttribute("aria-label", `The sweep: ${said}`);
    this.legend.innerHTML = heatLegend(values, best, music);
    this.mark(settings, told.cells[nearest]);
  }

  /** A dot where one stands; on a cell its frame says so, and its figure stays clear. */
  mark(settings, { alpha, gamma }) {
    const dot = this.field.querySelector("i");
    dot.hidden = settings.alpha === alpha && settings.gamma === gamma;
    this.put(dot, settings);
  }

  pressed(element) {
    const index = this.buttons.indexOf(element.closest("button"));
    if (index >= 0) this.pick(this.told.cells[index]);
  }

  /** Arrow keys go to the next cell; a press of it then sets both sliders. */
  walk(event) {
    const step = ARROWS[event.key];
    const index = this.buttons.indexOf(event.target.closest("button"));
    if (!step || index < 0) return;
    event.preventDefault();
    const { alphas, gammas, cells } = this.told;
    const here = this.told.place(cells[index]);
    const wanted = { x: Math.round(here.x) + step[0], y: Math.round(here.y) + step[1] };
    const next = cells.findIndex(
      (cell) =>
        !cell.trained &&
        cell.gamma === gammas[wanted.x] &&
        cell.alpha === alphas[wanted.y],
    );
    if (next >= 0) this.buttons[next].focus();
  }
}
