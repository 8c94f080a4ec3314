"""The training loop, driven by Lightning: the one file that imports it."""

import logging
import math
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, IterableDataset

from deepmusician.corpora import (
    Batch,
    TokenBatch,
    TokenWindows,
    Windows,
    key_density,
    token_shares,
)
from deepmusician.evaluation import epoch_measures, free_running
from deepmusician.model import (
    DeepMusician,
    TokenNetwork,
    bce_loss,
    build_network,
    kernels,
    token_nll,
)
from deepmusician.training.config import TrainConfig, calibration_of, objective
from deepmusician.training.optimizers import MuonBesideAdamW, rate_share, running_mean
from deepmusician.training.progress import ProgressLine
from deepmusician.training.store import CHECKPOINT

AnyWindows = Windows | TokenWindows


class Interrupted(KeyboardInterrupt):
    """Training was stopped by Ctrl-C; the message says how to go on."""


class TrainingLoop(pl.LightningModule):
    """A network and all that trains it, epoch by epoch.

    Whatever an epoch draws at random depends on the seed and the epoch's number
    alone, so that a resumed loop goes on as if it had never stopped.

    Attributes:
        history: one row per epoch; see `Run` for the columns.
        best: the weights of the epoch with the lowest validation NLL, after the
            calibration that belongs to the loss, so that losses can be compared.
    """

    def __init__(self, config: TrainConfig, train: AnyWindows, valid: AnyWindows):
        super().__init__()
        self.config, self.windows, self.valid = config, train, valid
        self.calibration = calibration_of(config)
        self.model = build_network(config.network)
        if config.density_bias:
            drawn, is_both = self.draw(1024, epoch=0), config.network.plane == "both"
            on_rolls = config.network.representation == "roll"
            density = key_density(drawn, is_both) if on_rolls else token_shares(drawn)
            self.model.set_output_bias(density, self.calibration)
        self.averaged = None
        if config.average:
            mean = partial(running_mean, config.average)
            self.averaged = AveragedModel(self.model, avg_fn=mean)
        self.history: list[dict[str, float]] = []
        self.best: dict[str, Tensor] = {}
        self._losses: list[tuple[Tensor, ...]] = []
        self.line = ProgressLine(config.epochs, updates_per_epoch(config), show=False)

    @property
    def measured(self) -> DeepMusician | TokenNetwork:
        """The network that is measured and kept: the trained one, or its mean."""
        return self.averaged.module if self.averaged else self.model

    @property
    def epoch(self) -> int:
        """The number of the epoch under way; the first is 1."""
        return len(self.history) + 1

    @property
    def is_settling(self) -> bool:
        """Whether the epoch is one of the last, without dropout and noise."""
        return self.epoch > self.config.epochs * (1 - self.config.settle)

    @property
    def is_over(self) -> bool:
        """Whether the last epoch is over, or the patience has run out."""
        done, config = len(self.history), self.config
        return done >= config.epochs or done - self.best_epoch >= config.patience

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation NLL, from 1; 0 before the first."""
        scores = [row["valid_nll"] for row in self.history]
        return 1 + scores.index(min(scores)) if scores else 0

    def draw(self, count: int, epoch: int) -> "Draw":
        """Return so many training windows, in batches; a fresh draw every epoch."""
        return Draw(self.windows, self.config, count, epoch)

    def train_dataloader(self) -> DataLoader:
        """Return the epoch's batches; for a GPU, a process prepares them in advance."""
        on_gpu = torch.cuda.is_available()
        drawn = self.draw(self.config.windows_per_epoch, self.epoch)
        return DataLoader(
            drawn, batch_size=None, num_workers=int(on_gpu), pin_memory=on_gpu
        )

    def training_step(self, batch: Batch | TokenBatch, index: int) -> Tensor:
        """Return what to differentiate: a batch's loss, in nats per step, scaled."""
        if index == 0:
            self._losses = []
            seeds = np.random.SeedSequence((self.config.seed, self.epoch))
            torch.manual_seed(int(seeds.generate_state(1)[0]))
            self.model.train(not self.is_settling)
        low = self.config.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=low):
            of_batch = self._tokens if isinstance(batch, TokenBatch) else self._steps
            loss, *reported = of_batch(batch)
        self._losses.append(tuple(reported))
        return self.config.loss_scale * loss

    @property
    def _noise(self) -> float:
        return 0.0 if self.is_settling else self.config.noise

    def _steps(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, int]:
        """Return what to differentiate, and per step loss and NLL; and how many."""
        config, calibrate = self.config, self.calibration
        logits = self.model(
            batch.context,
            batch.target,
            config.teacher_forcing,
            calibrate=calibrate,
            noise=self._noise,
        )
        with torch.autocast(self.device.type, enabled=False):
            logits, target = logits[batch.mask], batch.target[batch.mask]
            nll = bce_loss(calibrate(logits.detach()), target) * target.shape[-1]
            loss = objective(config, logits, target)
            return loss, loss.detach(), nll, len(target)

    def _tokens(self, batch: TokenBatch) -> tuple[Tensor, Tensor, Tensor, int]:
        """Return the same of a batch of tokens, in which short windows are together.

        So what is differentiated is divided by a whole batch's steps: each step of the
        music then counts as much as any other.
        """
        logits, _ = self.model(*batch.network_inputs, noise=self._noise)
        with torch.autocast(self.device.type, enabled=False):
            total = token_nll(logits, batch.target)[batch.mask].sum()
            steps = int(batch.steps.sum())
            nll = total.detach() / steps
            return total / (len(batch.target) * self.windows.target), nll, nll, steps

    def configure_optimizers(self) -> dict:
        """Return the optimizer; its rate rises from 0, then falls as a cosine to 0."""
        config = self.config
        fused = self.device.type == "cuda" or kernels() is not None
        options = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
        kind = torch.optim.AdamW
        if config.optimizer == "muon":
            kind = partial(MuonBesideAdamW, low=config.precision == "bfloat16")
        optimizer = kind(self.model.parameters(), fused=fused, **options)
        total = config.epochs * updates_per_epoch(config)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda update: rate_share(update, total, config.warm_up)
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def on_train_start(self) -> None:
        """Start the clock, after Lightning's own preparations."""
        self._clock = time.perf_counter()

    def on_train_batch_end(self, *_: object) -> None:
        """Count an update, and take it into the mean."""
        if self.averaged:
            self.averaged.update_parameters(self.model)
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
        if self.best_epoch == len(self.history):
            state = self.measured.state_dict()
            self.best = {name: value.cpu().clone() for name, value in state.items()}
        self.trainer.should_stop = self.is_over

    def _row(self) -> dict[str, float]:
        """Return the history's row of the epoch that ends."""
        # A GPU's numbers are fetched here at once: until now nobody waited for them.
        losses, nlls, steps = torch.tensor(self._losses, dtype=torch.float64).T
        row = {
            "epoch": self.epoch,
            "updates": self.epoch * updates_per_epoch(self.config),
            "train_loss": float((losses * steps).sum() / steps.sum()),
            "train_nll": float((nlls * steps).sum() / steps.sum()),
        }
        config, calibration = self.config, self.calibration
        loss = partial(objective, config)
        network = self.measured
        valid = epoch_measures(network, self.valid, loss, calibration=calibration)
        row |= {f"valid_{name}": value for name, value in valid.items()}
        every, ends = config.listen_every, self.epoch == config.epochs
        if every and (ends or self.epoch % every == 0):
            free = free_running(network, seed=config.seed, calibration=calibration)
            row |= {f"free_{name}": value for name, value in free.items()}
        before = self.history[-1]["seconds"] if self.history else 0.0
        now = time.perf_counter()
        seconds, self._clock = before + now - self._clock, now
        return {**row, "seconds": seconds}

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        """Put the history and the best weights into the same file as all the rest."""
        checkpoint["history"], checkpoint["best"] = self.history, self.best

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        """Take up history and best weights again."""
        self.history, self.best = checkpoint["history"], checkpoint["best"]


