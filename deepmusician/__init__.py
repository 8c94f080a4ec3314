"""Piano music from a GRU encoder-decoder: rolls, corpora, training, composing.

The names below load their module on first use, so `import deepmusician` stays
light: it pulls in neither Lightning nor matplotlib nor music21.
"""

from importlib import import_module

_HOMES = {
    "PianoRoll": "pianoroll",
    "MusicFileError": "notes",
    "load_corpus": "corpora",
    "TrainConfig": "training",
    "fit": "training",
    "compose": "composing",
}
__all__ = sorted(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Return a public name, importing the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'deepmusician' has no attribute {name!r}")
    return getattr(import_module(f"deepmusician.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return __all__
