"""From settings to a trained network: `fit`, and the `Run` that it gives."""

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import pandas as pd
import torch
from filelock import AcquireReturnProxy, BaseFileLock, Timeout
from safetensors.torch import load_file, save

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import evaluate, windows_for
from deepmusician.files import from_json, to_json, write_file
from deepmusician.model import Calibration, DeepMusician, TokenNetwork, build_network
from deepmusician.music import PianoRoll
from deepmusician.sources import code_hash
from deepmusician.training.config import TrainConfig, calibration_of
from deepmusician.training.store import (
    CHECKPOINT,
    RunError,
    RunStore,
    check_files,
    damaged_run,
    is_finished,
    mark_finished,
    run_id,
)
from deepmusician.training.threads import (
    computing_with,
    free_cores,
    keeping_memory,
    resolved_precision,
)

# What decides a run's weights and figures: a change there is another run.
SOURCES = (
    *("training.run._train", "training.loop.TrainingLoop", "training.loop.train"),
    *(f"model.fused.{name}" for name in ("forward_step", "backward_step", "drop")),
)
HISTORY_COLUMNS = (
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
        history: one row per epoch, with the columns `HISTORY_COLUMNS`. Losses and NLLs
            are nats per step, densities notes per step; updates and seconds count from
            the start; free running is NaN in epochs that did not measure it. The losses
            are those of `config.loss` before `loss_scale`; all else is measured on
            calibrated logits.
        metrics: `evaluate`'s measures of the best epoch's network on the "valid" and
            "test" pieces, with epochs, best_epoch, updates, seconds, threads.
    """

    folder: Path
    config: TrainConfig
    model: DeepMusician | TokenNetwork
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
        check_files(folder)
        try:
            config = read_config(folder)
            with torch.random.fork_rng():  # new weights draw; they are replaced
                model = build_network(config.network).eval()
            model.load_state_dict(load_file(folder / "model.safetensors"))
            history = pd.read_csv(folder / "history.csv")
            return cls(folder, config, model, history, read_metrics(folder))
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise damaged_run(folder, error) from error


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
    The same settings on the same machine give the same history twice; `precision`
    "auto" is one of them, and the run's settings say which it came to.

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
        RunError: when the run's folder is damaged, cannot be written, or holds a run
            with other settings, because a default has changed since.
        ValueError: when the corpus is empty or training diverges.
    """
    if corpus is None:
        grid = config.network.steps_per_quarter
        corpus = load_corpus(config.corpus, grid, progress)
    else:
        config = config.but(corpus=corpus.name)
    config = resolved(config.but(steps_per_quarter=corpus.steps_per_quarter))
    store = store or RunStore()
    run_id = id_of(config, corpus)
    folder = store.folder(run_id)
    if not is_finished(folder):
        with _alone(store.lock(run_id), progress):
            if not is_finished(folder):
                _train(config, corpus, folder, progress, threads or free_cores())
    (folder / CHECKPOINT).unlink(missing_ok=True)
    run = Run.load(folder)
    if run.config.but(corpus=config.corpus) != config:
        raise RunError(
            f"{folder}: this run was trained with other settings, for a default has "
            "changed since. Delete the folder and train again."
        )
    return run


def resolved(config: TrainConfig) -> TrainConfig:
    """Return the settings with the precision that "auto" comes to on this machine."""
    return config.but(precision=resolved_precision(config.precision))


def id_of(config: TrainConfig, corpus: Corpus) -> str:
    """Return the id of a run: the pieces count, not what the corpus is called."""
    settings = resolved(config).changed()
    settings.pop("corpus", None)
    return run_id(settings, corpus.fingerprint, sources_now())


@cache
def sources_now() -> str:
    """Return the hash of the code that decides a run."""
    return code_hash(*SOURCES)


def read_config(folder: Path) -> TrainConfig:
    """Return the settings in a run's folder."""
    return TrainConfig.from_json((folder / "config.json").read_text(encoding="utf-8"))


def read_metrics(folder: Path) -> dict:
    """Return the measures in a run's folder."""
    return from_json((folder / "metrics.json").read_text(encoding="utf-8"))


def _alone(lock: BaseFileLock, progress: bool) -> AcquireReturnProxy:
    """Return a run's lock, held; say so when another process must be waited for."""
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        if progress:
            print("another process trains this run; waiting for it", file=sys.stderr)
        return lock.acquire()


def _train(
    config: TrainConfig, corpus: Corpus, folder: Path, progress: bool, threads: int
) -> None:
    """Fill a run's folder and mark it as finished; torch's global generator is kept."""
    from deepmusician.training.loop import TrainingLoop, train  # brings Lightning

    pieces, valid = _parts(corpus)
    windows = [windows_for(config.network, pieces)]
    windows += [windows_for(config.network, valid, scored=True)]
    write_file(folder / "config.json", config.to_json())
    with torch.random.fork_rng(), computing_with(threads), keeping_memory():
        torch.manual_seed(config.seed)
        loop = TrainingLoop(config, *windows)
        train(loop, folder, progress)
        loop.model.cpu().load_state_dict(loop.best)
        calibration = calibration_of(config)
        measures = {
            part: evaluate(loop.model, rolls, calibration=calibration) if rolls else {}
            for part, rolls in {"valid": valid, "test": corpus.test}.items()
        }
    measures |= {"epochs": len(loop.history), "best_epoch": loop.best_epoch}
    measures |= {name: loop.history[-1][name] for name in ("updates", "seconds")}
    measures["threads"] = threads
    write_file(folder / "model.safetensors", save(loop.best))
    history = pd.DataFrame(loop.history, columns=list(HISTORY_COLUMNS))
    write_file(folder / "history.csv", history.to_csv(index=False))
    write_file(folder / "metrics.json", to_json(measures))
    mark_finished(folder)


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
