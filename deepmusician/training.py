"""From settings to a trained network: `fit`, and the `Run` that it gives.

Chapter: training.
"""

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import pandas as pd
import torch
from filelock import BaseFileLock, Timeout
from safetensors.torch import load_file, save

from deepmusician import runs
from deepmusician.cache import atomic_write
from deepmusician.calibration import Calibration
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import evaluate, from_json, to_json
from deepmusician.model import DeepMusician
from deepmusician.pianoroll import PianoRoll
from deepmusician.runs import CHECKPOINT, RunStore
from deepmusician.settings import TrainConfig
from deepmusician.threads import computing_with, free_cores
from deepmusician.windows import Windows

__all__ = ["Run", "TrainConfig", "fit"]

# The rooms whose code decides a run's weights and figures: a change is another run.
ROOMS = (
    *("windows", "model", "classifiers", "gru", "lesson", "training"),
    *("losses", "calibration", "objective"),
    *("evaluation", "metrics", "reliability", "composing"),
)
COLUMNS = (
    *("epoch", "updates", "seconds", "train_loss", "train_nll"),
    *("valid_loss", "valid_nll", "valid_density", "valid_f1"),
    *("free_density", "free_on_beat"),
)


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training run, as the run store keeps it.

    Attributes:
        folder: where its files lie; the folder's name is the run's `id`.
        config: the settings, with the corpus's name and grid as they were.
        model: the network of the best epoch, in evaluation mode.
        history: one row an epoch, with the columns `COLUMNS`. Losses and NLLs are
            nats a step, densities notes a step; updates and seconds count from the
            start; free running is NaN in epochs that did not look at it. The losses
            are those of `config.loss` before `loss_scale`; all else is measured on
            calibrated logits.
        metrics: `evaluate`'s measures of the best epoch's network on the "valid" and
            "test" pieces, with epochs, best_epoch, updates, seconds, threads.
    """

    folder: Path
    config: TrainConfig
    model: DeepMusician
    history: pd.DataFrame
    metrics: dict

    @property
    def id(self) -> str:
        """The run's id: any first digits that no other run has will find it."""
        return self.folder.name

    @property
    def calibration(self) -> Calibration:
        """What turns the model's logits into those of probabilities."""
        return self.config.calibration

    @classmethod
    def load(cls, name: str | Path = "latest", store: RunStore | None = None) -> Self:
        """Return a finished run, by folder, first digits of its id, or "latest".

        Raises RunError, naming the run, when there is none or it is damaged.
        """
        folder = (store or RunStore()).find(name)
        runs.check(folder)
        try:
            config = read_config(folder)
            with torch.random.fork_rng():  # new weights draw; they are replaced
                model = DeepMusician(config.network).eval()
            model.load_state_dict(load_file(folder / "model.safetensors"))
            history = pd.read_csv(folder / "history.csv")
            return cls(folder, config, model, history, read_metrics(folder))
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise runs.damaged(folder, error) from error


def fit(
    config: TrainConfig,
    corpus: Corpus | None = None,
    store: RunStore | None = None,
    progress: bool = True,
    threads: int | None = None,
) -> Run:
    """Return the run of these settings on this corpus, trained now if it never was.

    A finished run is read from the store, an interrupted one goes on from its last
    whole epoch. When another process trains the same run, this one waits for it.
    The same settings on the same machine give the same history twice.

    Args:
        config: all that decides the result.
        corpus: the pieces; by default those that `config.corpus` names. Its grid is
            the one learnt, whatever `config` says.
        store: where runs are kept; by default `<cache>/runs`.
        progress: whether to show one line with the measures that matter.
        threads: cores to compute with; by default those that nothing else uses.

    Raises:
        KeyboardInterrupt: on Ctrl-C; the message says how far it came.
        MusicFileError: when the corpus cannot be read.
        RunError: when the run's folder is damaged or cannot be written.
        ValueError: when the corpus is empty or training diverges.
    """
    if corpus is None:
        corpus = load_corpus(config.corpus, config.steps_per_quarter, progress)
        config = replace(config, steps_per_quarter=corpus.steps_per_quarter)
    else:
        grid = corpus.steps_per_quarter
        config = replace(config, corpus=corpus.name, steps_per_quarter=grid)
    store = store or RunStore()
    run_id = id_of(config, corpus)
    folder = store.folder(run_id)
    if not runs.is_finished(folder):
        with _alone(store.lock(run_id), progress):
            if not runs.is_finished(folder):
                _train(config, corpus, folder, progress, threads or free_cores())
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return Run.load(folder)


