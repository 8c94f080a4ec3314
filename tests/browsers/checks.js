// What every browser is asked of a page, at any width. Each check lists what is wrong.
(() => {
  if (globalThis.checks) return;
  const LEAST = 24; // CSS pixels of a control, both ways
  const OURS = ".dm, .dm-explorer-card";
  const CONTROLS =
    "button, a[href], input, select, summary, [tabindex='0'], [data-pitch], .noUi-handle";

  // --- what goes wrong while the page lives

  const complaints = [];
  const note = (text) => complaints.push(String(text).slice(0, 300));
  addEventListener(
    "error",
    ({ message, target }) => note(message ?? `lost: ${target.src ?? target.href}`),
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) => note(`rejected: ${reason}`));
  const { error } = console;
  console.error = (...words) => {
    note(`console: ${words.join(" ")}`);
    error(...words);
  };

  // --- files that the page gives to the reader, as it makes them

  const files = [];
  const createObjectURL = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => {
    files.push(blob);
    return createObjectURL(blob);
  };

  // --- helpers

  function wait(milliseconds) {
    return new Promise((done) => setTimeout(done, milliseconds));
  }

  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true });
  }

  function shown(selector, root = document) {
    return [...root.querySelectorAll(selector)].filter(isShown);
  }

  function nameOf(element) {
    const words = element.getAttribute("aria-label") ?? element.textContent;
    const style = [...element.classList].join(".");
    return `${element.localName}.${style} “${words.trim().slice(0, 30)}”`;
  }

  /** What a finger may touch: a box's or a radio's label counts with it. */
  function targetOf(control) {
    const label = ["checkbox", "radio"].includes(control.type) && control.labels?.[0];
    return label || control;
  }

  function parentsOf(element) {
    const parents = [];
    for (let at = element.parentElement; at; at = at.parentElement) parents.push(at);
    return parents;
  }

  // --- canvases

  function isBlank(canvas) {
    const sample = new OffscreenCanvas(48, 48);
    const pen = sample.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0, 48, 48);
    return (
      new Set(new Uint32Array(pen.getImageData(0, 0, 48, 48).data.buffer)).size < 2
    );
  }

  function canvasFault(canvas) {
    const { width, height } = canvas.getBoundingClientRect();
    if (width < 1 || height < 1) return "has no size";
    const sizes = [width, height].map((side) => Math.round(side * devicePixelRatio));
    const isAsLarge = [canvas.width, canvas.height].every(
      (side, n) => Math.abs(side - sizes[n]) <= 1,
    );
    if (!isAsLarge) return `has ${canvas.width} × ${canvas.height} dots for ${sizes}`;
    return isBlank(canvas) ? "is blank" : null;
  }

  function canvases() {
    const all = shown("canvas").map((canvas) => [canvas, canvasFault(canvas)]);
    const rolls = shown(".dm-roll-scroll")
      .filter((scroller) => scroller.clientWidth < 100)
      .map((scroller) => [scroller, `leaves ${scroller.clientWidth} pixels for notes`]);
    return [...all, ...rolls]
      .filter(([, fault]) => fault)
      .map(([element, fault]) => `${nameOf(element)} ${fault}`);
  }

  // --- the page's width

  function sideways() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const isWide = (element) =>
      element.getBoundingClientRect().right > clientWidth + 0.5 &&
      !parentsOf(element).some((at) => getComputedStyle(at).overflowX !== "visible");
    const wide = shown("body *").filter(isWide).slice(0, 3).map(nameOf);
    return [`the page is ${scrollWidth - clientWidth} pixels too wide: ${wide}`];
  }

  // --- controls

  function isInText({ localName, display = "" }, style) {
    return localName === "a" && style.display === "inline" && display === "";
  }

  /** The part of a box that no parent cuts off. */
  function uncut(element, box) {
    let { left, right, top, bottom } = box;
    for (const parent of parentsOf(element)) {
      if (getComputedStyle(parent).overflow === "visible") continue;
      const outer = parent.getBoundingClientRect();
      if (parent === document.body || parent === document.documentElement) continue;
      left = Math.max(left, outer.left);
      right = Math.min(right, outer.right);
      top = Math.max(top, outer.top);
      bottom = Math.min(bottom, outer.bottom);
    }
    return { left, right, top, bottom };
  }

  function sizeFault(target) {
    const { width, height } = target.getBoundingClientRect();
    const isLarge = Math.min(width, height) > LEAST - 0.5;
    if (isLarge || isInText(target, getComputedStyle(target))) return null;
    return `is only ${width.toFixed(1)} × ${height.toFixed(1)} pixels large`;
  }

  function placeFault(target) {
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = target.getBoundingClientRect();
    const seen = uncut(target, box);
    const left = Math.max(0, seen.left) - box.left;
    const right =
      box.right - Math.min(document.documentElement.clientWidth, seen.right);
    if (left > 1 || right > 1) return "is cut off at its side";
    const foot = Math.min(seen.bottom, innerHeight);
    const [x, y] = [(box.left + box.right) / 2, (Math.max(0, seen.top) + foot) / 2];
    const there = document.elementFromPoint(x, y);
    const isThere = there && (target.contains(there) || there.contains(target));
    return isThere ? null : `is covered by ${there && nameOf(there)}`;
  }

  function textFault(target) {
    if (target.localName !== "button" || target.matches(".dm-blind-play")) return null;
    return target.scrollWidth > target.clientWidth + 1
      ? "is too narrow for its words"
      : null;
  }

  function controls() {
    const all = document.querySelectorAll(OURS);
    const inside = [...all].flatMap((root) => shown(CONTROLS, root));
    const targets = new Set(inside.map(targetOf));
    const faults = [sizeFault, textFault, placeFault];
    const wrong = [...targets].flatMap((target) =>
      faults.map((fault) => [target, fault(target)]),
    );
    scrollTo({ top: 0, behavior: "instant" });
    return wrong
      .filter(([, fault]) => fault)
      .map(([target, fault]) => `${nameOf(target)} ${fault}`);
  }

  // --- icons and fonts

  /** How a character looks in a font, as numbers to compare. */
  function drawn(character, font) {
    const pen = new OffscreenCanvas(60, 60).getContext("2d");
    pen.font = font;
    pen.fillText(character, 5, 45);
    return pen.getImageData(0, 0, 60, 60).data.join();
  }

  function isMissing(icon) {
    const { content, fontFamily, fontWeight } = getComputedStyle(icon, "::before");
    const [, character] = /^"(.)"$/u.exec(content) ?? [];
    if (!character) return icon.querySelector("svg") === null;
    const look = (family) => drawn(character, `${fontWeight} 40px ${family}`);
    return look(fontFamily) === look('"no such font"');
  }

  function icons() {
    const lost = [...document.fonts].filter(({ status }) => status === "error");
    const classes = "i.fa, i.fas, i.far, i.fab, i.fa-solid, i.fa-brands, i.fa-regular";
    const boxes = shown(classes).filter(isMissing);
    const empty = shown("svg.svg-inline--fa").filter(
      (svg) => !svg.querySelector("path"),
    );
    return [
      ...lost.map(({ family, weight }) => `font ${family} ${weight} is not there`),
      ...[...boxes, ...empty].map((icon) => `${nameOf(icon)} is no picture`),
    ];
  }

  globalThis.checks = {
    complaints,
    files,

    /** Resolves when the page has all it asked for, and its widgets are drawn. */
    async settled() {
      await globalThis.MathJax?.startup?.promise;
      await document.fonts.ready;
      const views = 'script[type="application/vnd.jupyter.widget-view+json"]';
      const places = [...document.querySelectorAll(views)].map(
        (at) => at.parentElement,
      );
      const isDrawn = (place) => place.querySelector(".dm > *, .jupyter-widgets > *");
      while (!places.every(isDrawn)) await wait(50);
      await this.redrawn();
    },

    /** Resolves when what a new size changes has been drawn. */
    async redrawn() {
      for (let n = 0; n < 4; n += 1) {
        await new Promise((done) => requestAnimationFrame(done));
      }
      const moves = document.getAnimations().map(({ finished }) => finished);
      await Promise.race([Promise.allSettled(moves), wait(1000)]);
    },

    unfold() {
      for (const panel of document.querySelectorAll("details")) panel.open = true;
    },

    /** All that is wrong at this width. */
    async faults() {
      await this.redrawn();
      return [...canvases(), ...sideways(), ...controls()];
    },

    icons,

    /** Mark the shown control of this name, for the driver to click. */
    mark(name, root = document) {
      document.querySelector("[data-marked]")?.removeAttribute("data-marked");
      const named = (control) =>
        (control.getAttribute("aria-label") ?? control.textContent)
          .trim()
          .startsWith(name);
      const [control] = shown("button, a, [role=tab], label, summary", root).filter(
        named,
      );
      control?.setAttribute("data-marked", "");
      return Boolean(control);
    },

    /** Files given so far, as text of bytes in hexadecimal. */
    async saved() {
      const bytes = await Promise.all(files.map((file) => file.arrayBuffer()));
      return bytes.map((each) =>
        [...new Uint8Array(each)].map((b) => b.toString(16).padStart(2, "0")).join(""),
      );
    },
  };
})();
