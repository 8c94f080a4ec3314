// The blind test: anonymous pieces, a judgement for each, and the truth at the end.

import { inflated } from "../page/inflated.js";
import { saveFile } from "../page/save_file.js";
import { Transport } from "../player/transport.js";
import { answersName, answersOf, cardNow } from "./answers.js";
import { newElement } from "./elements.js";
import { newIssue } from "./issue.js";
import { aboutPage, consentPage, readyPage } from "./pages.js";
import { ResultsPage } from "./results.js";
import { SavedProgress } from "./saved_progress.js";
import { TrialPage } from "./trial_page.js";
import {
  answered,
  begun,
  canListen,
  chosen,
  consented,
  introduced,
  isTestOf,
  listened,
  newTest,
  stageOf,
} from "./trials.js";

const ANSWER_KEYS = { h: { answer: "human" }, m: { answer: "machine" } };

/** What a key chooses; null if nothing. */
function choiceOf(key) {
  if (/^[1-4]$/.test(key)) return { confidence: Number(key) };
  return ANSWER_KEYS[key.toLowerCase()] ?? null;
}

/** A text that differs between any two pages. */
function pageKey(state) {
  return `${state.test}, ${stageOf(state)}, ${state.answers.length}`;
}

class BlindTest {
  constructor(el, { deck, sound, savedProgress, repository }) {
    Object.assign(this, { deck, savedProgress, repository });
    const saved = savedProgress.load();
    this.isResumed = isTestOf(deck, saved) && saved.consent;
    this.state = this.isResumed ? saved : newTest(deck);
    this.transport = new Transport(sound);
    this.transport.addEventListener("change", () => this.follow());
    this.pageHost = newElement("div", { class: "dm-blind-place" });
    this.footer = newElement("div", { class: "dm-blind-footer" });
    this.root = newElement(
      "section",
      {
        class: "dm dm-blind",
        "aria-label": "Blind test",
        "data-lm-suppress-shortcuts": "true", // JupyterLab's own use the same letters
        onkeydown: (event) => this.key(event),
      },
      this.pageHost,
      this.footer,
    );
    el.append(this.root);
    this.show();
  }

  destroy() {
    this.transport.pause();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  /** Go to a new state, and to another page if it belongs to one. */
  update(state) {
    const before = pageKey(this.state);
    this.state = state;
    if (state.consent) this.savedProgress.save(state);
    else this.savedProgress.clear();
    if (before === pageKey(state)) return this.follow();
    this.isResumed = false;
    this.show();
    this.pageHost.querySelector("h3").focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "nearest" });
  }

  show() {
    this.transport.pause();
    this.card = null;
    this.page = null;
    this.pageHost.replaceChildren(this.currentPage());
    this.footer.replaceChildren(...this.footerContents());
    this.follow();
  }

  /** The page of the test's present stage. */
  currentPage() {
    const { deck, state } = this;
    const pages = {
      consent: () =>
        consentPage(deck, state, { start: () => this.update(consented(this.state)) }),
      about: () =>
        aboutPage(state, { go: (about) => this.update(introduced(this.state, about)) }),
      practice: () => this.trial(),
      ready: () => readyPage(deck, state, { go: () => this.update(begun(this.state)) }),
      trial: () => this.trial(),
      results: () => this.results(),
    };
    return pages[stageOf(state)]();
  }

  trial() {
    this.card = cardNow(this.deck, this.state);
    this.page = new TrialPage(this.state, {
      play: () => this.listen(),
      choose: (choice) => this.update(chosen(this.state, choice)),
      next: () => this.update(answered(this.state)),
    });
    return this.page.root;
  }

  results() {
    this.page = new ResultsPage(this.deck, this.state, {
      play: (card) => this.replay(card),
      download: () => this.download(),
      issue: () => this.repository && newIssue(this.repository, this.answers()),
    });
    return this.page.root;
  }

  follow() {
    const { isPlaying } = this.transport;
    if (this.page instanceof TrialPage) {
      this.page.follow(this.state, isPlaying);
      this.turn();
    } else if (this.page) this.page.follow(isPlaying ? this.card.id : null);
  }

  /** Turn the ring while a piece plays. */
  turn() {
    cancelAnimationFrame(this.frame);
    if (!(this.page instanceof TrialPage)) return;
    const { isPlaying, position } = this.transport;
    this.page.turn(isPlaying ? position / this.card.piece.length : 0);
    if (isPlaying) this.frame = requestAnimationFrame(() => this.turn());
  }

  /** Begin to listen to the current piece, or break off. */
  async listen() {
    if (this.transport.isPlaying) return this.transport.pause();
    if (this.isStarting || !canListen(this.state)) return;
    if (await this.startedPlaying(this.card)) this.update(listened(this.state));
  }

  /** Play a piece of the results page, or stop it. */
  async replay(card) {
    const isThis = this.transport.isPlaying && this.card === card;
    this.transport.pause();
    this.card = card;
    if (isThis) return;
    await this.startedPlaying(card);
  }

  /** Play a card from its beginning; whether it did start. */
  async startedPlaying(card) {
    this.isStarting = true;
    try {
      this.transport.load(card.piece, { from: 0 });
      await this.transport.play();
    } catch (error) {
      this.showError(`This browser cannot play the piano (${error.message}).`);
    }
    this.isStarting = false;
    return this.transport.isPlaying && this.card === card;
  }

  showError(text) {
    this.footer.prepend(newElement("p", { role: "alert" }, text));
  }

  answers() {
    return answersOf(this.deck, this.state);
  }

  download() {
    const text = `${JSON.stringify(this.answers(), null, 2)}\n`;
    saveFile(text, answersName(this.state), "application/json");
  }

  /** What the browser has saved, and how to erase it. */
  footerContents() {
    if (stageOf(this.state) === "consent") return [];
    const saving = this.savedProgress.works
      ? "Your answers are saved in this browser, so a reload loses nothing."
      : "This browser saves nothing here, perhaps in private mode: a reload would " +
        "start the test again.";
    const welcome = this.isResumed ? "Welcome back! You can continue here. " : "";
    const over = { type: "button", onclick: () => this.confirmErasing() };
    return [
      newElement("p", { class: "dm-soft" }, welcome + saving),
      newElement("button", over, "Start over"),
    ];
  }

  /** Ask whether to erase all answers. */
  confirmErasing() {
    const erase = () => this.update(newTest(this.deck));
    const no = () => this.footer.replaceChildren(...this.footerContents());
    this.footer.replaceChildren(
      newElement("p", { role: "alert" }, "Erase all your answers to this test?"),
      newElement("button", { type: "button", onclick: erase }, "Erase and start over"),
      newElement("button", { type: "button", onclick: no }, "Keep them"),
    );
    this.footer.querySelector("button").focus();
  }

  choose(choice) {
    this.update(chosen(this.state, choice));
    this.page.focusOn(choice);
  }

  key(event) {
    if (!(this.page instanceof TrialPage)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const choice = choiceOf(event.key);
    if (choice) this.choose(choice);
    else if (event.key.toLowerCase() === "p") this.listen();
    else if (event.key === "Enter" && event.target.closest("button") === null) {
      this.update(answered(this.state));
    } else return;
    event.preventDefault();
  }
}

/** Trait: `deck`. The library calls this for each blind test that a page shows. */
export async function blindTest({ model, el, sound, repository }) {
  const deck = await inflated(model.get("deck")).json(); // see trials.js
  const savedProgress = new SavedProgress(`deep-musician-blind-test-${deck.edition}`);
  const test = new BlindTest(el, { deck, sound, savedProgress, repository });
  return () => test.destroy();
}
