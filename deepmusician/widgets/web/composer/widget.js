// The composer: settings, a beginning, and takes that play while they are composed.

import { Composition, Network } from "../network/network.js";
import { elementsOf } from "../page/elements.js";
import { yieldToBrowser } from "../page/time_slices.js";
import { Transport } from "../player/transport.js";
import { Beginning } from "./beginning.js";
import { BeginningPanel } from "./beginning_panel.js";
import { FIRST_SETTINGS, settingsInWords, withCommas } from "./settings.js";
import { SettingsForm } from "./settings_form.js";
import { sharedTake } from "./share.js";
import { TakeComposer } from "./take_composer.js";
import { TakeList } from "./take_list.js";
import { TakePlayer } from "./take_player.js";
import { Takes, takeFacts } from "./takes.js";

const COMPOSER_MARKUP = `
  <p class="dm-shared" data-element="shared" hidden></p>
  <div data-element="beginning"></div>
  <div data-element="settings"></div>
  <div class="dm-row dm-actions">
    <button type="button" class="dm-main dm-compose" data-element="compose" disabled>
      Compose</button>
    <button type="button" data-element="stop" disabled>Stop</button>
    <progress data-element="bar" aria-label="Steps composed" hidden></progress>
    <span class="dm-soft" data-element="status" aria-hidden="true"></span>
  </div>
  <p class="dm-error" data-element="error" role="alert"></p>
  <p class="dm-unseen" data-element="live" role="status" aria-live="polite"></p>
  <div data-element="player"></div>
  <div data-element="takes"></div>`;
const READING = "The network is reading the beginning …";
const WAITING = ", and the music is waiting for it";
const REDRAW_MILLISECONDS = 100; // between two drawings of a growing piece
const ANNOUNCED_STEPS = 48; // at least, between two announcements of progress
const ANNOUNCED_MILLISECONDS = 2000; // at least, too

/** Traits: `weights`, `openings` (pieces to continue) and `gain`, for all takes. */
export function composer({ model, el, sound }) {
  const view = new ComposerView(model, el, sound);
  view.open();
  return () => view.destroy();
}

function stepOf({ growingPiece, settings }) {
  return `step ${withCommas(growingPiece.newSteps)} of ${withCommas(settings.length)}`;
}

class ComposerView {
  constructor(model, el, sound) {
    Object.assign(this, { model, el, sound, gain: model.get("gain") });
    el.classList.add("dm", "dm-composer");
    el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
    el.innerHTML = COMPOSER_MARKUP;
    this.elements = elementsOf(el);
    this.takes = new Takes();
    this.transport = new Transport(sound);
    this.form = new SettingsForm(this.elements.settings);
    this.form.fill(FIRST_SETTINGS);
    this.onHashChange = () => this.openLink();
  }

  /** Load the network, then all that depends on it. */
  async open() {
    this.showStatus("Loading the network …");
    await yieldToBrowser();
    try {
      this.network = await Network.open(this.model.get("weights"));
    } catch (error) {
      this.showStatus("");
      return this.showError(error.message);
    }
    if (this.isDestroyed) return;
    this.build();
    this.showStatus("");
    this.openLink();
    window.addEventListener("hashchange", this.onHashChange);
  }

  destroy() {
    this.isDestroyed = true;
    window.removeEventListener("hashchange", this.onHashChange);
    this.takeComposer?.stop();
    this.panel?.destroy();
    this.player?.destroy();
  }

  // --- what it consists of

  build() {
    const { config, about } = this.network;
    this.grid = { stepsPerQuarter: config.stepsPerQuarter, most: config.context };
    this.form.grid = config.stepsPerQuarter;
    this.form.fill({ ...FIRST_SETTINGS, tempo: about.tempo });
    if (!(about.densityThreshold > 0)) this.form.disableRule("density");
    this.addBeginning();
    this.addTakeComposer();
    this.addTakes();
    this.elements.compose.disabled = false;
    this.elements.compose.addEventListener("click", () => this.compose());
    this.elements.stop.addEventListener("click", () => this.takeComposer.stop());
  }

  addBeginning() {
    const { stepsPerQuarter, most } = this.grid;
    this.panel = new BeginningPanel(this.elements.beginning, {
      sound: this.sound,
      beginning: new Beginning(stepsPerQuarter, most),
      openings: this.model.get("openings"),
      gain: this.gain,
      tempo: () => this.form.tempo,
      onMessage: (text) => this.showError(text),
    });
  }

