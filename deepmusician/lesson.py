"""The training loop, driven by Lightning: the one file that imports it.

A `Lesson` is the network with its windows, loss, optimiser and diary; `teach` runs
it, from the start or from where an interrupted process left it. Chapter: training.
"""

import logging
import math
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint

from deepmusician.evaluation import glance, listen_in
from deepmusician.losses import bce_loss
from deepmusician.model import DeepMusician
from deepmusician.objective import objective
from deepmusician.progress import ProgressLine
from deepmusician.runs import CHECKPOINT
from deepmusician.settings import TrainConfig
from deepmusician.windows import Batch, Windows, key_density

_LOGGERS = ("lightning.pytorch", "pytorch_lightning", "lightning_fabric")


class Interrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C; the message says how to go on."""


class Lesson(pl.LightningModule):
    """A network and all that trains it, epoch by epoch.

    Whatever an epoch draws at random depends on the seed and the epoch's number
    alone, so that a resumed lesson goes on as if it had never stopped.

    Attributes:
        history: one row an epoch; see `fit` for the columns.
        best: the weights of the epoch with the lowest validation NLL, after the
            calibration that belongs to the loss, so that losses can be compared.
    """

    def __init__(self, config: TrainConfig, train: Windows, valid: Windows) -> None:
        super().__init__()
        self.config, self.windows, self.valid = config, train, valid
        self.model = DeepMusician(config.network)
        if config.density_bias:
            density = key_density(self.draw(1024, epoch=0))
            self.model.set_output_bias(density, config.calibration)
        self.history: list[dict[str, float]] = []
        self.best: dict[str, torch.Tensor] = {}
        self._losses: list[tuple[float, float, int]] = []  # loss, NLL, steps
        self.line = ProgressLine(config.epochs, updates_per_epoch(config), show=False)
        self._clock = time.perf_counter()

    @property
    def epoch(self) -> int:
        """The number of the epoch under way; the first is 1."""
        return len(self.history) + 1

    @property
    def is_over(self) -> bool:
        """Whether the last epoch was taught, or the patience has run out."""
        if len(self.history) >= self.config.epochs:
            return True
        return self._epochs_since_best() >= self.config.patience

    def draw(self, count: int, epoch: int) -> Iterator[Batch]:
        """Yield the training batches of an epoch; a fresh draw every epoch."""
        config = self.config
        seed, opening = (config.seed, epoch), config.opening
        return self.windows.draw(count, config.batch, seed, opening, config.transpose)

    def train_dataloader(self) -> "Epochs":
        """Return the batches of whichever epoch is under way."""
        return Epochs(self)

    def training_step(self, batch: Batch, index: int) -> torch.Tensor:
        """Return what to differentiate: a batch's loss, in nats a step, scaled."""
        if index == 0:
            self._losses = []
            seeds = np.random.SeedSequence((self.config.seed, self.epoch))
            torch.manual_seed(int(seeds.generate_state(1)[0]))
            self.model.train(not self._settles())  # in evaluation mode: no dropout
        config, calibrate = self.config, self.config.calibration
        logits = self.model(
            batch.context, batch.target, config.teacher_forcing, calibrate=calibrate
        )
        logits, target = logits[batch.mask], batch.target[batch.mask]  # (steps, keys)
        nll = bce_loss(calibrate(logits.detach()), target) * target.shape[-1]
        loss = objective(config, logits, target)
        self._losses.append((loss.item(), nll.item(), len(target)))
        return config.loss_scale * loss

    def configure_optimizers(self) -> dict:
        """Return AdamW, whose rate rises from 0, then falls as a cosine to 0."""
        config = self.config
        optimizer = torch.optim.AdamW(
            self.model.parameters(),
            config.learning_rate,
            weight_decay=config.weight_decay,
        )
        total = config.epochs * updates_per_epoch(config)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda update: rate(update, total, config.warm_up)
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def on_train_start(self) -> None:
        """Start the clock, after Lightning's own preparations."""
        self._clock = time.perf_counter()

    def on_train_batch_end(self, *_: object) -> None:
        """Count an update."""
        self.line.update()

    def on_train_epoch_end(self) -> None:
        """Write the epoch into the history, keep the best weights, stop in time."""
        row = self._row()
        if not math.isfinite(row["valid_nll"]):
            raise ValueError(
                f"training diverged in epoch {self.epoch}: its validation NLL is "
                f"{row['valid_nll']}. Lower learning_rate={self.config.learning_rate}."
            )
        self.history.append(row)
        self.line.show(row)
        if self._epochs_since_best() == 0:
            state = self.model.state_dict()
            self.best = {name: value.cpu().clone() for name, value in state.items()}
        self.trainer.should_stop = self.is_over

    def _row(self) -> dict[str, float]:
        """Return the history's row of the epoch that ends."""
        losses, nlls, steps = torch.tensor(self._losses, dtype=torch.float64).T
        row = {
            "epoch": self.epoch,
            "updates": self.epoch * updates_per_epoch(self.config),
            "train_loss": float((losses * steps).sum() / steps.sum()),
            "train_nll": float((nlls * steps).sum() / steps.sum()),
        }
        calibration = self.config.calibration
        loss = partial(objective, self.config)
        valid = glance(self.model, self.valid, loss, calibration=calibration)
        row |= {f"valid_{name}": value for name, value in valid.items()}
        if self._listens():
            seed = self.config.seed
            free = listen_in(self.model, seed=seed, calibration=calibration)
            row |= {f"free_{name}": value for name, value in free.items()}
        before = self.history[-1]["seconds"] if self.history else 0.0
        now = time.perf_counter()
        seconds, self._clock = before + now - self._clock, now
        return {**row, "seconds": seconds}

    def _listens(self) -> bool:
        """Return whether free running is looked at in this epoch."""
        every = self.config.listen_every
        return every > 0 and (
            self.epoch % every == 0 or self.epoch == self.config.epochs
        )

    def _settles(self) -> bool:
        """Return whether this epoch is one of the last, without dropout."""
        return self.epoch > self.config.epochs * (1 - self.config.settle)

    def _epochs_since_best(self) -> int:
        """Return how many epochs ago the validation NLL was lowest."""
        scores = [row["valid_nll"] for row in self.history]
        return len(scores) - 1 - scores.index(min(scores)) if scores else 0

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        """Put the diary and the best weights into the same file as all the rest."""
        checkpoint["history"], checkpoint["best"] = self.history, self.best

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        """Take up diary and best weights again."""
        self.history, self.best = checkpoint["history"], checkpoint["best"]


