"""The network on the sets of Boulanger-Lewandowski et al. 2012, beside what others got.

A row of the benchmark is a set, a network and a kind of outputs; its settings stand in
`ROWS`. Every row goes through the run store and can be had again with one command.
Chapter: against the published record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from deepmusician.catalogue import CATALOGUE
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.model import CLASSIFIERS
from deepmusician.outcomes import Outcome
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.training import Run
from deepmusician.whole_pieces import (
    frame_nlls,
    piece_by_piece,
    pooled,
    read_parameters,
)
from deepmusician.workers import train_all

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


class Benchmark(NamedTuple):
    """What rows of the benchmark scored.

    scores: a row a run: set, network, outputs, seed, run; test_nll and valid_nll in
        nats a frame, pooled; test_nll_by_piece, which is not comparable; frames (of
        the test pieces), parameters, updates, best_epoch, seconds.
    epochs: set, network, outputs, seed, then the columns of `Run.history`.
    pieces: by row, what its first network drew after a test piece's opening, packed
        by `free_running.pack`.
    """

    scores: pd.DataFrame
    epochs: pd.DataFrame
    pieces: dict[Row, str]


def benchmark(
    keys: Iterable[tuple[Row, int]],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> Benchmark:
    """Return what the networks of these rows and seeds score.

    Each network is trained unless the run store holds it; the same call after a kill
    goes on from there.

    Args:
        keys: which rows, of those in `ROWS`, and seeds.
        store: where runs are kept; by default `<cache>/runs`.
        jobs: how many local processes; by default two.
        progress: whether to show a bar over the runs of a set.

    Raises:
        KeyError: for a row that `ROWS` does not hold.
        MusicFileError: when a set cannot be read or downloaded.
    """
    keys, store, pieces = list(keys), store or RunStore(), {}
    scores, epochs = [], []
    for name in dict.fromkeys(row.set for row, _ in keys):
        corpus = load_corpus(name, progress=progress)
        mine = [(row, seed) for row, seed in keys if row.set == name]
        configs = [replace(row.config, seed=seed) for row, seed in mine]
        outcomes = train_all(configs, corpus, store, jobs=jobs, progress=progress)
        for (row, seed), outcome in zip(mine, outcomes, strict=True):
            key = row._asdict() | {"seed": seed, "run": outcome.run}
            scores.append(key | score(outcome, corpus, store))
            epochs.append(outcome.history.assign(**row._asdict(), seed=seed))
            pieces.setdefault(row, outcome.pieces["sample"])
    epochs = _keys_first(pd.concat(epochs, ignore_index=True))
    return Benchmark(pd.DataFrame(scores), epochs, pieces)


def score(outcome: Outcome, corpus: Corpus, store: RunStore) -> dict[str, float]:
    """Return what a row's run scores on whole pieces, and what it took."""
    run = Run.load(outcome.run, store)
    test = frame_nlls(run.model, corpus.test, run.calibration)
    valid = frame_nlls(run.model, corpus.valid, run.calibration)
    effort = {name: run.metrics[name] for name in ("updates", "best_epoch", "seconds")}
    return {
        "test_nll": pooled(test),
        "valid_nll": pooled(valid),
        "test_nll_by_piece": piece_by_piece(test),
        "frames": sum(map(len, test)),
        "parameters": read_parameters(run.model),
        **effort,
    }


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


def _keys_first(epochs: pd.DataFrame) -> pd.DataFrame:
    """Return epochs with the columns that say whose they are in front."""
    keys = [*Row._fields, "seed"]
    return epochs[keys + [name for name in epochs if name not in keys]]
