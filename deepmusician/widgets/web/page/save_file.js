// Gives the reader a file that was made in the page.

/** Download `content`, bytes or text, under a name. */
export function saveFile(content, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A file's name made of a label: "BCE, epoch 3" and "mid" give bce-epoch-3.mid. */
export function fileName(label, suffix) {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? ["piece"];
  return `${words.join("-").slice(0, 60)}.${suffix}`;
}
