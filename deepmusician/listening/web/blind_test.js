// The blind test: pieces without a name, a judgement for each, and the truth at the end.
import { answersName, answersOf, cardNow } from "./answers.js";
import { aboutPage, consentPage, readyPage } from "./blind_pages.js";
import { tagged } from "./blind_parts.js";
import { ResultsPage } from "./blind_results.js";
import { TrialPage } from "./blind_trial.js";
import { Keeper } from "./keeping.js";
import { saveFile } from "./save_file.js";
import { Transport } from "./transport.js";
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

/** The deck as it was packed; see trials.js for what it holds. */
export async function openDeck(packed) {
  const plain = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}

/** What a letter chooses; null for any other key. */
export function choiceOf(key) {
  if (/^[1-4]$/.test(key)) return { confidence: Number(key) };
  return ANSWER_KEYS[key.toLowerCase()] ?? null;
}

/** What tells one page from another. */
function stood(state) {
  return `${state.test}, ${stageOf(state)}, ${state.answers.length}`;
}

class BlindTest {
  constructor(el, deck, sound, keeper) {
    this.deck = deck;
    this.keeper = keeper;
    const kept = keeper.load();
    this.resumed = isTestOf(deck, kept) && kept.consent;
    this.state = this.resumed ? kept : newTest(deck);
    this.transport = new Transport(sound);
    this.transport.addEventListener("change", () => this.follow());
    this.place = tagged("div", { class: "dm-blind-place" });
    this.foot = tagged("div", { class: "dm-blind-foot" });
    this.root = tagged(
      "section",
      {
        class: "dm dm-blind",
        "aria-label": "Blind test",
        "data-lm-suppress-shortcuts": "true", // JupyterLab's own use the same letters
        onkeydown: (event) => this.key(event),
      },
      this.place,
      this.foot,
    );
    el.append(this.root);
    this.show();
  }

  leave() {
    this.transport.pause();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  /** Take a new state; another page if it stands elsewhere now. */
  take(state) {
    const before = stood(this.state);
    this.state = state;
    if (state.consent) this.keeper.save(state);
    else this.keeper.forget();
    if (before === stood(state)) return this.follow();
    this.resumed = false;
    this.show();
    this.place.querySelector("h3").focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "nearest" });
  }

  show() {
    this.transport.pause();
    this.card = null;
    this.page = null;
    this.place.replaceChildren(this.built());
    this.foot.replaceChildren(...this.footing());
    this.follow();
  }

  /** The page of the stage where the test stands. */
  built() {
    const { deck, state } = this;
    const pages = {
      consent: () =>
        consentPage(deck, state, { start: () => this.take(consented(this.state)) }),
      about: () =>
        aboutPage(state, { go: (about) => this.take(introduced(this.state, about)) }),
      practice: () => this.trial(),
      ready: () => readyPage(deck, state, { go: () => this.take(begun(this.state)) }),
      trial: () => this.trial(),
      results: () => this.results(),
    };
    return pages[stageOf(state)]();
  }

  trial() {
    this.card = cardNow(this.deck, this.state);
    this.page = new TrialPage(this.state, {
      play: () => this.listen(),
      choose: (choice) => this.take(chosen(this.state, choice)),
      next: () => this.take(answered(this.state)),
    });
    return this.page.root;
  }

  results() {
    this.page = new ResultsPage(this.deck, this.state, {
      play: (card) => this.hear(card),
      download: () => this.download(),
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

  /** Let the ring go round while a piece plays. */
  turn() {
    cancelAnimationFrame(this.frame);
    if (!(this.page instanceof TrialPage)) return;
    const { isPlaying, position } = this.transport;
    this.page.turn(isPlaying ? position / this.card.piece.length : 0);
    if (isPlaying) this.frame = requestAnimationFrame(() => this.turn());
  }

  /** Begin a listening of the piece in blindQuestion, or break it off. */
  async listen() {
    if (this.transport.isPlaying) return this.transport.pause();
    if (this.waking || !canListen(this.state)) return;
    if (await this.started(this.card)) this.take(listened(this.state));
  }

  /** Play a piece whose name is known, or stop it. */
  async hear(card) {
    const isThis = this.transport.isPlaying && this.card === card;
    this.transport.pause();
    this.card = card;
    if (isThis) return;
    await this.started(card);
  }

  /** Play a card from its beginning; whether it did start. */
  async started(card) {
    this.waking = true;
    try {
      this.transport.load(card.piece, { from: 0 });
      await this.transport.play();
    } catch (error) {
      this.complain(`This browser cannot play the piano (${error.message}).`);
    }
    this.waking = false;
    return this.transport.isPlaying && this.card === card;
  }

  complain(text) {
    this.foot.prepend(tagged("p", { role: "alert" }, text));
  }

  download() {
    const text = `${JSON.stringify(answersOf(this.deck, this.state), null, 2)}\n`;
    saveFile(text, answersName(this.state), "application/json");
  }

  /** What is kept, and how to be rid of it. */
  footing() {
    if (stageOf(this.state) === "consent") return [];
    const kept = this.keeper.works
      ? "Your answers are kept in this browser: a reload loses nothing."
      : "This browser keeps nothing here, perhaps in private mode: a reload would begin " +
        "the test anew.";
    const back = this.resumed ? "Welcome back: here you go on. " : "";
    const over = { type: "button", onclick: () => this.ask() };
    return [
      tagged("p", { class: "dm-soft" }, back + kept),
      tagged("button", over, "Start over"),
    ];
  }

  /** Whether they mean it. */
  ask() {
    const erase = () => this.take(newTest(this.deck));
    const no = () => this.foot.replaceChildren(...this.footing());
    this.foot.replaceChildren(
      tagged("p", { role: "alert" }, "Erase all answers of this test?"),
      tagged("button", { type: "button", onclick: erase }, "Erase and start over"),
      tagged("button", { type: "button", onclick: no }, "Keep them"),
    );
    this.foot.querySelector("button").focus();
  }

  choose(choice) {
    this.take(chosen(this.state, choice));
    this.page.focusOn(choice);
  }

  key(event) {
    if (!(this.page instanceof TrialPage)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const choice = choiceOf(event.key);
    if (choice) this.choose(choice);
    else if (event.key.toLowerCase() === "p") this.listen();
    else if (event.key === "Enter" && event.target.closest("button") === null) {
      this.take(answered(this.state));
    } else return;
    event.preventDefault();
  }
}

/** The view: the library calls it for each blind test that a page shows. */
export async function blindTest({ model, el, sound }) {
  const deck = await openDeck(model.get("deck"));
  const keeper = new Keeper(`deep-musician-blind-test-${deck.edition}`);
  const test = new BlindTest(el, deck, sound, keeper);
  return () => test.leave();
}
