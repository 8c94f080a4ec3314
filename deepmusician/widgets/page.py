"""What all widgets of a page share: code, look, piano, and the repository's address.

One library per kernel; every widget refers to it, so that a page carries its megabyte
once. Each widget brings only a few lines that find the library and let it draw.
"""

import functools
import hashlib
from importlib.metadata import metadata

import anywidget
import ipywidgets
import traitlets

from deepmusician.sound import recorded_tones
from deepmusician.widgets.bundle import WEB, one_module, style_sheet


class PageLibrary(anywidget.AnyWidget):
    """The widgets' code, style sheet and piano; nothing to look at itself."""

    _esm = one_module(WEB / "library.js")
    edition = traitlets.Unicode().tag(sync=True)
    styles = traitlets.Unicode().tag(sync=True)
    pitches = traitlets.List(traitlets.Int()).tag(sync=True)
    tones = traitlets.List(traitlets.Bytes()).tag(sync=True)
    repository = traitlets.Unicode().tag(sync=True)


class Widget(anywidget.AnyWidget):
    """A widget that the library draws, with the view whose name `view` holds."""

    _esm = one_module(WEB / "loader.js")
    view = traitlets.Unicode().tag(sync=True)
    edition = traitlets.Unicode().tag(sync=True)
    library = traitlets.Instance(PageLibrary).tag(
        sync=True, **ipywidgets.widget_serialization
    )

    def __init__(self, **traits: object) -> None:
        library = page_library()
        super().__init__(library=library, edition=library.edition, **traits)


@functools.cache
def page_library() -> PageLibrary:
    """Return this kernel's library."""
    styles = style_sheet()
    code = hashlib.sha256((PageLibrary._esm + styles).encode())
    files = recorded_tones()
    return PageLibrary(
        edition=code.hexdigest()[:12],
        styles=styles,
        pitches=list(files),
        tones=[path.read_bytes() for path in files.values()],
        repository=repository(),
    )


def repository() -> str:
    """Return the address of the project's repository, as the package's metadata has it.

    Empty for a package that was installed before its metadata named one.
    """
    addresses = metadata("deepmusician").get_all("Project-URL", [])
    return dict(each.split(", ", 1) for each in addresses).get("Repository", "")
