"""The rows of the benchmark and their settings, and what others published on its sets.

Negative log-likelihood in nats per frame on the test pieces, lower is better: the sum
over the 88 keys, with teacher forcing, pooled over all frames. Of chorales in four
voices, a frame's nats are those of four notes.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from deepmusician.corpora import CATALOGUE
from deepmusician.model import CLASSIFIERS
from deepmusician.training import TrainConfig

FRAME_SETS = ("jsb", "nottingham", "piano-midi")
SETS = (*FRAME_SETS, "jsb-sixteenths")
NETWORKS = ("decoder", "decoder-with-memory", "encoder-decoder")
KINDS_OF_OUTPUTS = tuple(CLASSIFIERS)


class BenchmarkRow(NamedTuple):
    """Which row of the benchmark: the set, the network, and its outputs.

    A decoder with memory is one with scores by interval and of phrases that return.
    """

    set: str
    network: str
    outputs: str

    @property
    def config(self) -> TrainConfig:
        """The settings of this row's training, with seed 0."""
        return BENCHMARK_ROWS[self]

    @property
    def seeds(self) -> int:
        """How many seeds of this row are recorded: those from 0 on."""
        return _SEEDS[self.set, self.network]

    @property
    def command(self) -> str:
        """The command that trains and scores this row as it is recorded."""
        network = "" if self.network == NETWORKS[0] else f" --network {self.network}"
        return (
            f"deepmusician benchmark --sets {self.set} --outputs {self.outputs}"
            f"{network} --seeds {self.seeds}"
        )

    def __str__(self) -> str:
        return f"{self.set}, {self.network}, {self.outputs} outputs"


def _config(row: dict, outputs: str) -> TrainConfig:
    """Return the settings of a row: those of the bare decoder, with some changes."""
    own, grid = dict(row), CATALOGUE[row["set"]].frames_per_quarter
    own.pop("seeds", None)
    for_outputs = own.pop("outputs")[outputs]
    settings = _SETTINGS["decoder"] | _SETTINGS["outputs"][outputs]
    settings |= _SETTINGS["networks"][own.pop("network")] | own | for_outputs
    settings |= {"corpus": settings.pop("set"), "steps_per_quarter": grid}
    return TrainConfig.from_dict(settings | {"outputs": outputs})


_SETTINGS = tomllib.loads((Path(__file__).parent / "data/benchmark.toml").read_text())
_SEEDS = {
    (row["set"], row["network"]): row.get("seeds", 3) for row in _SETTINGS["rows"]
}
BENCHMARK_ROWS = {
    BenchmarkRow(row["set"], row["network"], outputs): _config(row, outputs)
    for row in _SETTINGS["rows"]
    for outputs in row["outputs"]
}
"""The settings of every row, of which the best validation epoch is scored."""
TARGETS = {
    BenchmarkRow(name, network, outputs): score
    for network, sets in _SETTINGS["targets"].items()
    for name, scores in sets.items()
    for outputs, score in scores.items()
}
"""What the decoders were asked to reach, in the unit of the row."""


def choose_rows(
    sets: Sequence[str] = FRAME_SETS,
    outputs: Sequence[str] = KINDS_OF_OUTPUTS,
    networks: Sequence[str] = NETWORKS[:1],
) -> list[BenchmarkRow]:
    """Return the rows of these sets, outputs and networks.

    Raises ValueError, naming it, for a set, a kind of outputs or a network that is
    not known, and when no row has all three.
    """
    asked = {"sets": sets, "outputs": outputs, "network": networks}
    known = {"sets": SETS, "outputs": KINDS_OF_OUTPUTS, "network": NETWORKS}
    for name, values in asked.items():
        if unknown := [value for value in values if value not in known[name]]:
            raise ValueError(
                f"{name}: {unknown[0]!r} is none of {', '.join(known[name])}"
            )
    chosen = [
        row
        for row in BENCHMARK_ROWS
        if row.set in sets and row.outputs in outputs and row.network in networks
    ]
    if not chosen:
        raise ValueError(
            "the benchmark has no such row; it has "
            + "; ".join(map(str, BENCHMARK_ROWS))
        )
    return chosen


PUBLISHED = pd.read_csv(Path(__file__).parent / "data/published.csv", index_col="model")
"""The published results, in the order of the table, by model: a column for each set,
NaN where a result was not reported; where it stands (source), and the key of that in
`book/references.bib` (citation). kind: "no past" (every frame has the same
probabilities), "independent" outputs given the past, "dependent" on one another within
the frame, or "latent" variables, of which only a bound is known."""
