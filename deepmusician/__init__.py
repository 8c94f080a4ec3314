"""Piano music from a GRU encoder-decoder: rolls, corpora, training, composing.

Names load on first use, so `import deepmusician` brings neither torch nor matplotlib.
"""

import sys
from typing import TYPE_CHECKING

from deepmusician.lazy import lazy

if TYPE_CHECKING:
    from .corpora import load_corpus
    from .model import compose
    from .music import MusicFileError, PianoRoll
    from .training import TrainConfig, fit
else:
    __getattr__, __dir__, __all__ = lazy(__name__)

__version__ = "0.1.0"


def _play_in_notebooks() -> None:
    """Let a notebook show a roll as its player."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if getattr(shell, "kernel", None) is None:
        return
    roll, shown = ("deepmusician.music.roll", "PianoRoll"), shell.display_formatter
    shown.mimebundle_formatter.for_type_by_name(*roll, _player_of)


def _player_of(roll: "PianoRoll") -> tuple[dict, dict] | None:
    """Return a player of the roll for notebooks, if they can show widgets."""
    try:
        from deepmusician.widgets import player
    except ImportError:
        return None
    shown, details = player(roll)._repr_mimebundle_()
    del shown["text/plain"]
    return shown, details


_play_in_notebooks()
