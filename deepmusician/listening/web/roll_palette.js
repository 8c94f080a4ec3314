// The colours of a canvas, read from the style sheet, and told when they change.

const PALETTE_PAINTS = {
  ink: "--dm-ink",
  soft: "--dm-soft",
  raised: "--dm-raised",
  line: "--dm-line",
  white: "--dm-white-key",
  black: "--dm-black-key",
  seam: "--dm-key-seam",
  onKey: "--dm-on-key",
  onLit: "--dm-on-accent",
};

/** The colours in use now below `host`, with that of a role's notes as `note`. */
export function paletteOf(host, role) {
  const probe = document.createElement("span");
  host.append(probe);
  const computed = getComputedStyle(probe);
  const paint = (value) => {
    probe.style.color = value;
    return computed.color;
  };
  const palette = { font: computed.fontFamily };
  for (const [name, variable] of Object.entries(PALETTE_PAINTS)) {
    palette[name] = paint(`var(${variable})`);
  }
  palette.note = paint(roleColour(role));
  probe.remove();
  return palette;
}

/** A role's colour for style sheets; the accent for nobody's. */
export function roleColour(role) {
  return role ? `var(--dm-${role}, var(--dm-accent))` : "var(--dm-accent)";
}

/** Call `changed` whenever the page's theme is switched; returns how to stop. */
export function watchTheme(changed) {
  const observer = new MutationObserver(changed);
  const told = { attributes: true };
  observer.observe(document.documentElement, {
    ...told,
    attributeFilter: ["data-theme", "class"],
  });
  observer.observe(document.body, {
    ...told,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"],
  });
  return () => observer.disconnect();
}
