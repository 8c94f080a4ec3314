"""Train the loss experiments and record them in the package.

Each compares a few variants of the loss and of the training around it, three seeds
each, on the sweep's base; none is a cell of the sweep. It can be stopped at any time;
the same command goes on where it stopped.
"""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from deepmusician.studies import (
    history_table,
    measures_table,
    train_by_corpus,
    write_table,
)
from deepmusician.training import Cell, RunStore, TrainConfig, resolved
from experiments.recording import Recording


@dataclass(frozen=True)
class Experiment:
    """A question, and the trainings that answer it.

    Attributes:
        name: as the record calls it.
        variants: the settings to compare, by the name that a chapter shows.
        seeds: each variant is trained with each of them.
    """

    name: str
    variants: dict[str, TrainConfig]
    seeds: tuple[int, ...] = (0, 1, 2)

    def runs(self) -> dict[tuple[str, str, int], TrainConfig]:
        """Return the settings of each run by experiment, variant and seed."""
        return {
            (self.name, variant, seed): config.but(seed=seed)
            for variant, config in self.variants.items()
            for seed in self.seeds
        }


def experiments(base: TrainConfig) -> tuple[Experiment, ...]:
    """Return the experiments of `losses.toml`, on the sweep's base."""
    definitions = tomllib.loads(Path(__file__).with_name("losses.toml").read_text())
    chosen = []
    for name, variants in definitions.items():
        shared = variants.pop("base")
        runs = {each: _variant(base, **shared | variants[each]) for each in variants}
        chosen.append(Experiment(name, runs))
    return tuple(chosen)


def _variant(
    base: TrainConfig, rate_divisor: float = 1, **settings: object
) -> TrainConfig:
    """Return the settings of a variant."""
    base = base.but(learning_rate=base.learning_rate / rate_divisor)
    if "alpha" in settings:
        cell = Cell(settings.pop("alpha"), settings.pop("gamma"), base.seed)
        base = cell.config(base)
    return base.but(**settings)


def run_experiments(
    chosen: Iterable[Experiment],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of all runs, and the one of all their epochs.

    Goes through the run store, so that the same call after a kill goes on. `store`,
    `jobs` and `progress` are those of `train_by_corpus`.

    Returns:
        rows: experiment, variant, seed, run, then measures as in a sweep's table.
        epochs: experiment, variant, seed, then the columns of `Run.history`.
    """
    runs = {key: config for each in chosen for key, config in each.runs().items()}
    outcomes = train_by_corpus(runs, store, jobs, progress)
    names = ("experiment", "variant", "seed")
    return measures_table(outcomes, names), history_table(outcomes, names)


def record_experiments(
    chosen: Iterable[Experiment], folder: str | Path, jobs: int | None = None
) -> Path:
    """Run experiments, write their record, and return its table's path.

    Raises RuntimeError when the package's code is not committed, or is changed
    meanwhile.
    """
    recording, chosen = Recording(), tuple(chosen)
    rows, epochs = run_experiments(chosen, jobs=jobs)
    definitions = {
        each.name: {
            "seeds": list(each.seeds),
            "variants": {
                name: asdict(resolved(run)) for name, run in each.variants.items()
            },
        }
        for each in chosen
    }
    spent = rows.drop_duplicates("run").seconds.sum() / (jobs or os.cpu_count())
    details = {"jobs": jobs, "experiments": definitions}
    provenance = recording.close("make experiments", details, spent)
    write_table(folder, "focal_curves", epochs, provenance)
    return write_table(folder, "focal_experiments", rows, provenance)
