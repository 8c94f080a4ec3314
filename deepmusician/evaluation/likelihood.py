"""Whole pieces predicted step by step: how likely is all of the music?

*Nats a quarter of whole music*: a piece of known length is its onsets and its holds;
the negative logarithm of its probability is summed over all steps of all pieces and
divided by their quarters. Each step is predicted from all true steps before it, from
the piece's first on. Only sums compare: one that knows lengths predicts onsets with
them.
"""

import copy
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import logsumexp
from torch.nn.functional import binary_cross_entropy_with_logits

from deepmusician.baselines import Baseline, CountedLengths
from deepmusician.corpora import MOST_SHIFT, Batch
from deepmusician.evaluation.network_metrics import predict_batches, token_sums
from deepmusician.model import (
    IDENTITY,
    Calibration,
    DeepMusician,
    NetworkConfig,
    TokenNetwork,
)
from deepmusician.music import PianoRoll

_TOGETHER = 16  # pieces side by side: thinner products are several times as slow


class WholeNll(NamedTuple):
    """Nats a quarter of whole music, in two parts; only their sum compares."""

    onsets: float
    lengths: float

    @property
    def total(self) -> float:
        """The negative log-likelihood of onsets and lengths together."""
        return self.onsets + self.lengths


def whole_nll(
    predictor: DeepMusician | TokenNetwork | Baseline,
    rolls: Sequence[PianoRoll],
    lengths: CountedLengths | None = None,
    calibration: Calibration = IDENTITY,
) -> WholeNll:
    """Return how likely a network or a baseline finds pieces: nats a quarter.

    Of a network of both planes the parts are its onsets' and its holds', of one on
    tokens those of pitches and shifts, and of durations. Whatever reads onsets alone
    is completed by `lengths`. `calibration`: that of the run.

    Raises ValueError where a piece has no step, a grid differs, or the predictor reads
    onsets alone and no `lengths` are given, or sounding keys alone.
    """
    grid, steps = rolls[0].steps_per_quarter, sum(map(len, rolls))
    if isinstance(predictor, TokenNetwork):
        sums = token_sums(copy.deepcopy(predictor).double(), rolls)
        return WholeNll(*(grid * float(each) / steps for each in sums))
    is_network = isinstance(predictor, DeepMusician)
    plane = predictor.config.plane if is_network else predictor.plane
    if plane == "both":
        cells = np.concatenate(cell_nlls(predictor, rolls, calibration))
        parts = cells[:, ::2].sum(), cells[:, 1::2].sum()
        return WholeNll(*(grid * float(part) / steps for part in parts))
    if plane != "onsets" or lengths is None:
        raise ValueError(f"whole music needs lengths; {plane} alone do not have them")
    if is_network:
        onsets = pooled(frame_nlls(predictor, rolls, calibration))
    else:
        onsets = predictor.nll(rolls)
    held = -sum(lengths.log_probabilities(roll).sum() for roll in rolls)
    return WholeNll(grid * onsets, grid * float(held) / steps)


def frame_nlls(
    model: DeepMusician, rolls: Sequence[PianoRoll], calibration: Calibration = IDENTITY
) -> list[np.ndarray]:
    """Return the negative log-likelihood in nats of every frame, (frames,) per piece.

    A frame is a step: the sums of `cell_nlls`, which raises what this does.
    """
    return [cells.sum(axis=1) for cells in cell_nlls(model, rolls, calibration)]


def nlls_in_keys(
    model: DeepMusician, rolls: Sequence[PianoRoll], calibration: Calibration = IDENTITY
) -> list[list[np.ndarray]]:
    """Return `cell_nlls` of the music as it stands and in ten other keys.

    A reading each: up to `MOST_SHIFT` semitones lower and higher.
    """
    keys = range(-MOST_SHIFT, MOST_SHIFT + 1)
    return [cell_nlls(model, rolls, calibration, semitones) for semitones in keys]


