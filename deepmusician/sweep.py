"""A sweep over alpha and gamma: a network a cell and seed, and one table of them all.

Chapter: focal loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from deepmusician.cells import Cell, cell_config, cell_of, grid
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.free_running import STEPS, unpack
from deepmusician.outcomes import Outcome
from deepmusician.pianoroll import PianoRoll
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.workers import train_all

__all__ = ["Cell", "PieceKey", "Sweep", "cell_config", "cell_of", "grid", "sweep"]


class PieceKey(NamedTuple):
    """Which piece of a sweep: the cell's, by one of the rules `free_running.RULES`."""

    alpha: float
    gamma: float
    seed: int
    rule: str


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep found.

    Attributes:
        table: a row a cell and seed: alpha, gamma, seed, run (its id), updates,
            best_epoch, seconds, then the measures `valid_…` and `test_…` that
            `evaluate` gives, `test_<rule>_f1` that `rule_scores` gives, and
            `free_<rule>_…` that `free_running` gives.
        pieces: what each network played, 192 steps by every rule.
    """

    table: pd.DataFrame
    pieces: dict[PieceKey, PianoRoll]


def sweep(
    base: TrainConfig,
    alphas: Iterable[float],
    gammas: Iterable[float],
    seeds: Iterable[int],
    store: RunStore | None = None,
    scheduler: str | None = None,
    jobs: int | None = None,
    progress: bool = True,
    corpus: Corpus | None = None,
) -> Sweep:
    """Return what networks learn that are alike but for alpha, gamma and the seed.

    Each is a run of the run store. The same call after a kill, or after Ctrl-C, goes
    on where the last one ended: finished cells are read, those under way go on from
    their last whole epoch.

    `base` holds all settings but the loss's and the seed; `alphas`, `gammas` and
    `seeds` span the grid, in which alpha 0.5 with gamma 0 is trained with BCE.
    `store`, `scheduler`, `jobs` and `progress` are those of `workers.train_all`;
    `corpus` holds the pieces, by default those that `base.corpus` names.

    Raises:
        KeyboardInterrupt: on Ctrl-C; the message says how far it came.
        MusicFileError: when the corpus cannot be read.
        ValueError: for an impossible grid, or when cells failed; the others are in
            the run store then.
    """
    cells = grid(alphas, gammas, seeds)
    configs = [cell.config(base) for cell in cells]
    if corpus is None:
        corpus = load_corpus(base.corpus, base.steps_per_quarter, progress)
    outcomes = train_all(configs, corpus, store, scheduler, jobs, progress)
    rows = [row(cell, outcome) for cell, outcome in zip(cells, outcomes, strict=True)]
    pieces = {
        PieceKey(*cell, rule): _roll(text, outcome)
        for cell, outcome in zip(cells, outcomes, strict=True)
        for rule, text in outcome.pieces.items()
    }
    return Sweep(pd.DataFrame(rows), pieces)


def row(cell: Cell, outcome: Outcome) -> dict[str, float | str]:
    """Return the table's row of a cell."""
    return cell._asdict() | {"run": outcome.run} | outcome.measures


def _roll(text: str, outcome: Outcome) -> PianoRoll:
    """Return a piece of an outcome."""
    config = outcome.config
    return unpack(text, STEPS, config.plane, config.steps_per_quarter)
