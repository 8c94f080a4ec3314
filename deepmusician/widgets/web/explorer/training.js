// The button that trains a network of the reader's own, where there is a kernel.
import { formatNumber } from "./measures.js";

const ANSWER_MILLISECONDS = 2500; // how long a kernel may take to answer
const CHAPTER = "book/focal_loss.ipynb";
const BINDER = "https://mybinder.org/v2/gh/";
const COLAB = "https://colab.research.google.com/github/";

const INVITATION =
  "Trains a network with this alpha and gamma, which takes a minute or two.";

/** How to get a kernel, as HTML. `repository` is its address on GitHub. */
function howToTrain(repository) {
  const name = repository.split("/").slice(-2).join("/");
  return `
  <p>Training needs Python, and no kernel answers on this page. Three ways to get
    one:</p>
  <ul>
    <li><a href="${BINDER}${name}/main?labpath=${CHAPTER}">Open this chapter in Binder</a>, in the browser.</li>
    <li><a href="${COLAB}${name}/blob/main/${CHAPTER}">Open it in Colab</a>, in the browser.</li>
    <li>Clone <a href="${repository}">the repository</a> and run
      <code>make lab</code>.</li>
  </ul>
  <p>Then run the chapter’s cells. If you are in a notebook already, its kernel is
    busy or has been stopped.</p>`;
}

const PHASES = {
  reading: "Reading the music",
  training: "Training",
  listening: "Measuring what it composes",
};

/** A report of the kernel in words. */
export function reportInWords({
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
  if (tell === "stopped") return `Stopped. Train the same alpha and gamma to resume.`;
  if (tell === "failed") return `Training failed: ${why}`;
  if (tell === "started") return "Starting a process for the training …";
  const done =
    phase === "training" && epoch
      ? `, epoch ${epoch} of ${epochs} done, validation NLL ${formatNumber(valid_nll)}`
      : "";
  return `${PHASES[phase]}: ${name}${done} …`;
}

export class TrainingButton {
  constructor(host, model, repository) {
    this.model = model;
    this.hasKernel = false;
    this.isBusy = false;
    host.innerHTML =
      `<div class="dm-row"><button type="button"></button>` +
      `<progress max="1" value="0" aria-label="Training progress" hidden></progress></div>` +
      `<p class="dm-soft" role="status">${INVITATION}</p>` +
      `<div class="dm-how" hidden>${howToTrain(repository)}</div>`;
    [this.button, this.bar, this.words, this.instructions] = [
      ...["button", "progress", "p", ".dm-how"].map((name) => host.querySelector(name)),
    ];
    this.button.addEventListener("click", () => this.onPress());
    this.listener = (message) => this.receive(message);
    model.on("msg:custom", this.listener);
    this.send({ ask: "hello" });
  }

  /** Show what a press would train. */
  show({ alpha, gamma }) {
    this.settings = { alpha, gamma };
    this.button.textContent = this.isBusy
      ? "Stop training"
      : `Train alpha ${alpha}, gamma ${gamma}`;
  }

  send(message) {
    try {
      this.model.send(message);
    } catch {
      this.hasKernel = false; // a dead one refuses messages
    }
  }

  async onPress() {
    if (this.isBusy) return this.send({ ask: "stop" });
    this.instructions.hidden = true;
    this.words.textContent = "";
    if (await this.kernelAnswers()) this.send({ ask: "train", ...this.settings });
    else this.instructions.hidden = false;
  }

  /** Whether a kernel answers now: it may have died since it last did. */
  kernelAnswers() {
    this.hasKernel = false;
    this.send({ ask: "hello" });
    return new Promise((resolve) => {
      this.confirmKernel = () => resolve(true);
      if (this.model.comm_live === false) return resolve(false);
      setTimeout(() => resolve(this.hasKernel), ANSWER_MILLISECONDS);
    });
  }

  receive(message) {
    if (message.tell === "here") {
      this.hasKernel = true;
      this.confirmKernel?.();
      if (message.busy !== this.isBusy) this.setBusy(message.busy);
      return;
    }
    this.setBusy(["started", "progress"].includes(message.tell));
    this.words.textContent = reportInWords(message);
    if (message.phase === "training") this.bar.value = message.share;
    else this.bar.removeAttribute("value"); // running, for an unknown time
  }

  setBusy(busy) {
    this.isBusy = busy;
    this.bar.hidden = !busy;
    this.show(this.settings);
  }

  destroy() {
    this.model.off("msg:custom", this.listener);
  }
}