def mean_nlls(readings: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """Return the nats of every cell, (steps, cells) each, of the mean of readings.

    Of one network in several keys, that is test-time augmentation; of several, an
    ensemble. A cell's probability, given the cells before it, is the mean over all
    readings but those that have NaN there. What is possible still adds up to 1, or to
    less where one of four voices leaves the keyboard.
    """
    pieces = [np.stack(piece) for piece in zip(*readings, strict=True)]
    return [
        np.log((~np.isnan(nlls)).sum(axis=0))
        - logsumexp(np.nan_to_num(-nlls, nan=-np.inf), axis=0)
        for nlls in pieces
    ]


def cell_nlls(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    calibration: Calibration = IDENTITY,
    semitones: int = 0,
) -> list[np.ndarray]:
    """Return the negative log-likelihood of every cell in nats, (steps, cells) each.

    Each step is given all true steps before it. A network whose decoder starts from
    zeros reads the piece from its first step to its last without a break. One with an
    encoder is given everything before it by the encoder, anew every `context` steps;
    no step is left out, and before the piece there is silence. Without dropout; the
    logits are as fine as the model's weights, what is reckoned with them is float64.
    The model is left as it was.

    It reads the pieces moved by `semitones`, without the notes that leave the keyboard,
    and says nothing, NaN, of cells that are not on it then.

    Raises ValueError when a piece has no frame, or the model starts from noise.
    """
    if model.config.start == "random":
        raise ValueError("a likelihood needs a start that is not drawn at random")
    if empty := [roll.name for roll in rolls if not len(roll)]:
        raise ValueError(f"no frames to predict in {', '.join(empty)}")
    up = semitones * model.config.cells // model.config.keys
    nlls, order = [np.empty(0)] * len(rolls), np.argsort([len(roll) for roll in rolls])
    for first in range(0, len(rolls), _TOGETHER):
        together = order[first : first + _TOGETHER]  # pieces of about one length
        planes = [rolls[piece].plane(model.config.plane) for piece in together]
        planes = [_moved(plane.astype(np.float32), up, 0) for plane in planes]
        batches = list(_batches(model.config, planes))
        logits, frames = map(torch.from_numpy, predict_batches(model, batches))
        cells = binary_cross_entropy_with_logits(
            calibration(logits.double()), frames.double(), reduction="none"
        )  # (frames of all these pieces, keys)
        rows = torch.cat([batch.mask.nonzero()[:, 0] for batch in batches])
        for row, piece in enumerate(together):
            nlls[piece] = _moved(cells[rows == row].numpy(), -up, np.nan)
    return nlls


def pooled(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean over all frames of all pieces: what is reported since 2012."""
    return float(np.concatenate(nlls).mean())


def piece_by_piece(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean of the pieces' means, which makes short pieces count as much.

    Not comparable with the record: on its sets the two differ by up to 0.9 nats.
    """
    return float(np.mean([piece.mean() for piece in nlls]))


def _moved(cells: np.ndarray, up: int, fill: float) -> np.ndarray:
    """Return (steps, cells) moved up so many cells, with `fill` where none moves to."""
    wider = np.pad(cells, ((0, 0), (abs(up), abs(up))), constant_values=fill)
    return wider[:, abs(up) - up :][:, : cells.shape[1]]


def _batches(config: NetworkConfig, planes: Sequence[np.ndarray]) -> Iterator[Batch]:
    """Yield pieces whole; for an encoder, `context` frames after all those before."""
    longest = max(map(len, planes))
    past = torch.zeros(len(planes), config.context + longest, config.cells)
    mask = torch.zeros(len(planes), longest, dtype=torch.bool)
    for row, plane in enumerate(planes):
        past[row, config.context :][: len(plane)] = torch.from_numpy(plane)
        mask[row, : len(plane)] = True
    length = config.context if config.start == "guided" else longest
    for first in range(0, longest, length):
        start = first + config.context
        target = past[:, start : start + length]
        yield Batch(past[:, :start], target, mask[:, first : first + length])
