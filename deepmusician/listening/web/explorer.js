// The widget of chapter 3: alpha and gamma, the loss, its map, and what is played.
import { HeatMap } from "./explorer_heat.js";
import { MEASURE_NAMES, measureSentence, RULE_NAMES } from "./explorer_measures.js";
import { Networks } from "./explorer_networks.js";
import { focalLegend, focalPicture } from "./explorer_panels.js";
import { HeardPiece } from "./explorer_piece.js";
import { TrainingButton } from "./explorer_training.js";
import {
  gammaSentence,
  nearestSentence,
  ruleSentence,
  spokenSentence,
  thresholdSentence,
} from "./explorer_words.js";

const EXPLORER_TRAITS = ["alpha", "gamma", "rule", "measure"];
const SETTLED = 600; // milliseconds without a change, before it is told to screen readers
let explorers = 0; // of this page, so that their radio buttons keep apart

function choices(name, rules) {
  const radio = ([rule, said]) =>
    `<label><input type="radio" name="${name}" value="${rule}"><span>${said}</span></label>`;
  const options = Object.entries(MEASURE_NAMES).map(
    ([measure, { name: said }]) => `<option value="${measure}">${said}</option>`,
  );
  const known = Object.entries(RULE_NAMES).filter(([rule]) => rules.includes(rule));
  return {
    rules: known.map(radio).join(""),
    measures: options.join(""),
  };
}

function explorerFrame(name, known) {
  const { rules, measures } = choices(name, known);
  return `
    <div class="dm-panels"></div>${focalLegend()}
    <p class="dm-sentence"></p>
    <div class="dm-halves">
      <section aria-label="The sweep">
        <label class="dm-title-row"><b>The sweep</b><select>${measures}</select></label>
        <div class="dm-map-host"></div>
        <p class="dm-soft dm-measure"></p>
      </section>
      <section class="dm-plays" aria-label="What it plays">
        <fieldset><legend>Decision rule</legend><div>${rules}</div></fieldset>
        <p class="dm-soft dm-rule"></p>
        <p class="dm-nearest"></p>
        <div class="dm-piece-host"></div>
      </section>
      <section class="dm-training" aria-label="Train your own"></section>
    </div>
    <div class="dm-unseen" role="status"></div>`;
}

function settingsOf(model) {
  const told = EXPLORER_TRAITS.map((name) => [name, model.get(name)]);
  const tidy = (value) =>
    typeof value === "number" ? Number(value.toFixed(4)) : value;
  return Object.fromEntries(told.map(([name, value]) => [name, tidy(value)]));
}

/** Give the sliders of ipywidgets, which have labels beside them alone, their names. */
function nameSliders(el) {
  const card = el.closest(".dm-explorer-card");
  for (const slider of card?.querySelectorAll(".widget-slider") ?? []) {
    const name = slider.querySelector(".widget-label").textContent;
    slider.querySelector(".noUi-handle")?.setAttribute("aria-label", name);
    slider
      .querySelector(".widget-readout")
      ?.setAttribute("aria-label", `${name}, typed`);
  }
}

class Explorer {
  constructor({ model, el, sound, networks }) {
    Object.assign(this, { model, el, networks });
    explorers += 1;
    el.innerHTML = explorerFrame(`dm-rule-${explorers}`, networks.rules);
    const part = (name) => el.querySelector(name);
    this.drawing = part(".dm-panels");
    this.select = part("select");
    this.heat = new HeatMap(part(".dm-map-host"), networks, (cell) => this.go(cell));
    this.piece = new HeardPiece(part(".dm-piece-host"), sound);
    this.training = new TrainingButton(part(".dm-training"), model);
    this.select.addEventListener("change", () =>
      this.set("measure", this.select.value),
    );
    part("fieldset").addEventListener("change", ({ target }) =>
      this.set("rule", target.value),
    );
    this.listen();
    this.draw();
  }

  /** Follow the model and the width. */
  listen() {
    const { model } = this;
    const soon = () => {
      if (this.isDue) return; // two traits that change together are drawn once
      this.isDue = true;
      queueMicrotask(() => this.draw());
    };
    const reread = async () => {
      this.networks = await Networks.read(model);
      this.heat.networks = this.networks;
      this.draw();
    };
    const events = EXPLORER_TRAITS.map((name) => [`change:${name}`, soon]);
    events.push(["change:planes", reread]);
    for (const [name, hear] of events) model.on(name, hear);
    // in the next frame, for a picture that grows while it is watched is an error
    const resize = () => {
      nameSliders(this.el);
      if (this.drawing.clientWidth !== this.width) this.drawPanels(settingsOf(model));
    };
    const watcher = new ResizeObserver(() => requestAnimationFrame(resize));
    watcher.observe(this.el);
    this.deafen = () => {
      watcher.disconnect();
      for (const [name, hear] of events) model.off(name, hear);
    };
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  /** Set both sliders to a cell. */
  go({ alpha, gamma }) {
    this.model.set("alpha", alpha);
    this.model.set("gamma", gamma);
    this.model.save_changes();
  }

  draw() {
    this.isDue = false;
    nameSliders(this.el);
    const settings = settingsOf(this.model);
    const { rule, measure } = settings;
    const music = this.model.get("music");
    const nearest = this.networks.nearest(settings);
    this.drawPanels(settings);
    this.heat.show({ rule, measure, music, settings, nearest });
    this.piece.show(this.networks, nearest, rule, music);
    this.training.show(settings);
    this.say(settings, this.networks.cells[nearest]);
  }

  drawPanels(settings) {
    this.width = this.drawing.clientWidth;
    this.drawing.innerHTML = focalPicture(settings, Math.max(260, this.width || 640));
  }

  say(settings, cell) {
    const { rule, measure } = settings;
    const texts = {
      ".dm-sentence": `${gammaSentence(settings)} ${thresholdSentence(settings)}`,
      ".dm-measure": measureSentence(measure, rule, cell),
      ".dm-rule": ruleSentence(rule, settings),
      ".dm-nearest": nearestSentence(cell, settings),
    };
    for (const [name, text] of Object.entries(texts)) {
      this.el.querySelector(name).textContent = text;
    }
    this.select.value = measure;
    this.el.querySelector(`input[value="${rule}"]`).checked = true;
    clearTimeout(this.later);
    const spoken = spokenSentence(cell, settings, rule, this.piece.density);
    const aside = this.el.querySelector(":scope > .dm-unseen");
    this.later = setTimeout(() => {
      aside.textContent = spoken;
    }, SETTLED);
  }

  destroy() {
    clearTimeout(this.later);
    this.deafen();
    this.piece.destroy();
    this.training.destroy();
  }
}

/** Draw the explorer into its element until it is taken away. */
export async function explorer({ model, el, sound }) {
  el.classList.add("dm-explorer");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
  const networks = await Networks.read(model);
  const drawn = new Explorer({ model, el, sound, networks });
  return () => drawn.destroy();
}
