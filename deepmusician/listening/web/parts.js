/** Elements by the names in their `data-part`. */
export function partsOf(root) {
  const all = root.querySelectorAll("[data-part]");
  return Object.fromEntries([...all].map((part) => [part.dataset.part, part]));
}