class Epochs:
    """The batches of whichever epoch of a lesson is under way."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson

    def __len__(self) -> int:
        return updates_per_epoch(self._lesson.config)

    def __iter__(self) -> Iterator[Batch]:
        lesson = self._lesson
        yield from lesson.draw(lesson.config.windows_per_epoch, lesson.epoch)


def teach(lesson: Lesson, folder: Path, progress: bool = True) -> None:
    """Train a lesson to its end, from where the folder's checkpoint left it.

    After every epoch the checkpoint is written anew, whole or not at all; it is the
    caller's to delete. Raises `Interrupted` on Ctrl-C, ValueError when the loss is
    no longer a number.
    """
    resumed = recall(lesson, folder / CHECKPOINT)
    if lesson.is_over:
        return
    updates = updates_per_epoch(lesson.config)
    with (
        ProgressLine(lesson.config.epochs, updates, progress) as lesson.line,
        _quiet(),
        _interruptible(lesson),
    ):
        lesson.line.resume(lesson.history)
        trainer = _trainer(lesson.config, folder)
        trainer.fit(lesson, ckpt_path=resumed, weights_only=True)


def recall(lesson: Lesson, checkpoint: Path) -> Path | None:
    """Return the checkpoint if the lesson can go on from it, and take up its diary.

    One that cannot be read is deleted: the lesson then begins anew.
    """
    if not checkpoint.exists():
        return None
    try:
        lesson.on_load_checkpoint(torch.load(checkpoint, weights_only=True))
    except Exception:  # whatever a damaged file makes torch raise
        checkpoint.unlink()
        return None
    return checkpoint


def _trainer(config: TrainConfig, folder: Path) -> pl.Trainer:
    """Return Lightning's trainer, which writes nothing but the checkpoint."""
    keeper = ModelCheckpoint(
        folder,
        filename=Path(CHECKPOINT).stem,
        enable_version_counter=False,
        save_on_train_epoch_end=True,
    )
    return pl.Trainer(
        accelerator="gpu" if torch.cuda.is_available() else "cpu",
        devices=1,
        max_epochs=config.epochs,
        gradient_clip_val=config.clip,
        callbacks=[keeper],
        default_root_dir=folder,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning's advice off the page."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _interruptible(lesson: Lesson) -> Iterator[None]:
    """Turn Lightning's answer to Ctrl-C, which ends the process, into `Interrupted`."""
    in_main_thread = signal.getsignal(signal.SIGINT)
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        signal.signal(signal.SIGINT, in_main_thread)
        done = f"after {len(lesson.history)} of {lesson.config.epochs} epochs"
        raise Interrupted(
            f"training stopped {done}; the same call goes on from there"
        ) from None


def rate(update: int, total: int, warm_up: float) -> float:
    """Return the share of the learning rate in force at an update, from 0 on.

    It rises in a line over the first `warm_up` of `total` updates, then falls as half
    a cosine; update `total` would have the rate 0.
    """
    rising = max(1, round(total * warm_up))
    if update < rising:
        return (update + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (update - rising) / max(1, total - rising)))


def updates_per_epoch(config: TrainConfig) -> int:
    """Return the number of batches an epoch."""
    return -(-config.windows_per_epoch // config.batch)
