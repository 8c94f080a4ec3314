// The explorer of alpha and gamma: the loss, its calibration, the sweep and its music.
import { HeatMap } from "./heat.js";
import { MEASURES, measureSentence, RULE_NAMES } from "./measures.js";
import { Networks } from "./networks.js";
import { focalLegend, focalPicture } from "./panels.js";
import { ExplorerPiece } from "./piece.js";
import { TrainingButton } from "./training.js";
import {
  announcedSentence,
  gammaSentence,
  nearestSentence,
  ruleSentence,
  thresholdSentence,
} from "./words.js";

const EXPLORER_TRAITS = ["alpha", "gamma", "rule", "measure"];
const ANNOUNCE_DELAY = 600; // milliseconds without a change before one is announced
let explorerCount = 0; // keeps the radio buttons of several explorers apart

function choices(name, rules) {
  const radio = ([rule, label]) =>
    `<label><input type="radio" name="${name}" value="${rule}"><span>${label}</span></label>`;
  const options = Object.entries(MEASURES).map(
    ([measure, { name: label }]) => `<option value="${measure}">${label}</option>`,
  );
  const available = Object.entries(RULE_NAMES).filter(([rule]) => rules.includes(rule));
  return {
    rules: available.map(radio).join(""),
    measures: options.join(""),
  };
}

function explorerMarkup(name, ruleNames) {
  const { rules, measures } = choices(name, ruleNames);
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
        <div class="dm-figures"></div>
      </section>
      <section class="dm-piece" aria-label="Its music"></section>
      <section class="dm-training" aria-label="Train your own"></section>
    </div>
    <div class="dm-unseen" role="status"></div>`;
}

function settingsOf(model) {
  const traits = EXPLORER_TRAITS.map((name) => [name, model.get(name)]);
  const rounded = (value) =>
    typeof value === "number" ? Number(value.toFixed(4)) : value;
  return Object.fromEntries(traits.map(([name, value]) => [name, rounded(value)]));
}

/** Name the sliders of ipywidgets, whose visible labels are not their names. */
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
  constructor({ model, el, sound, repository, networks }) {
    Object.assign(this, { model, el, networks });
    explorerCount += 1;
    el.innerHTML = explorerMarkup(`dm-rule-${explorerCount}`, networks.rules);
    const element = (name) => el.querySelector(name);
    this.drawing = element(".dm-panels");
    this.select = element("select");
    this.heat = new HeatMap(element(".dm-map-host"), networks, (cell) => this.go(cell));
    this.piece = new ExplorerPiece(el, sound);
    this.training = new TrainingButton(element(".dm-training"), model, repository);
    this.select.addEventListener("change", () =>
      this.set("measure", this.select.value),
    );
    element("fieldset").addEventListener("change", ({ target }) =>
      this.set("rule", target.value),
    );
    this.listen();
    this.draw();
  }

  /** Follow the model and the width. */
  listen() {
    const { model } = this;
    const drawSoon = () => {
      if (this.isDue) return; // two traits that change together are drawn once
      this.isDue = true;
      queueMicrotask(() => this.draw());
    };
    const reread = async () => {
      this.networks = await Networks.read(model);
      this.heat.networks = this.networks;
      this.draw();
    };
    const events = EXPLORER_TRAITS.map((name) => [`change:${name}`, drawSoon]);
    events.push(["change:planes", reread]);
    for (const [name, handler] of events) model.on(name, handler);
    // in the next frame: resizing what is observed at once would be an error
    const resize = () => {
      nameSliders(this.el);
      if (this.drawing.clientWidth !== this.width) this.drawPanels(settingsOf(model));
    };
    const observer = new ResizeObserver(() => requestAnimationFrame(resize));
    observer.observe(this.el);
    this.stopListening = () => {
      observer.disconnect();
      for (const [name, handler] of events) model.off(name, handler);
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
    this.showTexts(settings, this.networks.cells[nearest]);
  }

  drawPanels(settings) {
    this.width = this.drawing.clientWidth;
    this.drawing.innerHTML = focalPicture(settings, Math.max(260, this.width || 640));
  }

  showTexts(settings, cell) {
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
    clearTimeout(this.announceTimer);
    const announcement = announcedSentence(cell, settings, rule, this.piece.density);
    const status = this.el.querySelector(":scope > .dm-unseen");
    this.announceTimer = setTimeout(() => {
      status.textContent = announcement;
    }, ANNOUNCE_DELAY);
  }

  destroy() {
    clearTimeout(this.announceTimer);
    this.stopListening();
    this.piece.destroy();
    this.training.destroy();
  }
}

/** Draw the explorer into its element; returns how to remove it. */
export async function explorer({ model, el, sound, repository }) {
  el.classList.add("dm-explorer");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
  const networks = await Networks.read(model);
  const view = new Explorer({ model, el, sound, repository, networks });
  return () => view.destroy();
}
