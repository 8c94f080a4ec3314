"""What a training run makes small, and what its logits then stand for.

Both follow from the settings' `loss`, and have to agree: chapter 3.
"""

import math
from typing import TYPE_CHECKING

from torch import Tensor

from deepmusician.calibration import Calibration
from deepmusician.losses import bce_loss, focal_loss

if TYPE_CHECKING:
    from deepmusician.settings import TrainConfig


def objective(config: "TrainConfig", logits: Tensor, target: Tensor) -> Tensor:
    """Return the loss that the settings ask for, in nats a step (a scalar).

    `logits` and `target`: (steps, keys). Before `loss_scale`, so that what is
    reported can be compared; only what is differentiated is multiplied.
    """
    keys, logits = target.shape[-1], logits + config.logit_adjustment
    if config.loss == "bce":
        return bce_loss(logits, target, pos_weight=config.pos_weight) * keys
    return focal_loss(logits, target, config.alpha, config.gamma) * keys


def calibration_of(config: "TrainConfig") -> Calibration:
    """Return the map from the logits that `objective` teaches to those of the truth.

    A weight w on the touches raises the log-odds taught by ln w; an adjustment is
    a part of the logit that the network itself is spared.
    """
    if config.loss == "bce":
        shift = config.logit_adjustment - math.log(config.pos_weight)
        return Calibration(shift=shift)
    return Calibration(config.alpha, config.gamma, config.logit_adjustment)
