// The widget that composes: settings, a beginning, and takes that are heard as they come.
import { Beginning } from "./beginning.js";
import { BeginningPanel } from "./beginning_panel.js";
import { FIRST_SETTINGS, grouped, settingsInWords } from "./composer_settings.js";
import { Composing, Network } from "./network.js";
import { partsOf } from "./parts.js";
import { SettingsForm } from "./settings_form.js";
import { sharedTake } from "./share.js";
import { breath } from "./slices.js";
import { Studio } from "./studio.js";
import { TakeList } from "./take_list.js";
import { TakePlayer } from "./take_player.js";
import { Takes, takeFacts } from "./takes.js";
import { Transport } from "./transport.js";

const COMPOSER_MARKUP = `
  <p class="dm-shared" data-part="shared" hidden></p>
  <div data-part="beginning"></div>
  <div data-part="settings"></div>
  <div class="dm-row dm-acts">
    <button type="button" class="dm-main dm-compose" data-part="compose" disabled>
      Compose</button>
    <button type="button" data-part="stop" disabled>Stop</button>
    <progress data-part="bar" aria-label="Steps composed" hidden></progress>
    <span class="dm-soft" data-part="told" aria-hidden="true"></span>
  </div>
  <p class="dm-error" data-part="error" role="alert"></p>
  <p class="dm-unseen" data-part="live" role="status" aria-live="polite"></p>
  <div data-part="player"></div>
  <div data-part="takes"></div>`;
const LISTENS = "The network listens to what comes before …";
const WAITS = ", and the music waits for it";
const REDRAWN = 100; // milliseconds between two drawings of a piece that grows
const SPOKEN = 48; // steps between two announcements of its growth, at least,
const PAUSE = 2000; // and milliseconds

/** Traits: `weights`, `openings` (pieces to go on from) and `gain`, for all takes. */
export function composer({ model, el, sound }) {
  const view = new ComposerView(model, el, sound);
  view.open();
  return () => view.destroy();
}

function stepOf({ growing, settings }) {
  return `step ${grouped(growing.made)} of ${grouped(settings.length)}`;
}

class ComposerView {
  constructor(model, el, sound) {
    Object.assign(this, { model, el, sound, gain: model.get("gain") });
    el.classList.add("dm", "dm-composer");
    el.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's, for its cells
    el.innerHTML = COMPOSER_MARKUP;
    this.parts = partsOf(el);
    this.takes = new Takes();
    this.transport = new Transport(sound);
    this.form = new SettingsForm(this.parts.settings);
    this.form.fill(FIRST_SETTINGS);
    this.opened = () => this.openLink();
  }

  /** Read the network; then all else can be had. */
  async open() {
    this.tell("Reading the network …");
    await breath();
    try {
      this.network = await Network.open(this.model.get("weights"));
    } catch (error) {
      this.tell("");
      return this.complain(error.message);
    }
    if (this.isGone) return;
    this.furnish();
    this.tell("");
    this.openLink();
    window.addEventListener("hashchange", this.opened);
  }

  destroy() {
    this.isGone = true;
    window.removeEventListener("hashchange", this.opened);
    this.studio?.stop();
    this.panel?.destroy();
    this.player?.destroy();
  }

  // --- what it is made of

  furnish() {
    const { config, about } = this.network;
    this.grid = { stepsPerQuarter: config.stepsPerQuarter, most: config.context };
    this.form.grid = config.stepsPerQuarter;
    this.form.fill({ ...FIRST_SETTINGS, tempo: about.tempo });
    if (!(about.densityThreshold > 0)) this.form.forbid("density");
    this.addBeginning();
    this.addStudio();
    this.addTakes();
    this.parts.compose.disabled = false;
    this.parts.compose.addEventListener("click", () => this.compose());
    this.parts.stop.addEventListener("click", () => this.studio.stop());
  }

  addBeginning() {
    const { stepsPerQuarter, most } = this.grid;
    this.panel = new BeginningPanel(this.parts.beginning, {
      sound: this.sound,
      beginning: new Beginning(stepsPerQuarter, most),
      openings: this.model.get("openings"),
      gain: this.gain,
      tempo: () => this.form.tempo,
      onSaid: (text) => this.complain(text),
    });
  }

