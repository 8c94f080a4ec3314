"""Two sizes of the whole book: `full` to read, `quick` to test.

They differ in numbers only: every chapter runs the same code with either.
"""

import os
from dataclasses import dataclass, replace

from deepmusician.benchmark_rows import Row
from deepmusician.cells import cell_config
from deepmusician.settings import TrainConfig

VARIABLE = "DEEPMUSICIAN_PRESET"
RUNS = ("report", "dependent", "bce", "focal")
"""The runs of a preset that the book's chapters load."""
BENCHMARK = Row("jsb", "decoder", "independent")
"""The row of the benchmark that the full preset trains again."""
CONCERT = TrainConfig(
    hidden=256,
    outputs="dependent",
    dropout=0.3,
    classifier_hidden=1024,
    classifier_dropout=0.3,
    batch=16,
    epochs=32,
    windows_per_epoch=5376,
    learning_rate=3e-3,
    patience=32,
    listen_every=8,
)
"""The concert run, whose network composes in the page; `make concert` trains it."""


@dataclass(frozen=True)
class Preset:
    """The numbers that the chapters take.

    Attributes:
        name: "full" or "quick".
        report: the report's network, its 88 outputs independent.
        dependent: the one whose keys depend on the lower ones.
        sweep: the settings that the cells of chapter 3's sweep share, and
        alphas, gammas, seeds: the sweep's grid.
        bce, focal: two of its cells, which differ in the loss alone.
        benchmark: a row of chapter 7's benchmark, where its set can be had.
        pieces, steps: how many compositions are looked at, and how long they are.
    """

    name: str
    report: TrainConfig
    dependent: TrainConfig
    sweep: TrainConfig
    alphas: tuple[float, ...]
    gammas: tuple[float, ...]
    seeds: tuple[int, ...]
    benchmark: TrainConfig
    pieces: int
    steps: int

    @property
    def bce(self) -> TrainConfig:
        """The sweep's cell with alpha 0.5 and gamma 0: binary cross-entropy."""
        return cell_config(self.sweep, 0.5, 0.0, seed=0)

    @property
    def focal(self) -> TrainConfig:
        """The sweep's cell with alpha 0.5 and gamma 2."""
        return cell_config(self.sweep, 0.5, 2.0, seed=0)


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
_SWEEP = TrainConfig(
    gamma=0.0,
    hidden=96,
    classifier_hidden=128,
    batch=16,
    epochs=6,
    windows_per_epoch=1024,
    learning_rate=5e-3,
    listen_every=3,
)
_TINY = {
    "hidden": 32,
    "classifier_hidden": 32,
    "epochs": 4,
    "windows_per_epoch": 256,
    "batch": 16,
    "learning_rate": 1e-2,
    "listen_every": 2,
}

PRESETS = {
    "full": Preset(
        "full",
        report=_REPORT,
        dependent=_DEPENDENT,
        sweep=_SWEEP,
        alphas=(0.1, 0.25, 0.5, 0.75, 0.9),
        gammas=(0.0, 0.5, 1.0, 2.0, 5.0),
        seeds=(0, 1, 2),
        benchmark=BENCHMARK.config,
        pieces=8,
        steps=384,
    ),
    "quick": Preset(
        "quick",
        report=replace(_REPORT, **_TINY),
        dependent=replace(_DEPENDENT, **_TINY),
        sweep=replace(_SWEEP, **_TINY),
        alphas=(0.5,),
        gammas=(0.0, 2.0),
        seeds=(0, 1, 2),
        benchmark=replace(BENCHMARK.config, **_TINY | {"listen_every": 0}),
        pieces=2,
        steps=96,
    ),
}
