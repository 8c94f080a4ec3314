/** Elements by the names in their `data-element`. */
export function elementsOf(root) {
  const all = root.querySelectorAll("[data-element]");
  return Object.fromEntries([...all].map((each) => [each.dataset.element, each]));
}
