// The end of the results page: the answers as a file, and as an issue to send.
import { newElement } from "./elements.js";

/**
 * What a listener can do with their answers. `download()` saves them; `issue()` gives
 * what `newIssue` returns, or null where the repository is not known.
 */
export function filePart({ download, issue }) {
  const save = { type: "button", class: "dm-main", onclick: download };
  const status = newElement("div", { role: "status" });
  const prepare = { type: "button", onclick: () => openIssue(issue(), status) };
  const toIssue = "Open an issue with my answers";
  return [
    newElement("h4", {}, "Your answers are yours"),
    newElement(
      "p",
      {},
      "They are in this browser and nowhere else. The file contains your answers, " +
        "when you began and finished, and what you said about your training.",
    ),
    newElement(
      "p",
      {},
      "You can give them to this book: the second button opens a draft on GitHub, in " +
        "a tab of its own, with the same contents. Nothing leaves this page before " +
        "you press it, and nothing is public before you submit the draft there.",
    ),
    newElement(
      "div",
      { class: "dm-row" },
      newElement("button", save, "Download my answers (JSON)"),
      issue() ? newElement("button", prepare, toIssue) : null,
    ),
    status,
  ];
}

/** Open an issue in a tab of its own, and say what is left to do. */
async function openIssue({ address, text, isWhole }, status) {
  const isCopied = !isWhole && (await copiedText(text));
  globalThis.open(address, "_blank", "noopener,noreferrer");
  const submit = "Submit it there to send it; it is yours alone until then.";
  const link = { href: address, target: "_blank", rel: "noopener noreferrer" };
  const again = newElement("a", link, "Open it from here");
  const told = isWhole
    ? "The draft in the new tab has your answers in it."
    : isCopied
      ? "Your answers are on the clipboard: paste them into the draft in the new tab " +
        "(Ctrl+V, on a Mac ⌘V)."
      : "Copy your answers from the field below, and paste them into the draft in the " +
        "new tab.";
  const field = newElement(
    "textarea",
    { readonly: true, rows: "4", "aria-label": "Your answers, to copy" },
    text,
  );
  status.replaceChildren(
    newElement("p", {}, `${told} ${submit} No new tab? `, again, "."),
    ...(isWhole || isCopied ? [] : [field]),
  );
  if (field.isConnected) field.select();
}

/** Put a text on the clipboard; whether the browser allowed it. */
async function copiedText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
