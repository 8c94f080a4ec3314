// The composer's controls: length, decision rule, temperature and seed.

import { elementsOf } from "../page/elements.js";
import { COMPOSER_NUMBERS, checkedSettings, lengthInWords } from "./settings.js";

const RANDOM_SEEDS = 1e6; // how many the dice can show
const RULE_WORDS = {
  sample: "Plays each key with the probability that the network predicts.",
  threshold: "Plays every key whose probability is above the threshold.",
  density: "Plays only the likeliest keys, as many as in the music it was trained on.",
};

let formCount = 0;

function ruleMarkup(rule, form) {
  return (
    `<label><input type="radio" name="dm-rule-${form}" value="${rule}">` +
    `<span>${rule}</span></label>`
  );
}

function numberMarkup(name, step) {
  const { least, most } = COMPOSER_NUMBERS[name];
  const mode = step === 1 ? "numeric" : "decimal";
  return (
    `<input type="number" data-element="${name}" min="${least}" max="${most}" ` +
    `step="${step}" inputmode="${mode}" autocomplete="off" required>`
  );
}

function formMarkup(form) {
  return `
    <div class="dm-field">
      <label>Length in steps ${numberMarkup("length", 1)}</label>
      <span class="dm-soft" data-element="duration"></span>
    </div>
    <div class="dm-field">
      <label>Temperature ${numberMarkup("temperature", 0.05)}</label>
      <input type="range" data-element="temperatureSlider" min="0.3" max="1.7"
        step="0.05" aria-label="Temperature slider">
    </div>
    <div class="dm-field">
      <label for="dm-seed-${form}">Seed</label>
      <div class="dm-seed">
        ${numberMarkup("seed", 1).replace("<input", `<input id="dm-seed-${form}"`)}
        <button type="button" data-element="randomSeed" aria-label="Random seed">
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <rect x="3" y="3" width="18" height="18" rx="4" fill="none"
              stroke="currentColor" stroke-width="2"/>
            <g fill="currentColor"><circle cx="8" cy="8" r="1.7"/>
              <circle cx="16" cy="8" r="1.7"/><circle cx="12" cy="12" r="1.7"/>
              <circle cx="8" cy="16" r="1.7"/><circle cx="16" cy="16" r="1.7"/></g>
          </svg>
        </button>
      </div>
    </div>
    <fieldset class="dm-field dm-rules">
      <legend>Rule</legend>
      <div class="dm-segments" data-element="rules">
        ${Object.keys(RULE_WORDS)
          .map((rule) => ruleMarkup(rule, form))
          .join("")}
      </div>
      <label class="dm-threshold" data-element="thresholdField" hidden>
        Threshold ${numberMarkup("threshold", 0.05)}</label>
      <span class="dm-soft" data-element="ruleWords"></span>
    </fieldset>`;
}

/** A form of settings. */
export class SettingsForm {
  constructor(host) {
    formCount += 1;
    this.root = document.createElement("div");
    this.root.className = "dm-settings";
    this.root.innerHTML = formMarkup(formCount);
    host.append(this.root);
    this.elements = elementsOf(this.root);
    this.grid = 4;
    this.tempo = 100;
    this.listen();
  }

  /** Show settings. */
  fill(settings) {
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      if (this.elements[name]) this.elements[name].value = settings[name];
    }
    this.tempo = settings.tempo;
    this.ruleButton(settings.rule).checked = true;
    this.refresh();
  }

  /** {settings, complaints} of what is in the form; its invalid fields are marked. */
  read() {
    const typed = { tempo: this.tempo, rule: this.rule };
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      if (this.elements[name]) typed[name] = this.elements[name].value;
    }
    if (typed.rule !== "threshold") delete typed.threshold;
    const checked = checkedSettings({ threshold: 0.5, ...typed });
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      this.elements[name]?.setAttribute("aria-invalid", name in checked.complaints);
    }
    return checked;
  }

  get rule() {
    return this.elements.rules.querySelector(":checked")?.value;
  }

  /** Disable a rule where the network's file lacks what it needs. */
  disableRule(rule) {
    this.ruleButton(rule).disabled = true;
  }

  focus(name) {
    this.elements[name]?.focus();
  }

  // --- internals

  ruleButton(rule) {
    return this.elements.rules.querySelector(`[value="${rule}"]`);
  }

  listen() {
    const { root, elements } = this;
    elements.temperatureSlider.addEventListener("input", () => {
      elements.temperature.value = elements.temperatureSlider.value;
    });
    elements.randomSeed.addEventListener("click", () => {
      elements.seed.value = Math.floor(Math.random() * RANDOM_SEEDS);
      this.refresh();
    });
    root.addEventListener("input", () => this.refresh());
  }

  /** Show what the settings amount to. */
  refresh() {
    const { elements, rule } = this;
    const { settings, complaints } = this.read();
    elements.temperatureSlider.value = settings.temperature;
    elements.duration.textContent =
      complaints.length ?? lengthInWords(settings.length, this.grid, this.tempo);
    elements.thresholdField.hidden = rule !== "threshold";
    elements.ruleWords.textContent = RULE_WORDS[rule];
    elements.seed.disabled = rule !== "sample";
    elements.randomSeed.disabled = rule !== "sample";
  }
}
