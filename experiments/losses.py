"""Train the loss experiments and record them in the package.

Each compares a few variants of the loss and of the training around it, three seeds
each, on the sweep's base; none is a cell of the sweep.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
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

SEEDS = (0, 1, 2)
"""Each variant is trained with each of them."""
Variants = Mapping[str, TrainConfig]
"""The settings that an experiment compares, by the name that a chapter shows."""


def experiments(base: TrainConfig) -> dict[str, Variants]:
    """Return the experiments of `losses.toml` by name, on the sweep's base."""
    named = tomllib.loads(Path(__file__).with_name("losses.toml").read_text())
    for name, variants in named.items():
        shared = variants.pop("base")
        named[name] = {
            each: _variant(base, **shared | own) for each, own in variants.items()
        }
    return named


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
    chosen: Mapping[str, Variants],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
    seeds: Sequence[int] = SEEDS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of all runs, and the one of all their epochs.

    Goes through the run store, so that the same call after a kill goes on. `store`,
    `jobs` and `progress` are those of `train_by_corpus`.

    Returns:
        rows: experiment, variant, seed, run, then measures as in a sweep's table.
        epochs: experiment, variant, seed, then the columns of `Run.history`.
    """
    runs = {
        (name, variant, seed): config.but(seed=seed)
        for name, variants in chosen.items()
        for variant, config in variants.items()
        for seed in seeds
    }
    outcomes = train_by_corpus(runs, store, jobs, progress)
    names = ("experiment", "variant", "seed")
    return measures_table(outcomes, names), history_table(outcomes, names)


def record_experiments(
    chosen: Mapping[str, Variants], folder: str | Path, jobs: int | None = None
) -> Path:
    """Run experiments, write their record, and return its table's path.

    Raises RuntimeError when the package's code is not committed, or is changed
    meanwhile.
    """
    recording = Recording()
    rows, epochs = run_experiments(chosen, jobs=jobs)
    definitions = {
        name: {
            "seeds": list(SEEDS),
            "variants": {each: asdict(resolved(run)) for each, run in variants.items()},
        }
        for name, variants in chosen.items()
    }
    spent = rows.drop_duplicates("run").seconds.sum() / (jobs or os.cpu_count())
    details = {"jobs": jobs, "experiments": definitions}
    provenance = recording.close("make experiments", details, spent)
    write_table(folder, "focal_curves", epochs, provenance)
    return write_table(folder, "focal_experiments", rows, provenance)