def id_of(config: TrainConfig, corpus: Corpus) -> str:
    """Return the id of a run: the pieces count, not what the corpus is called."""
    settings = asdict(config)
    del settings["corpus"]
    return runs.run_id(settings, corpus.fingerprint, ROOMS)


def read_config(folder: Path) -> TrainConfig:
    """Return the settings in a run's folder."""
    return TrainConfig.from_json((folder / "config.json").read_text(encoding="utf-8"))


def read_metrics(folder: Path) -> dict:
    """Return the measures in a run's folder."""
    return from_json((folder / "metrics.json").read_text(encoding="utf-8"))


@contextmanager
def _alone(lock: BaseFileLock, progress: bool) -> Iterator[None]:
    """Hold a run's lock; say so when another process must be waited for."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if progress:
            print("another process trains this run; waiting for it", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _train(
    config: TrainConfig, corpus: Corpus, folder: Path, progress: bool, threads: int
) -> None:
    """Fill a run's folder and mark it as finished; torch's global dice stay put."""
    from deepmusician.lesson import Lesson, teach  # brings Lightning: seconds

    train, valid = _parts(corpus)
    windows = [
        Windows(rolls, config.plane, config.context, config.context)
        for rolls in (train, valid)
    ]
    _put(folder / "config.json", config.to_json())
    with torch.random.fork_rng(), computing_with(threads):
        torch.manual_seed(config.seed)
        lesson = Lesson(config, *windows)
        teach(lesson, folder, progress)
        lesson.model.cpu().load_state_dict(lesson.best)
        parts = {"valid": valid, "test": corpus.test}
        measures = {
            part: evaluate(lesson.model, rolls, calibration=config.calibration)
            if rolls
            else {}
            for part, rolls in parts.items()
        }
    measures |= _effort(lesson.history) | {"threads": threads}
    _put(folder / "model.safetensors", save(lesson.best))
    history = pd.DataFrame(lesson.history, columns=list(COLUMNS))
    _put(folder / "history.csv", history.to_csv(index=False))
    _put(folder / "metrics.json", to_json(measures))
    runs.finish(folder)


def _parts(corpus: Corpus) -> tuple[Sequence[PianoRoll], Sequence[PianoRoll]]:
    """Return the pieces to train on and those to watch, neither empty.

    Of a corpus of few pieces, none may be left to watch: the training pieces are then.
    """
    train = corpus.train or corpus.pieces
    valid = corpus.valid or corpus.test or train
    if not (corpus.train and corpus.valid):
        warnings.warn(
            f"{corpus.name}: its {len(corpus.pieces)} pieces are too few to keep some "
            "for validation, so the measures flatter. Add pieces.",
            stacklevel=4,
        )
    return train, valid


def _effort(history: list[dict[str, float]]) -> dict[str, float]:
    """Return what a run took, and which epoch was its best."""
    best = min(history, key=lambda row: row["valid_nll"])
    last = history[-1]
    return {
        "epochs": last["epoch"],
        "best_epoch": best["epoch"],
        "updates": last["updates"],
        "seconds": last["seconds"],
    }


def _put(path: Path, content: str | bytes) -> None:
    """Write a file, whole or not at all."""
    with atomic_write(path) as temporary:
        temporary.write_bytes(
            content if isinstance(content, bytes) else content.encode("utf-8")
        )