@dataclass(frozen=True, eq=False)
class Draw(IterableDataset):
    """The batches of an epoch, always the same."""

    windows: AnyWindows
    config: TrainConfig
    count: int
    epoch: int

    def __len__(self) -> int:
        return -(-self.count // self.config.batch)

    def __iter__(self) -> Iterator[Batch | TokenBatch]:
        config, seed = self.config, (self.config.seed, self.epoch)
        options = {"opening": config.opening, "transpose": config.transpose}
        return self.windows.draw(self.count, config.batch, seed, **options)


def train(loop: TrainingLoop, folder: Path, progress: bool = True) -> None:
    """Train a loop to its end, from where the folder's checkpoint left it.

    After every epoch the checkpoint is written anew, whole or not at all; it is the
    caller's to delete. Raises `Interrupted` on Ctrl-C, ValueError when the loss is
    no longer a number.
    """
    resumed = restore(loop, folder / CHECKPOINT)
    if loop.is_over:
        return
    updates = updates_per_epoch(loop.config)
    with (
        ProgressLine(loop.config.epochs, updates, progress) as loop.line,
        _quiet(),
        _interruptible(loop),
    ):
        loop.line.resume(loop.history)
        trainer = _trainer(loop.config, folder)
        trainer.fit(loop, ckpt_path=resumed, weights_only=True)


def restore(loop: TrainingLoop, checkpoint: Path) -> Path | None:
    """Return the checkpoint if the loop can go on from it, and take up its history.

    One that cannot be read is deleted: the loop then begins anew.
    """
    try:
        loop.on_load_checkpoint(torch.load(checkpoint, weights_only=True))
    except Exception:  # missing, or whatever a damaged file makes torch raise
        checkpoint.unlink(missing_ok=True)
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
        reload_dataloaders_every_n_epochs=1,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning's advice off the page."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


@contextmanager
def _interruptible(loop: TrainingLoop) -> Iterator[None]:
    """Turn Lightning's answer to Ctrl-C, which ends the process, into `Interrupted`."""
    in_main_thread = signal.getsignal(signal.SIGINT)
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        signal.signal(signal.SIGINT, in_main_thread)
        done = f"after {len(loop.history)} of {loop.config.epochs} epochs"
        raise Interrupted(
            f"training stopped {done}; the same call goes on from there"
        ) from None


def updates_per_epoch(config: TrainConfig) -> int:
    """Return the number of batches per epoch."""
    return -(-config.windows_per_epoch // config.batch)
