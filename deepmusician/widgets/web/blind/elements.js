// Building blocks of the blind test's pages: elements, questions, numbers in words.

/** An element; what begins with "on" is a handler, what is null is left out. */
export function newElement(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...inside.flat().filter((each) => each !== null));
  return element;
}

/** A drawing from our own SVG text; `label` is its name for screen readers. */
export function blindDrawing(svg, label = null) {
  const place = newElement("span", { class: "dm-blind-drawing" });
  place.innerHTML = svg;
  if (label === null) place.setAttribute("aria-hidden", "true");
  else place.firstElementChild.setAttribute("aria-label", label);
  return place;
}

/**
 * A question whose answers are cards, of which one can be chosen.
 * `cards`: [value, title, hint?]; `onChoice` gets the value.
 */
export function blindQuestion(legend, name, cards, { value, onChoice, style = "" }) {
  const choices = cards.map(([own, title, hint]) =>
    newElement(
      "label",
      { class: "dm-blind-card" },
      newElement("input", {
        type: "radio",
        name,
        value: own,
        checked: own === value,
        onchange: () => onChoice(own),
      }),
      newElement(
        "span",
        {},
        newElement("b", {}, title),
        hint ? newElement("span", { class: "dm-soft" }, hint) : null,
      ),
    ),
  );
  return newElement(
    "fieldset",
    { class: `dm-blind-question ${style}` },
    newElement("legend", {}, legend),
    newElement("div", { class: "dm-blind-cards" }, choices),
  );
}

/**
 * Terms with their descriptions. The class is not on the list itself: the book's theme
 * has rules for lists with a class.
 */
export function termList(style, entries) {
  const rows = entries.map(([name, ...description]) =>
    newElement(
      "div",
      {},
      newElement("dt", {}, name),
      newElement("dd", {}, ...description),
    ),
  );
  return newElement("div", { class: style }, newElement("dl", {}, rows));
}

/** A share as a whole percentage. */
export function inPercent(share) {
  return `${Math.round(100 * share)}%`;
}

/** A probability as a percentage that is never rounded to zero. */
export function probabilityInPercent(probability) {
  if (probability < 0.001) return "less than 0.1%";
  return `${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)}%`;
}

/** A number to two decimals, with a true minus sign; a dash where there is none. */
export function decimals(number) {
  if (Number.isNaN(number)) return "–";
  return number
    .toFixed(2)
    .replace(/^-0\.00$/, "0.00")
    .replace("-", "\u2212");
}
