"""The rows of the benchmark: sets, networks, outputs, and each one's settings.

Chapter: against the published record.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from deepmusician.catalogue import CATALOGUE
from deepmusician.model import CLASSIFIERS
from deepmusician.settings import TrainConfig

SETS = ("jsb", "nottingham", "piano-midi")
NETWORKS = ("decoder", "encoder-decoder")
OUTPUTS = tuple(CLASSIFIERS)


class Row(NamedTuple):
    """Which row of the benchmark: the set, the network, and its outputs."""

    set: str
    network: str
    outputs: str

    @property
    def config(self) -> TrainConfig:
        """The settings of this row's training, with seed 0."""
        return ROWS[self]

    @property
    def command(self) -> str:
        """The command that trains and scores this row with three seeds."""
        network = "" if self.network == NETWORKS[0] else f" --network {self.network}"
        return (
            f"deepmusician benchmark --sets {self.set} --outputs {self.outputs}"
            f"{network} --seeds 3"
        )

    def __str__(self) -> str:
        return f"{self.set}, {self.network}, {self.outputs} outputs"


_BARE = TrainConfig(
    plane="sounding",
    start="zero",
    hidden=256,
    dropout=0.3,
    classifier_dropout=0.5,
    context=96,
    batch=16,
    windows_per_epoch=512,
    learning_rate=3e-3,
    weight_decay=0.05,
    settle=0.0,
    opening=0.75,
    listen_every=0,
)
_BY_OUTPUTS = {
    "independent": {"epochs": 40, "patience": 40},
    "dependent": {
        **{"epochs": 90, "patience": 90, "dropout": 0.4},
        **{"classifier_hidden": 1024, "classifier_dropout": 0.4},
    },
}


def _config(name: str, outputs: str, **changes: object) -> TrainConfig:
    """Return the settings of the bare decoder on a set, with some changes."""
    grid = CATALOGUE[name].frames_per_quarter
    settings = {"outputs": outputs} | _BY_OUTPUTS[outputs] | changes
    return replace(_BARE, corpus=name, steps_per_quarter=grid, **settings)


# Of the longer pieces, windows begin anywhere.
_LONG = {"context": 200, "opening": 0.25}
# As the report has it: 96 sixteenths are 24 quarters, a frame each.
_REPORT = {
    **{"start": "guided", "context": 24, "opening": 0.25},
    "windows_per_epoch": 2048,  # as many frames an epoch
}

ROWS = {
    Row("jsb", "decoder", "independent"): _config("jsb", "independent"),
    Row("jsb", "decoder", "dependent"): _config("jsb", "dependent"),
    **{
        Row(name, "decoder", outputs): _config(name, outputs, **_LONG)
        for name in SETS[1:]
        for outputs in OUTPUTS
    },
    **{
        Row("jsb", "encoder-decoder", outputs): _config("jsb", outputs, **_REPORT)
        for outputs in OUTPUTS
    },
}
"""The settings of every row, of which the best validation epoch is scored."""

BARS = {
    ("jsb", "independent"): 8.35,
    ("jsb", "dependent"): 5.40,
    ("nottingham", "independent"): 3.20,
    ("nottingham", "dependent"): 2.25,
    ("piano-midi", "independent"): 7.60,
    ("piano-midi", "dependent"): 6.90,
}
"""What the bare decoder was asked to reach by set and outputs, in nats a frame."""


def choose(
    sets: Sequence[str] = SETS,
    outputs: Sequence[str] = OUTPUTS,
    networks: Sequence[str] = NETWORKS[:1],
) -> list[Row]:
    """Return the rows of these sets, outputs and networks.

    Raises ValueError, naming it, for a set, a kind of outputs or a network that is
    not known, and when no row has all three.
    """
    asked = {"sets": sets, "outputs": outputs, "network": networks}
    known = {"sets": SETS, "outputs": OUTPUTS, "network": NETWORKS}
    for name, values in asked.items():
        if unknown := [value for value in values if value not in known[name]]:
            raise ValueError(
                f"{name}: {unknown[0]!r} is none of {', '.join(known[name])}"
            )
    found = [
        row
        for row in ROWS
        if row.set in sets and row.outputs in outputs and row.network in networks
    ]
    if not found:
        raise ValueError(
            "the benchmark has no such row; it has " + "; ".join(map(str, ROWS))
        )
    return found
