// The button that trains a network of the reader's own, where there is a kernel to.
import { written } from "./explorer_measures.js";

const ANSWER = 2500; // milliseconds that a kernel may take to say that it is there
const REPOSITORY = "deep-musician/deep-musician";
const CHAPTER = "book/focal_loss.ipynb";
const BINDER = `https://mybinder.org/v2/gh/${REPOSITORY}/main?labpath=${CHAPTER}`;
const COLAB = `https://colab.research.google.com/github/${REPOSITORY}/blob/main/${CHAPTER}`;

const PROMISE =
  "Trains a network with just these two: a minute or two with the sweep’s settings.";
const HOW_TO = `
  <p>Training needs Python, and no kernel answers on this page. Three ways to get one:</p>
  <ul>
    <li><a href="${BINDER}">Open this chapter in Binder</a>, in the browser.</li>
    <li><a href="${COLAB}">Open it in Colab</a>, in the browser.</li>
    <li>Clone <a href="https://github.com/${REPOSITORY}">the repository</a> and run
      <code>make lab</code>.</li>
  </ul>
  <p>Then run the chapter’s cells. If you are in a notebook already, its kernel is busy
  or has been stopped.</p>`;

const PHASES = {
  reading: "Reading the music",
  training: "Training",
  listening: "Listening to what it plays by itself",
};

/** What a report of the kernel says, in words. */
export function reportWords({
  tell,
  phase,
  epoch,
  epochs,
  valid_nll,
  why,
  ...settings
}) {
  const name = `alpha ${settings.alpha}, gamma ${settings.gamma}`;
  if (tell === "done") return `Trained: ${name}. It is the diamond on the map.`;
  if (tell === "stopped") return `Stopped. The same alpha and gamma go on from there.`;
  if (tell === "failed") return `This did not work: ${why}`;
  if (tell === "started") return "Starting a process to train in …";
  const done =
    phase === "training" && epoch
      ? `, epoch ${epoch} of ${epochs} done, validation NLL ${written(valid_nll)}`
      : "";
  return `${PHASES[phase]}: ${name}${done} …`;
}

export class TrainingButton {
  constructor(host, model) {
    this.model = model;
    this.hasKernel = false;
    this.isBusy = false;
    host.innerHTML =
      `<div class="dm-row"><button type="button"></button>` +
      `<progress max="1" value="0" aria-label="training" hidden></progress></div>` +
      `<p class="dm-soft" role="status">${PROMISE}</p>` +
      `<div class="dm-how" hidden>${HOW_TO}</div>`;
    [this.button, this.bar, this.words, this.how] = [
      ...["button", "progress", "p", ".dm-how"].map((name) => host.querySelector(name)),
    ];
    this.button.addEventListener("click", () => this.pressed());
    this.hear = (told) => this.heard(told);
    model.on("msg:custom", this.hear);
    this.ask({ ask: "hello" });
  }

  /** Say what a press would train. */
  show({ alpha, gamma }) {
    this.settings = { alpha, gamma };
    this.button.textContent = this.isBusy
      ? "Stop training"
      : `Train alpha ${alpha}, gamma ${gamma}`;
  }

  ask(told) {
    try {
      this.model.send(told);
    } catch {
      this.hasKernel = false; // one that has died refuses messages
    }
  }

  async pressed() {
    if (this.isBusy) return this.ask({ ask: "stop" });
    this.how.hidden = true;
    this.words.textContent = "";
    if (await this.answers()) this.ask({ ask: "train", ...this.settings });
    else this.how.hidden = false;
  }

  /** Whether a kernel is there now: it is asked again, for it may have died. */
  answers() {
    this.hasKernel = false;
    this.ask({ ask: "hello" });
    return new Promise((resolve) => {
      this.known = () => resolve(true);
      if (this.model.comm_live === false) return resolve(false);
      setTimeout(() => resolve(this.hasKernel), ANSWER);
    });
  }

  heard(told) {
    if (told.tell === "here") {
      this.hasKernel = true;
      this.known?.();
      if (told.busy !== this.isBusy) this.become(told.busy);
      return;
    }
    this.become(["started", "progress"].includes(told.tell));
    this.words.textContent = reportWords(told);
    if (told.phase === "training") this.bar.value = told.share;
    else this.bar.removeAttribute("value"); // it goes on, for a time not known
  }

  become(busy) {
    this.isBusy = busy;
    this.bar.hidden = !busy;
    this.show(this.settings);
  }

  destroy() {
    this.model.off("msg:custom", this.hear);
  }
}
