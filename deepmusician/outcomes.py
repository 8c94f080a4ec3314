"""What is kept of a run among many: its measures, and what it plays on its own.

It lies in the run's own folder, so that it is made once. Chapter: focal loss.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from deepmusician import free_running, runs
from deepmusician.cache import atomic_write
from deepmusician.corpora import Corpus
from deepmusician.evaluation import from_json, to_json
from deepmusician.rule_scores import rule_scores
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.threads import computing_with
from deepmusician.training import Run, fit, id_of

STORED = "sweep.json"


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run among many.

    Attributes:
        config: its settings. run: its id.
        measures: updates, best_epoch, seconds; `valid_…` and `test_…` of `evaluate`;
            `test_<rule>_f1` of `rule_scores`; `free_…` of `free_running`.
        pieces: what it plays by each rule in `free_running.RULES`, packed as text.
        history: one row an epoch, as in `Run.history`.
    """

    config: TrainConfig
    run: str
    measures: dict[str, float]
    pieces: dict[str, str]
    history: pd.DataFrame

    @classmethod
    def told(cls, config: TrainConfig, told: dict) -> "Outcome":
        """Return the outcome that `learn` told."""
        history = pd.DataFrame(told["history"])
        return cls(config, told["run"], told["measures"], told["pieces"], history)


def learn(config: TrainConfig, corpus: Corpus, store: RunStore) -> dict:
    """Return what is kept of a run, as JSON knows it, with one thread.

    The run is trained if it never was; its outcome is made if its folder does not
    hold it yet.
    """
    run = fit(config, corpus, store, progress=False, threads=1)
    if (stored := stored_in(run.folder)) is not None:
        return stored
    with computing_with(1):
        told = _told(run, corpus)
    with atomic_write(run.folder / STORED) as path:
        path.write_text(to_json(told), encoding="utf-8")
    return told


def found(config: TrainConfig, corpus: Corpus, store: RunStore) -> dict | None:
    """Return what `learn` would, if the store holds it already."""
    return stored_in(store.root / id_of(config, corpus))


def stored_in(folder: Path) -> dict | None:
    """Return the outcome in a finished run's folder, None if this code made none."""
    try:
        told = from_json((folder / STORED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    current = isinstance(told, dict) and told.get("made_by") == _maker()
    return told if current and runs.is_finished(folder) else None


def _told(run: Run, corpus: Corpus) -> dict:
    """Return what is kept of a run, as JSON knows it."""
    openings = free_running.openings(corpus, run.config.context)
    measures, pieces = free_running.free_running(run, openings)
    plane = run.config.plane
    packed = {rule: free_running.pack(roll, plane) for rule, roll in pieces.items()}
    return {
        "made_by": _maker(),
        "run": run.id,
        "measures": _flat(run.metrics) | rule_scores(run, corpus) | measures,
        "pieces": packed,
        "history": run.history.to_dict("list"),
    }


def _flat(metrics: dict) -> dict[str, float]:
    """Return a run's measures under one name each."""
    parts = {
        f"{part}_{name}": value
        for part in ("valid", "test")
        for name, value in metrics[part].items()
    }
    effort = {name: metrics[name] for name in ("updates", "best_epoch", "seconds")}
    return effort | parts


@lru_cache(maxsize=1)
def _maker() -> str:
    """Return a hash of the code that decides an outcome beyond its run."""
    rooms = ("free_running", "outcomes", "music_metrics", "rule_scores")
    return runs.run_id({}, "", rooms)
