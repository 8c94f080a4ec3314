"""The network on the sets of Boulanger-Lewandowski et al. 2012, beside what others got.

A row of the benchmark is a set, a network and a kind of outputs; its settings stand in
`benchmark_rows.ROWS`. Every row goes through the run store, and one command gives it
again.
Chapter: against the published record.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from deepmusician.benchmark_rows import Row
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.notes import MusicFileError
from deepmusician.outcomes import Outcome
from deepmusician.runs import RunStore
from deepmusician.training import Run
from deepmusician.whole_pieces import (
    frame_nlls,
    piece_by_piece,
    pooled,
    read_parameters,
)
from deepmusician.workers import train_all


class Benchmark(NamedTuple):
    """What rows of the benchmark scored.

    scores: a row a run: set, network, outputs, seed, run; test_nll and valid_nll in
        nats a frame, pooled; test_nll_by_piece and test_nll_from_second (without the
        pieces' first frames), to show what they change; frames (of the test pieces),
        parameters, updates, best_epoch, seconds.
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
        keys: which rows, of those in `benchmark_rows.ROWS`, and seeds.
        store: where runs are kept; by default `<cache>/runs`.
        jobs: how many local processes; by default two.
        progress: whether to show a bar over the runs of a set.

    Raises:
        KeyError: for a row that is not in `benchmark_rows.ROWS`.
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


def find_set(name: str) -> Corpus | None:
    """Return a set of published frames, or None where it cannot be had.

    It is downloaded once; a machine without network that never did has none.
    """
    try:
        return load_corpus(name, progress=False)
    except MusicFileError:
        return None


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
        "test_nll_from_second": pooled([nlls[1:] for nlls in test]),
        "frames": sum(map(len, test)),
        "parameters": read_parameters(run.model),
        **effort,
    }


def _keys_first(epochs: pd.DataFrame) -> pd.DataFrame:
    """Return epochs with the columns that say whose they are in front."""
    keys = [*Row._fields, "seed"]
    return epochs[keys + [name for name in epochs if name not in keys]]
