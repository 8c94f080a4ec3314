"""What all widgets of a page share: their code, their look, and the piano.

One library a kernel; every widget refers to it, so that a page carries its megabyte
once. Each widget brings only a few lines that find the library and let it draw.
"""

import functools
import hashlib

import anywidget
import ipywidgets
import numpy as np
import traitlets
from joblib import Memory

from deepmusician.cache import cache_folder
from deepmusician.listening.audio import encode_mp3
from deepmusician.listening.modules import WEB, one_module
from deepmusician.listening.piano import RATE, Piano, bank_path, load_piano
from deepmusician.notes import KEYS, PITCH_LOW

SPACING = 3  # semitones between two tones: the browser bends each by one at most
BITRATE = 0.85  # of libsndfile's compression: about 32 kbit/s
_FADE = 0.5  # seconds at the end of a tone


class Library(anywidget.AnyWidget):
    """The widgets' code, style sheet and piano; nothing to look at itself."""

    _esm = one_module(WEB / "library.js")
    edition = traitlets.Unicode().tag(sync=True)
    styles = traitlets.Unicode().tag(sync=True)
    pitches = traitlets.List(traitlets.Int()).tag(sync=True)
    tones = traitlets.List(traitlets.Bytes()).tag(sync=True)


class Widget(anywidget.AnyWidget):
    """A widget that the library draws, with the view whose name `view` holds."""

    _esm = one_module(WEB / "stub.js")
    view = traitlets.Unicode().tag(sync=True)
    edition = traitlets.Unicode().tag(sync=True)
    library = traitlets.Instance(Library).tag(
        sync=True, **ipywidgets.widget_serialization
    )

    def __init__(self, **traits: object) -> None:
        shelf = library()
        super().__init__(library=shelf, edition=shelf.edition, **traits)


@functools.cache
def library() -> Library:
    """Return this kernel's library."""
    styles = "".join(path.read_text("utf-8") for path in sorted(WEB.glob("*.css")))
    code = hashlib.sha256((Library._esm + styles).encode())
    pitches = list(range(PITCH_LOW, PITCH_LOW + KEYS, SPACING))
    bank = bank_path()
    built = bank.stat().st_mtime_ns if bank.is_file() else 0
    tones = Memory(cache_folder("tones"), verbose=0).cache(_tones)(pitches, built)
    return Library(
        edition=code.hexdigest()[:12], styles=styles, pitches=pitches, tones=tones
    )


def _tones(pitches: list[int], built: int) -> list[bytes]:
    """Return the piano's tones as MP3; another sample bank was `built` at another time.

    Two seconds for every kernel of the book, so the result is kept in the cache.
    """
    return [_mp3(load_piano(), pitch) for pitch in pitches]


def _mp3(piano: Piano, pitch: int) -> bytes:
    """Return a tone of the piano, small enough for thirty of them in a page."""
    tone = piano.tone(pitch).copy()
    fade = round(_FADE * RATE)
    tone[-fade:] *= np.linspace(1, 0, fade)
    return encode_mp3(tone, compression=BITRATE)