  addStudio() {
    const { transport, takes, network, gain } = this;
    this.studio = new Studio({
      transport,
      takes,
      gain,
      plane: network.config.plane,
      start: (options) => new Composing(network, options),
    });
    this.studio.addEventListener("progress", () => this.progress());
    transport.addEventListener("change", () => this.showActs());
  }

  addTakes() {
    const { transport, takes } = this;
    this.player = new TakePlayer(this.parts.player, {
      transport,
      onTempo: () => {
        this.form.tempo = transport.tempo;
        this.form.refresh();
      },
    });
    this.list = new TakeList(this.parts.takes, {
      takes,
      transport,
      network: this.network.about.run ?? "",
      onPlay: (take) => this.play(take),
      onRemove: (take) => this.remove(take),
    });
    takes.addEventListener("change", () => this.player.show(takes.current));
  }

  // --- what the reader does

  async compose() {
    const { settings, complaints } = this.form.read();
    const [[name, complaint] = []] = Object.entries(complaints);
    this.complain(complaint ?? "");
    if (name) return this.form.focus(name);
    this.parts.shared.hidden = true;
    this.transport.setTempo(null);
    try {
      const take = await this.studio.compose(settings, this.panel.beginning.copy());
      const said = `Take ${take.number}: ${takeFacts(take, this.transport.tempo)}.`;
      if (!this.studio.take) this.announce(said);
    } catch (error) {
      this.complain(error.message);
    }
  }

  /** Hear a take where the last one was; the one that is heard, pause. */
  play(take) {
    if (take === this.takes.current) return this.transport.toggle();
    this.takes.choose(take);
    this.transport.load(take.growing.piece);
    return this.transport.play();
  }

  remove(take) {
    if (take === this.studio.take) this.studio.stop();
    const wasCurrent = take === this.takes.current;
    this.takes.remove(take);
    const { current } = this.takes;
    if (!wasCurrent) return;
    this.transport.pause();
    if (current) this.transport.load(current.growing.piece);
  }

  /** Set everything as the address of the page tells, if it tells a take. */
  openLink() {
    try {
      const shared = sharedTake(location.hash, this.grid);
      if (!shared) return;
      this.form.fill(shared.settings);
      this.panel.set(shared.beginning);
      this.offer(shared);
      this.complain("");
    } catch (error) {
      this.complain(error.message);
    }
  }

  offer({ settings, beginning, network }) {
    const { shared, compose } = this.parts;
    const after = beginning.name ? `, after ${beginning.name}` : "";
    const isOther = network !== (this.network.about.run ?? "");
    const other = isOther
      ? " It was made by another network: the notes will differ."
      : "";
    shared.textContent =
      `The link that you opened tells of a take: ${settingsInWords(settings)}${after}. ` +
      `Press Compose to hear it.${other}`;
    shared.hidden = false;
    this.el.scrollIntoView({ block: "start" });
    compose.focus({ preventScroll: true });
  }

  // --- what is shown and said

  progress() {
    const { take } = this.studio;
    this.showActs();
    if (!take) return this.player.show(this.takes.current);
    const { made } = take.growing;
    const now = performance.now();
    if (now - (this.drawn ?? 0) >= REDRAWN || made === 0) {
      this.drawn = now;
      this.showGrowth(take);
    }
    const isFar = made - (this.spokenStep ?? 0) >= SPOKEN || made < this.spokenStep;
    if (isFar && now - (this.spoken ?? 0) >= PAUSE) this.announce(stepOf(take), made);
  }

  showGrowth(take) {
    if (take === this.takes.current) this.player.show(take);
    const { made } = take.growing;
    Object.assign(this.parts.bar, { max: take.settings.length, value: made });
    const isLate = this.studio.isWaiting && this.transport.position > 0;
    this.tell(made === 0 ? LISTENS : stepOf(take) + (isLate ? WAITS : ""));
  }

  showActs() {
    const isComposing = Boolean(this.studio.take);
    this.parts.bar.hidden = !isComposing;
    this.parts.stop.disabled = !isComposing && !this.transport.isWanted;
    if (!isComposing) this.tell("");
  }

  announce(text, step = 0) {
    this.spoken = performance.now();
    this.spokenStep = step;
    this.parts.live.textContent = text;
  }

  tell(text) {
    this.parts.told.textContent = text;
  }

  complain(text) {
    this.parts.error.textContent = text;
  }
}
