"""Whole pieces predicted frame by frame, as the published record counts them.

A frame is a step of a corpus of published frames.
"""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from deepmusician.corpora import Batch
from deepmusician.evaluation.network_metrics import predict_batches
from deepmusician.model import IDENTITY, Calibration, DeepMusician, NetworkConfig
from deepmusician.music import PianoRoll


def frame_nlls(
    model: DeepMusician, rolls: Sequence[PianoRoll], calibration: Calibration = IDENTITY
) -> list[np.ndarray]:
    """Return the negative log-likelihood in nats of every frame, (frames,) per piece.

    The sum over the keys, each frame given all true frames before it. A network whose
    decoder starts from zeros reads the piece from its first frame to its last without
    a break. One with an encoder is given everything before it by the encoder, anew
    every `context` frames; no frame is left out, and before the piece there is
    silence. Without dropout, in float64; the model is left as it was.

    Raises ValueError when a piece has no frame, or the model starts from noise.
    """
    if model.config.start == "random":
        raise ValueError("a likelihood needs a start that is not drawn at random")
    if empty := [roll.name for roll in rolls if not len(roll)]:
        raise ValueError(f"no frames to predict in {', '.join(empty)}")
    model, nlls = copy.deepcopy(model).double(), []
    for roll in rolls:
        predicted = predict_batches(model, _batches(model.config, roll))
        logits, frames = map(torch.from_numpy, predicted)  # (frames, keys)
        cells = binary_cross_entropy_with_logits(
            calibration(logits), frames.double(), reduction="none"
        )
        nlls.append(cells.sum(dim=1).numpy())
    return nlls


def pooled(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean over all frames of all pieces: what is reported since 2012."""
    return float(np.concatenate(nlls).mean())


def piece_by_piece(nlls: Sequence[np.ndarray]) -> float:
    """Return the mean of the pieces' means, which makes short pieces count as much.

    Not comparable with the record: on its sets the two differ by up to 0.9 nats.
    """
    return float(np.mean([piece.mean() for piece in nlls]))


def parameters_used(model: DeepMusician) -> int:
    """Return how many parameters predicting takes.

    A network that starts from zeros has an encoder all the same, and never uses it.
    """
    unused = () if model.config.start == "guided" else model.encoder.parameters()
    return model.parameter_count - sum(weights.numel() for weights in unused)


def _batches(config: NetworkConfig, roll: PianoRoll) -> Iterator[Batch]:
    """Yield a piece whole; for an encoder, `context` frames after all those before."""
    silence = np.zeros((config.context, config.keys))
    past = np.concatenate([silence, roll.plane(config.plane)])
    past = torch.from_numpy(past).unsqueeze(0)  # (1, context + frames, keys)
    length = config.context if config.start == "guided" else len(roll)
    for first in range(0, len(roll), length):
        start = first + config.context
        target = past[:, start : start + length]
        mask = torch.ones(target.shape[:2], dtype=torch.bool)
        yield Batch(past[:, :start], target, mask)
