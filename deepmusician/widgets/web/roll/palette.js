// The colours of a canvas, read from the style sheet anew when the theme changes.

const PALETTE_VARIABLES = {
  ink: "--dm-ink",
  soft: "--dm-soft",
  raised: "--dm-raised",
  line: "--dm-line",
  white: "--dm-white-key",
  black: "--dm-black-key",
  seam: "--dm-key-seam",
  onKey: "--dm-on-key",
  onPressed: "--dm-on-accent",
};

/** The colours now in use within `host`, with that of a role's notes as `note`. */
export function paletteOf(host, role) {
  const probe = document.createElement("span");
  host.append(probe);
  const computed = getComputedStyle(probe);
  const resolved = (value) => {
    probe.style.color = value;
    return computed.color;
  };
  const palette = { font: computed.fontFamily };
  for (const [name, variable] of Object.entries(PALETTE_VARIABLES)) {
    palette[name] = resolved(`var(${variable})`);
  }
  palette.note = resolved(roleColour(role));
  probe.remove();
  return palette;
}

/** A role's colour for style sheets; the accent where there is no role. */
export function roleColour(role) {
  return role ? `var(--dm-${role}, var(--dm-accent))` : "var(--dm-accent)";
}

/** Call `changed` whenever the page's theme changes; returns how to stop. */
export function watchTheme(changed) {
  const observer = new MutationObserver(changed);
  const attributes = true;
  observer.observe(document.documentElement, {
    attributes,
    attributeFilter: ["data-theme", "class"],
  });
  observer.observe(document.body, {
    attributes,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"],
  });
  return () => observer.disconnect();
}
