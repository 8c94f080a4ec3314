"""Two sizes of the whole book: `full` to read, `quick` to test.

They differ in numbers only: every chapter runs the same code with either.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from deepmusician.studies.benchmark_rows import BenchmarkRow
from deepmusician.training import Cell, TrainConfig

VARIABLE = "DEEPMUSICIAN_PRESET"
BOOK_RUNS = ("dependent", "report", "tokens", "bce", "focal")
"""The runs of a preset that the book loads, so that two cores end at about one time."""
BENCHMARK = BenchmarkRow("jsb", "decoder", "independent")
"""The row of the benchmark that the full preset trains again."""
QUICK_NOTE = (
    "*This page was run with the preset `quick`: its own networks have "
    "{0.bce.network.hidden} units and trained for seconds. They play worse, and know "
    "less, than those of `full`, which the book is made for.*"
)
_NUMBERS = tomllib.loads((Path(__file__).parent / "data" / "presets.toml").read_text())
COMPOSER = TrainConfig.from_dict(_NUMBERS["composer"])
"""The network that composes in the page; `make composer` trains it."""
MOZART = COMPOSER.but(**_NUMBERS["mozart"])
"""The same on the report's own music, Mozart's sonatas; `make mozart` trains it."""


_ROWS = _NUMBERS["representations"].pop("rows")
REPRESENTATIONS = {
    name: TrainConfig.from_dict(_NUMBERS["representations"] | own)
    for name, own in _ROWS.items()
}
"""Rolls and tokens side by side: each row's settings, but for seed and updates."""


@dataclass(frozen=True)
class Preset:
    """The numbers that the chapters take.

    Attributes:
        name: "full" or "quick".
        report: the report's network, its 88 outputs independent.
        dependent: the one whose keys depend on the lower ones.
        tokens: a GRU that writes tokens.
        sweep: the settings that the cells of the sweep share, and
        alphas, gammas, seeds: the sweep's grid.
        bce, focal: two of its cells, which differ in the loss alone.
        benchmark: a row of the benchmark, where its set can be had.
        pieces, steps: how many compositions are looked at, and how long they are.
    """

    name: str
    report: TrainConfig
    dependent: TrainConfig
    tokens: TrainConfig
    sweep: TrainConfig
    alphas: tuple[float, ...]
    gammas: tuple[float, ...]
    seeds: tuple[int, ...]
    benchmark: TrainConfig
    pieces: int
    steps: int

    def note(self) -> None:
        """Say at the top of a notebook's page that it runs with `quick`, if it does."""
        if self.name == "quick":
            from IPython.display import Markdown, display

            display(Markdown(QUICK_NOTE.format(self)))

    def on_tokens(self, body: str) -> TrainConfig:
        """Return the settings of a network on tokens with one of `BODIES`."""
        more = _NUMBERS["transformer"] if body == "transformer" else {}
        return self.tokens.but(body=body, **more)

    @property
    def bce(self) -> TrainConfig:
        """The sweep's cell with alpha 0.5 and gamma 0: binary cross-entropy."""
        return Cell(0.5, 0.0, seed=0).config(self.sweep)

    @property
    def focal(self) -> TrainConfig:
        """The sweep's cell with alpha 0.5 and gamma 2."""
        return Cell(0.5, 2.0, seed=0).config(self.sweep)


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


def _preset(name: str) -> Preset:
    """Return the preset of that name from its numbers."""
    numbers = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in _NUMBERS[name].items()
    }
    tiny = _NUMBERS["tiny"] if name == "quick" else {}
    runs = {
        run: TrainConfig.from_dict(settings | tiny)
        for run, settings in _NUMBERS["runs"].items()
    }
    unwatched = {"listen_every": BENCHMARK.config.listen_every}
    benchmark = BENCHMARK.config.but(**tiny | unwatched)
    return Preset(name, **runs, benchmark=benchmark, **numbers)


PRESETS = {name: _preset(name) for name in ("full", "quick")}
