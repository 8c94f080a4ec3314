"""Two sizes of the whole book: `full` to read, `quick` to test.

They differ in numbers only: every chapter runs the same code with either.
"""

import os
from dataclasses import dataclass, replace

from deepmusician.settings import TrainConfig

VARIABLE = "DEEPMUSICIAN_PRESET"


@dataclass(frozen=True)
class Preset:
    """The numbers that the chapters take.

    Attributes:
        name: "full" or "quick".
        report: the report's network, its 88 outputs independent.
        dependent: the one whose keys depend on the lower ones.
        bce, focal: a pair that differs in the loss alone, for chapter 3.
        pieces, steps: how many compositions are looked at, and how long they are.
    """

    name: str
    report: TrainConfig
    dependent: TrainConfig
    bce: TrainConfig
    focal: TrainConfig
    pieces: int
    steps: int


def preset(name: str | None = None) -> Preset:
    """Return a preset: by default the one that DEEPMUSICIAN_PRESET names, else quick.

    Raises ValueError for a name that is no preset's.
    """
    name = name or os.environ.get(VARIABLE) or "quick"
    if name not in PRESETS:
        raise ValueError(
            f"{VARIABLE} must be one of {', '.join(PRESETS)}, not {name!r}"
        )
    return PRESETS[name]


def _with_pair(
    name: str,
    report: TrainConfig,
    dependent: TrainConfig,
    bce: TrainConfig,
    pieces: int,
    steps: int,
) -> Preset:
    """Return a preset whose focal run differs from its BCE run in the loss alone."""
    focal = replace(bce, loss="focal", alpha=0.5, gamma=2.0)
    return Preset(name, report, dependent, bce, focal, pieces, steps)


_REPORT = TrainConfig(
    batch=16, epochs=12, windows_per_epoch=880, learning_rate=4e-3, listen_every=3
)
_DEPENDENT = TrainConfig(
    hidden=256,
    outputs="dependent",
    classifier_hidden=1024,
    classifier_dropout=0.2,
    batch=16,
    epochs=11,
    windows_per_epoch=1600,
    learning_rate=4e-3,
)
_SMALL = TrainConfig(
    hidden=128, classifier_hidden=128, batch=16, epochs=8, learning_rate=3e-3
)
_TINY = {
    "hidden": 32,
    "classifier_hidden": 32,
    "epochs": 4,
    "windows_per_epoch": 256,
    "batch": 16,
    "listen_every": 2,
}

PRESETS = {
    "full": _with_pair("full", _REPORT, _DEPENDENT, _SMALL, pieces=8, steps=384),
    "quick": _with_pair(
        "quick",
        replace(_REPORT, **_TINY, learning_rate=1e-2),
        replace(_DEPENDENT, **_TINY, learning_rate=1e-2),
        replace(_SMALL, **_TINY, learning_rate=1e-2),
        pieces=2,
        steps=96,
    ),
}
