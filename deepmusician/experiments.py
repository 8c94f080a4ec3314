"""The trainings of chapter 3 that are no cells of its sweep, and their record.

Each experiment trains a few variants, three seeds each, on the sweep's base. Chapter:
focal loss.
"""

import math
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from deepmusician import records
from deepmusician.cells import cell_config
from deepmusician.code_state import Account
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.outcomes import Outcome
from deepmusician.records import Table
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.training import fit
from deepmusician.workers import train_all

NAME, CURVES = "focal_experiments", "focal_curves"
SEEDS = (0, 1, 2)
TRIAL = (8, 24)  # updates of the short trainings that foretell the long ones
TOUCHED = 0.0122
"""The share of the training chorales' cells that hold a touch."""


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
    seeds: tuple[int, ...] = SEEDS

    def runs(self) -> dict[tuple[str, str, int], TrainConfig]:
        """Return the settings of each run by experiment, variant and seed."""
        return {
            (self.name, variant, seed): replace(config, seed=seed)
            for variant, config in self.variants.items()
            for seed in self.seeds
        }


def experiments(base: TrainConfig) -> tuple[Experiment, ...]:
    """Return the experiments of chapter 3 on the sweep's base."""
    found = early_late(base), controls(base), original(base), alternatives(base)
    return (*found, mozart(base))


def early_late(base: TrainConfig) -> Experiment:
    """Return the trainings that show what gamma does early and late.

    Nothing holds them back from learning the training pieces by heart: no dropout, no
    transposition. Their epochs are short, so that curves are fine, and they go on for
    twelve of them after the best. The learning rate would fall over about twice the
    time that this takes, so that it is still high when they begin to learn by heart.
    """
    long = replace(
        base,
        **{"epochs": 48, "windows_per_epoch": 640, "patience": 12, "listen_every": 0},
        **{"dropout": 0.0, "classifier_dropout": 0.0, "transpose": 0},
    )
    gammas = {"BCE": 0.0, "focal, gamma 2": 2.0}
    variants = {
        name: cell_config(long, 0.5, gamma, 0) for name, gamma in gammas.items()
    }
    return Experiment("early-late", variants)


def controls(base: TrainConfig) -> Experiment:
    """Return what else could make the losses differ: the rate, and clipped gradients.

    The focal loss is smaller than BCE, so the same limit clips it less often, and the
    rate that suits the one need not suit the other.
    """
    changes = {
        "half the rate": {"learning_rate": base.learning_rate / 2},
        "twice the rate": {"learning_rate": base.learning_rate * 2},
        "no clipping": {"clip": 1e6},
    }
    variants = {
        f"{name}, {said}": replace(cell_config(base, 0.5, gamma, 0), **change)
        for name, gamma in {"BCE": 0.0, "focal, gamma 2": 2.0}.items()
        for said, change in changes.items()
    }
    return Experiment("controls", variants)


def original(base: TrainConfig) -> Experiment:
    """Return the original's recipe beside the same loss at lower learning rates.

    Its code multiplied the mean over all cells by 1e-6; ours is a sum over the keys.
    It had Adam (no weight decay), no weights, and no start at the corpus's density.
    """
    plain = replace(
        base,
        **{"loss": "focal", "alpha": None, "gamma": 2.0, "epochs": 4},
        **{"weight_decay": 0.0, "density_bias": False},
    )
    variants = {"scale 1e-6, the same rate": replace(plain, loss_scale=1e-6 / 88)}
    for divisor, said in (
        (1, "the same rate"),
        (10, "a tenth of the rate"),
        (100, "a hundredth of the rate"),
        (1000, "a thousandth of the rate"),
    ):
        rate = base.learning_rate / divisor
        variants[f"scale 1, {said}"] = replace(plain, learning_rate=rate)
    return Experiment("original", variants)


def alternatives(base: TrainConfig) -> Experiment:
    """Return other answers to the imbalance, beside plain binary cross-entropy.

    The weights are one over the density, which makes touches and silence count alike,
    and its square root.
    """
    bce = cell_config(base, 0.5, 0.0, 0)
    unprepared = replace(bce, density_bias=False)
    weight = (1 - TOUCHED) / TOUCHED
    variants = {
        "BCE": bce,
        "BCE, no start at the density": unprepared,
        "touches weigh 9": replace(bce, pos_weight=round(math.sqrt(weight))),
        "touches weigh 81": replace(bce, pos_weight=round(weight)),
        "logit adjustment": replace(unprepared, logit_adjustment=-math.log(weight)),
    }
    return Experiment("alternatives", variants)


