"""Whole pieces foretold frame by frame, as the published record counts them.

A frame is a step of a corpus of published frames. What is reported since 2012 is the
mean over all frames of all pieces together ("pooled"): a long piece counts for more
than a short one. Chapter: against the published record.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from deepmusician.calibration import Calibration
from deepmusician.model import DeepMusician
from deepmusician.pianoroll import PianoRoll

_PLAIN = Calibration()  # the logits as they are


@torch.no_grad()
def frame_nlls(
    model: DeepMusician,
    rolls: Sequence[PianoRoll],
    calibration: Calibration = _PLAIN,
) -> list[np.ndarray]:
    """Return the negative log-likelihood in nats of every frame, (frames,) a piece.

    The sum over the keys, each frame given all true frames before it. A network whose
    decoder starts from zeros reads the piece from its first frame to its last without
    a break. One with an encoder is told everything before it by the encoder, anew
    every `context` frames; no frame is left out, and before the piece there is
    silence. Without dropout, in float64; the model is left as it was.

    Raises ValueError when a piece has no frame, or the model starts from noise.
    """
    if model.config.start == "random":
        raise ValueError("a likelihood needs a start that is not drawn at random")
    if empty := [roll.name for roll in rolls if not len(roll)]:
        raise ValueError(f"no frames to foretell in {', '.join(empty)}")
    was_training, dtype = model.training, next(model.parameters()).dtype
    model.eval().double()
    foretell = _guided if model.config.start == "guided" else _unbroken
    nlls = []
    for roll in rolls:
        frames = torch.tensor(roll.plane(model.config.plane), dtype=torch.float64)
        logits = calibration(foretell(model, frames))  # (frames, keys)
        cells = binary_cross_entropy_with_logits(logits, frames, reduction="none")
        nlls.append(cells.sum(dim=1).numpy())
    model.to(dtype).train(was_training)
    return nlls


def pooled(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean over all frames of all pieces: what the record reports."""
    return float(np.concatenate(nlls).mean())


def piece_by_piece(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean of the pieces' means, which makes short pieces count as much.

    Not comparable with the record: on its sets the two differ by up to 0.9 nats.
    """
    return float(np.mean([piece.mean() for piece in nlls]))


def read_parameters(model: DeepMusician) -> int:
    """Return how many numbers foretelling takes: without an encoder that is not asked.

    A network that starts from zeros has an encoder all the same, and never uses it.
    """
    unread = 0 if model.config.start == "guided" else _size(model.encoder)
    return _size(model) - unread


def _size(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _unbroken(model: DeepMusician, frames: Tensor) -> Tensor:
    """Return the logits (frames, keys) of a decoder that starts from zeros."""
    target = frames.unsqueeze(0)  # (1, frames, keys)
    return model(torch.zeros_like(target[:, :1]), target)[0]


def _guided(model: DeepMusician, frames: Tensor) -> Tensor:
    """Return the logits (frames, keys) of a decoder that the encoder tells the past."""
    silence = frames.new_zeros(model.config.context, model.config.keys)
    heard = torch.cat([silence, frames])  # (context + frames, keys)
    logits = []
    for first in range(0, len(frames), model.config.context):
        past = heard[: first + model.config.context]
        target = frames[first : first + model.config.context]
        logits.append(model(past.unsqueeze(0), target.unsqueeze(0))[0])
    return torch.cat(logits)
