"""What all widgets of a page share: their code, their look, and the piano.

One library per kernel; every widget refers to it, so that a page carries its megabyte
once. Each widget brings only a few lines that find the library and let it draw.
"""

import functools
import hashlib

import anywidget
import ipywidgets
import numpy as np
import traitlets
from joblib import Memory

from deepmusician.files import cache_folder
from deepmusician.music import KEYS, PITCH_LOW
from deepmusician.sound import RATE, bank_path, encode_mp3, load_piano
from deepmusician.widgets.bundle import WEB, one_module, style_sheet

SPACING = 3  # semitones between two tones: the browser bends each by one at most
BITRATE = 0.85  # of libsndfile's compression: about 32 kbit/s, thirty tones in a page
_FADE = 0.5  # seconds at the end of a tone


class PageLibrary(anywidget.AnyWidget):
    """The widgets' code, style sheet and piano; nothing to look at itself."""

    _esm = one_module(WEB / "library.js")
    edition = traitlets.Unicode().tag(sync=True)
    styles = traitlets.Unicode().tag(sync=True)
    pitches = traitlets.List(traitlets.Int()).tag(sync=True)
    tones = traitlets.List(traitlets.Bytes()).tag(sync=True)


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
    pitches = list(range(PITCH_LOW, PITCH_LOW + KEYS, SPACING))
    bank = bank_path()
    built = bank.stat().st_mtime_ns if bank.is_file() else 0
    tones = Memory(cache_folder("tones"), verbose=0).cache(_tones)(pitches, built)
    return PageLibrary(
        edition=code.hexdigest()[:12], styles=styles, pitches=pitches, tones=tones
    )


def _tones(pitches: list[int], built: int) -> list[bytes]:
    """Return the piano's tones as MP3; another sample bank was `built` at another time.

    Two seconds for every kernel of the book, so the result is kept in the cache.
    """
    piano, fade = load_piano(), np.linspace(1, 0, round(_FADE * RATE))
    tones = [piano.tone(pitch).copy() for pitch in pitches]
    for tone in tones:
        tone[-len(fade) :] *= fade
    return [encode_mp3(tone, compression=BITRATE) for tone in tones]