def mozart(base: TrainConfig) -> Experiment:
    """Return the trainings that ask whether Bach's findings hold for Mozart."""
    other = replace(base, corpus="mozart-sonatas", epochs=4, listen_every=0)
    cells = {
        "BCE": (0.5, 0.0),
        "focal, alpha 0.5, gamma 2": (0.5, 2.0),
        "focal, alpha 0.25, gamma 2": (0.25, 2.0),
    }
    variants = {name: cell_config(other, *cell, 0) for name, cell in cells.items()}
    return Experiment("mozart", variants)


def run_experiments(
    chosen: Iterable[Experiment],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
    corpora: dict[str, Corpus] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of all runs, and the one of all their epochs.

    Goes through the run store, so that the same call after a kill goes on.

    Args:
        chosen: what to train.
        store: where runs are kept; by default `<cache>/runs`.
        jobs: how many local processes; by default two.
        progress: whether to show a bar over the runs of each corpus.
        corpora: the pieces by the corpus's name; by default they are read.

    Returns:
        rows: experiment, variant, seed, run, then measures as in a sweep's table.
        epochs: experiment, variant, seed, then the columns of `Run.history`.
    """
    runs = {key: config for each in chosen for key, config in each.runs().items()}
    found: dict[tuple[str, str, int], Outcome] = {}
    for name in dict.fromkeys(config.corpus for config in runs.values()):
        corpus = (corpora or {}).get(name) or load_corpus(name, progress=progress)
        mine = {key: config for key, config in runs.items() if config.corpus == name}
        options = {"jobs": jobs, "progress": progress}
        outcomes = train_all(list(mine.values()), corpus, store, **options)
        found |= dict(zip(mine, outcomes, strict=True))
    keys = ("experiment", "variant", "seed")
    rows = [
        dict(zip(keys, key, strict=True))
        | {"run": found[key].run}
        | found[key].measures
        for key in runs
    ]
    epochs = [
        found[key].history.assign(**dict(zip(keys, key, strict=True))) for key in runs
    ]
    epochs = pd.concat(epochs, ignore_index=True)
    return pd.DataFrame(rows), epochs.set_index(list(keys)).reset_index()


def expected_seconds(
    chosen: Iterable[Experiment], corpus: Corpus, jobs: int = 2
) -> float:
    """Return about how long experiments take, by two short trainings done now.

    `corpus`: what is trained on; the time of all experiments is reckoned by its size.
    """
    runs = {config for each in chosen for config in each.runs().values()}
    config = replace(next(iter(runs)), corpus=corpus.name, epochs=1, listen_every=0)
    taken = []
    for updates in TRIAL:
        trial = replace(config, windows_per_epoch=updates * config.batch)
        with tempfile.TemporaryDirectory() as folder:
            run = fit(trial, corpus, RunStore(folder), progress=False, threads=1)
        taken.append(run.metrics["seconds"])
    update = (taken[1] - taken[0]) / (TRIAL[1] - TRIAL[0])
    look = max(0.0, taken[0] - TRIAL[0] * update)  # at the held-out pieces
    epochs = sum(each.epochs for each in runs)
    updates = sum(each.epochs * each.windows_per_epoch / each.batch for each in runs)
    return (updates * update + epochs * look) / jobs


def record_experiments(
    chosen: Iterable[Experiment], folder: str | Path, jobs: int = 2
) -> Path:
    """Run experiments, write their record, and return its table's path.

    Raises RuntimeError when the package's code is not committed, or is changed
    meanwhile.
    """
    account, chosen = Account(), tuple(chosen)
    rows, epochs = run_experiments(chosen, jobs=jobs)
    told = {
        each.name: {
            "seeds": list(each.seeds),
            "variants": {name: asdict(run) for name, run in each.variants.items()},
        }
        for each in chosen
    }
    spent = rows.drop_duplicates("run").seconds.sum() / jobs
    details = {"jobs": jobs, "experiments": told}
    born = account.close("make experiments", details, spent)
    records.write_table(folder, CURVES, epochs, born)
    return records.write_table(folder, NAME, rows, born)


def read_experiments(name: str, folder: str | Path | None = None) -> Table:
    """Return the recorded runs of an experiment, and their provenance.

    `folder`: where the record lies; by default the book's results. Raises
    FileNotFoundError without a record, ValueError for an experiment it does not hold.
    """
    return _of(records.read_table(NAME, folder), name)


def read_curves(name: str, folder: str | Path | None = None) -> Table:
    """Return the recorded epochs of an experiment's runs; see `read_experiments`."""
    return _of(records.read_table(CURVES, folder), name)


def _of(table: Table, name: str) -> Table:
    """Return the rows of one experiment."""
    rows = table.rows[table.rows.experiment == name]
    if rows.empty:
        known = ", ".join(table.rows.experiment.unique())
        raise ValueError(f"{name!r} is none of the recorded experiments: {known}")
    return replace(table, rows=rows.reset_index(drop=True))
