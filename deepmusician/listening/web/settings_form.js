// The composer's controls: how long, by which rule, how daring, and with which dice.
import {
  COMPOSER_NUMBERS,
  checkedSettings,
  lengthInWords,
} from "./composer_settings.js";
import { partsOf } from "./parts.js";

const DICE = 1e6; // seeds that the dice can show
const RULE_WORDS = {
  sample: "Every key by chance, as likely as the network thinks it.",
  threshold: "Every key that the network finds likelier than the threshold.",
  density: "The likeliest keys alone, as many as in the music it learned from.",
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
    `<input type="number" data-part="${name}" min="${least}" max="${most}" ` +
    `step="${step}" inputmode="${mode}" autocomplete="off" required>`
  );
}

function formMarkup(form) {
  return `
    <div class="dm-field">
      <label>Length in steps ${numberMarkup("length", 1)}</label>
      <span class="dm-soft" data-part="lasting"></span>
    </div>
    <div class="dm-field">
      <label>Temperature ${numberMarkup("temperature", 0.05)}</label>
      <input type="range" data-part="warmth" min="0.3" max="1.7" step="0.05"
        aria-label="Temperature, on a slider">
    </div>
    <div class="dm-field">
      <label for="dm-seed-${form}">Seed</label>
      <div class="dm-seed">
        ${numberMarkup("seed", 1).replace("<input", `<input id="dm-seed-${form}"`)}
        <button type="button" data-part="dice" aria-label="Roll the dice for a seed">
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
      <div class="dm-segments" data-part="rules">
        ${Object.keys(RULE_WORDS)
          .map((rule) => ruleMarkup(rule, form))
          .join("")}
      </div>
      <label class="dm-edge" data-part="edge" hidden>Threshold ${numberMarkup("threshold", 0.05)}</label>
      <span class="dm-soft" data-part="ruling"></span>
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
    this.parts = partsOf(this.root);
    this.grid = 4;
    this.tempo = 100;
    this.listen();
  }

  /** Show settings. */
  fill(settings) {
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      if (this.parts[name]) this.parts[name].value = settings[name];
    }
    this.tempo = settings.tempo;
    this.ruleButton(settings.rule).checked = true;
    this.refresh();
  }

  /** {settings, complaints} of what stands in the form; its bad fields are marked. */
  read() {
    const typed = { tempo: this.tempo, rule: this.rule };
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      if (this.parts[name]) typed[name] = this.parts[name].value;
    }
    if (typed.rule !== "threshold") delete typed.threshold;
    const checked = checkedSettings({ threshold: 0.5, ...typed });
    for (const name of Object.keys(COMPOSER_NUMBERS)) {
      this.parts[name]?.setAttribute("aria-invalid", name in checked.complaints);
    }
    return checked;
  }

  get rule() {
    return this.parts.rules.querySelector(":checked")?.value;
  }

  /** Take a rule out, where the network does not know what it needs. */
  forbid(rule) {
    this.ruleButton(rule).disabled = true;
  }

  focus(name) {
    this.parts[name]?.focus();
  }

  // --- behind them

  ruleButton(rule) {
    return this.parts.rules.querySelector(`[value="${rule}"]`);
  }

  listen() {
    const { root, parts } = this;
    parts.warmth.addEventListener("input", () => {
      parts.temperature.value = parts.warmth.value;
    });
    parts.dice.addEventListener("click", () => {
      parts.seed.value = Math.floor(Math.random() * DICE);
      this.refresh();
    });
    root.addEventListener("input", () => this.refresh());
  }

  /** Say what the settings come to. */
  refresh() {
    const { parts, rule } = this;
    const { settings, complaints } = this.read();
    parts.warmth.value = settings.temperature;
    parts.lasting.textContent =
      complaints.length ?? lengthInWords(settings.length, this.grid, this.tempo);
    parts.edge.hidden = rule !== "threshold";
    parts.ruling.textContent = RULE_WORDS[rule];
    parts.seed.disabled = rule !== "sample";
    parts.dice.disabled = rule !== "sample";
  }
}
