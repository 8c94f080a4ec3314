// What tests/test_book_pages.py asks a page of the book. Each check returns a list of
// what is wrong: an empty list is a pass.
window.bookPage = {
  async settled() {
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    const loading = [...document.images].map((image) => image.decode());
    await Promise.allSettled(loading);
  },

  brokenImages() {
    return [...document.images]
      .filter((image) => !(image.complete && image.naturalWidth > 0))
      .map((image) => image.src.slice(0, 80));
  },

  namelessPictures() {
    const decoration =
      "mjx-container, button, summary, .jupyter-widgets, [aria-hidden=true]";
    const spoken = (picture) =>
      picture.getAttribute("alt") ||
      picture.getAttribute("aria-label") ||
      picture.querySelector(":scope > title")?.textContent ||
      "";
    return [...document.querySelectorAll("article img, article svg")]
      .filter((picture) => !picture.closest(decoration))
      .filter((picture) => !picture.parentElement.closest("svg, [role=img]"))
      .filter((picture) => !spoken(picture).trim())
      .map((picture) => picture.outerHTML.slice(0, 120));
  },

  unsetFormulas() {
    const set = (formula) =>
      formula.querySelector("mjx-container svg") &&
      !formula.querySelector("[data-mml-node=merror]");
    return [...document.querySelectorAll(".math")]
      .filter((formula) => !set(formula))
      .map((formula) => formula.textContent.slice(0, 80));
  },

  emptyWidgets() {
    const views = 'script[type="application/vnd.jupyter.widget-view+json"]';
    const shown = (place) =>
      place.querySelector(".dm, .jupyter-widgets, .jupyter-widget") &&
      !place.querySelector(".jupyter-widgets-error-widget");
    return [...document.querySelectorAll(views)]
      .map((view) => view.parentElement)
      .filter((place) => !shown(place))
      .map((place) => place.textContent.slice(0, 200) || "no view");
  },

  async silentPlayers() {
    const listened = [...document.querySelectorAll("audio")].map(
      (player, number) =>
        new Promise((done) => {
          const end = () => {
            const plays = player.duration > 0 && Number.isFinite(player.duration);
            const why = player.error?.message ?? "no duration";
            done(plays ? null : `audio ${number}: ${why}`);
          };
          if (player.readyState > 0) return end();
          player.addEventListener("loadedmetadata", end);
          player.addEventListener("error", end, true);
          player.preload = "metadata";
          player.load();
        }),
    );
    return (await Promise.all(listened)).filter(Boolean);
  },

  contrast() {
    const light = (colour) => {
      const [red, green, blue] = colour
        .match(/[\d.]+/g)
        .slice(0, 3)
        .map((part) => part / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const text = light(getComputedStyle(document.querySelector("article p")).color);
    const page = light(getComputedStyle(document.body).backgroundColor);
    return (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05);
  },
};
