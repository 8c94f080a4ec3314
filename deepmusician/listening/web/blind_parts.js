// Pieces of the blind test's pages: elements, choices to tick, numbers in words.

/** An element; what begins with "on" is a handler, what is null is left out. */
export function tagged(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...inside.flat().filter((each) => each !== null));
  return made;
}

/** A drawing from SVG text that is ours; `spoken` is its name for those who listen. */
export function blindDrawing(svg, spoken = null) {
  const place = tagged("span", { class: "dm-blind-drawing" });
  place.innerHTML = svg;
  if (spoken === null) place.setAttribute("aria-hidden", "true");
  else place.firstElementChild.setAttribute("aria-label", spoken);
  return place;
}

/**
 * A question whose answers are cards, of which one can be chosen.
 * `cards`: [value, title, hint?]; `take` gets the value.
 */
export function blindQuestion(legend, name, cards, { value, take, style = "" }) {
  const choices = cards.map(([own, title, hint]) =>
    tagged(
      "label",
      { class: "dm-blind-card" },
      tagged("input", {
        type: "radio",
        name,
        value: own,
        checked: own === value,
        onchange: () => take(own),
      }),
      tagged(
        "span",
        {},
        tagged("b", {}, title),
        hint ? tagged("span", { class: "dm-soft" }, hint) : null,
      ),
    ),
  );
  return tagged(
    "fieldset",
    { class: `dm-blind-question ${style}` },
    tagged("legend", {}, legend),
    tagged("div", { class: "dm-blind-cards" }, choices),
  );
}

/**
 * Names, each with what is to be said of it. The class is not the list's own: the
 * book's theme has rules for lists that have one.
 */
export function termList(style, entries) {
  const rows = entries.map(([name, ...told]) =>
    tagged("div", {}, tagged("dt", {}, name), tagged("dd", {}, ...told)),
  );
  return tagged("div", { class: style }, tagged("dl", {}, rows));
}

/** A share as a whole percentage. */
export function inPercent(share) {
  return `${Math.round(100 * share)}\u00a0%`;
}

/** A chance as a percentage that is never rounded to nothing. */
export function chanceInWords(chance) {
  if (chance < 0.001) return "less than 0.1\u00a0%";
  return `${(100 * chance).toFixed(chance < 0.1 ? 1 : 0)}\u00a0%`;
}

/** A number to two decimals, with a true minus sign; a dash where there is none. */
export function decimals(number) {
  if (Number.isNaN(number)) return "–";
  return number
    .toFixed(2)
    .replace(/^-0\.00$/, "0.00")
    .replace("-", "\u2212");
}