  addTakeComposer() {
    const { transport, takes, network, gain } = this;
    this.takeComposer = new TakeComposer({
      transport,
      takes,
      gain,
      plane: network.config.plane,
      start: (options) => new Composition(network, options),
    });
    this.takeComposer.addEventListener("progress", () => this.progress());
    transport.addEventListener("change", () => this.updateButtons());
  }

  addTakes() {
    const { transport, takes } = this;
    this.player = new TakePlayer(this.elements.player, {
      transport,
      onTempo: () => {
        this.form.tempo = transport.tempo;
        this.form.refresh();
      },
    });
    this.list = new TakeList(this.elements.takes, {
      takes,
      transport,
      network: this.network.about.run ?? "",
      onPlay: (take) => this.play(take),
      onRemove: (take) => this.remove(take),
      onError: (text) => this.showError(text),
    });
    takes.addEventListener("change", () => this.player.show(takes.current));
  }

  // --- what the reader does

  async compose() {
    const { settings, complaints } = this.form.read();
    const [[name, complaint] = []] = Object.entries(complaints);
    this.showError(complaint ?? "");
    if (name) return this.form.focus(name);
    this.elements.shared.hidden = true;
    this.transport.setTempo(null);
    try {
      const take = await this.takeComposer.compose(
        settings,
        this.panel.beginning.copy(),
      );
      const summary = `Take ${take.number}: ${takeFacts(take, this.transport.tempo)}.`;
      if (!this.takeComposer.take) this.announce(summary);
    } catch (error) {
      this.showError(error.message);
    }
  }

  /** Play a take from where the last one was; pause the current one. */
  play(take) {
    if (take === this.takes.current) return this.transport.toggle();
    this.takes.choose(take);
    this.transport.load(take.growingPiece.piece);
    return this.transport.play();
  }

  remove(take) {
    if (take === this.takeComposer.take) this.takeComposer.stop();
    const wasCurrent = take === this.takes.current;
    this.takes.remove(take);
    const { current } = this.takes;
    if (!wasCurrent) return;
    this.transport.pause();
    if (current) this.transport.load(current.growingPiece.piece);
  }

  /** Set everything as in the address of the page, if it is that of a take. */
  openLink() {
    try {
      const shared = sharedTake(location.hash, this.grid);
      if (!shared) return;
      this.form.fill(shared.settings);
      this.panel.set(shared.beginning);
      this.showShared(shared);
      this.showError("");
    } catch (error) {
      this.showError(error.message);
    }
  }

  showShared({ settings, beginning, network }) {
    const { shared, compose } = this.elements;
    const after = beginning.name ? `, after ${beginning.name}` : "";
    const isOther = network !== (this.network.about.run ?? "");
    const other = isOther
      ? " It was composed by another network, so the notes will differ."
      : "";
    shared.textContent =
      `You opened a link to a take: ${settingsInWords(settings)}${after}. ` +
      `Press Compose to hear it.${other}`;
    shared.hidden = false;
    this.el.scrollIntoView({ block: "start" });
    compose.focus({ preventScroll: true });
  }

  // --- what is shown and announced

  progress() {
    const { take } = this.takeComposer;
    this.updateButtons();
    if (!take) return this.player.show(this.takes.current);
    const { newSteps } = take.growingPiece;
    const now = performance.now();
    if (now - (this.drawnAt ?? 0) >= REDRAW_MILLISECONDS || newSteps === 0) {
      this.drawnAt = now;
      this.showGrowth(take);
    }
    const since = newSteps - (this.announcedStep ?? 0);
    const isFar = since >= ANNOUNCED_STEPS || since < 0;
    const isLate = now - (this.announcedAt ?? 0) >= ANNOUNCED_MILLISECONDS;
    if (isFar && isLate) this.announce(stepOf(take), newSteps);
  }

  showGrowth(take) {
    if (take === this.takes.current) this.player.show(take);
    const { newSteps } = take.growingPiece;
    Object.assign(this.elements.bar, { max: take.settings.length, value: newSteps });
    const isLate = this.takeComposer.isWaiting && this.transport.position > 0;
    this.showStatus(newSteps === 0 ? READING : stepOf(take) + (isLate ? WAITING : ""));
  }

  updateButtons() {
    const isComposing = Boolean(this.takeComposer.take);
    this.elements.bar.hidden = !isComposing;
    this.elements.stop.disabled = !isComposing && !this.transport.isWanted;
    if (!isComposing) this.showStatus("");
  }

  announce(text, step = 0) {
    this.announcedAt = performance.now();
    this.announcedStep = step;
    this.elements.live.textContent = text;
  }

  showStatus(text) {
    this.elements.status.textContent = text;
  }

  showError(text) {
    this.elements.error.textContent = text;
  }
}
