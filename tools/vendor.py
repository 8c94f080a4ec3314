"""Copy the browser's libraries from npm and PyPI into assets/vendor.

The built book loads these files from its own folder and nothing from the network.
"""

import re
import shutil
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "assets" / "vendor"

ANONYMOUS = "define(["
OLD_ICONS = re.compile(
    r'@font-face\{font-family:"Font Awesome 5 (?:Free|Brands)"(?:\$\{[^}]*\}|[^{}])*\}'
)


def named_module(source: str, name: str) -> str:
    """Return an AMD module's source, its anonymous `define` given a name.

    An anonymous module can only be fetched by require.js, which a page opened
    from a folder may not do; a named one is at hand as soon as its script ran.
    """
    if source.count(ANONYMOUS) != 1:
        raise ValueError(f"{name}: expected one anonymous define([ in its source")
    return source.replace(ANONYMOUS, f'define("{name}", [')


def without_icon_fonts(source: str) -> str:
    """Return the widget manager's source without its icon fonts.

    It brings Font Awesome 5, by names of files that the book does not have, and lays
    it over the theme's Font Awesome 6; without, icons are drawn with the theme's.
    """
    rest, count = OLD_ICONS.subn("", source)
    if not count or "@font-face" in rest:
        raise ValueError("widget manager: expected Font Awesome 5 and no other font")
    return rest.replace("Font Awesome 5 ", "Font Awesome 6 ")


def vendor() -> list[Path]:
    """Return the files written to assets/vendor."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    html_manager = MODULES / "@jupyter-widgets" / "html-manager" / "dist"
    shutil.copy(MODULES / "mathjax" / "es5" / "tex-svg.js", VENDOR / "tex-svg.js")
    shutil.copy(MODULES / "requirejs" / "require.js", VENDOR)
    manager = (html_manager / "embed-amd.js").read_text(encoding="utf-8")
    (VENDOR / "embed-amd.js").write_text(without_icon_fonts(manager), encoding="utf-8")
    anywidget = files("anywidget").joinpath("nbextension", "index.js").read_text()
    (VENDOR / "anywidget-amd.js").write_text(named_module(anywidget, "anywidget"))
    return sorted(VENDOR.iterdir())


if __name__ == "__main__":
    vendor()
