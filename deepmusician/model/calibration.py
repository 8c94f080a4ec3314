"""What a network's logits stand for: the map from its loss's optimum to a probability.

A loss other than plain BCE is least at logits that are no log-odds. Which logits those
are is known in closed form, so the way back is too: nothing is fitted here.
"""

import math
from dataclasses import dataclass

from torch import Tensor

from deepmusician.model.losses import check_focal, focal_inverse, focal_logit


@dataclass(frozen=True)
class Calibration:
    """Turns logits into calibrated ones, whose sigmoid is a probability.

    By default they are taken as they are. ValueError for settings without a map.

    Attributes:
        alpha, gamma: of the focal loss that trained the logits; see `focal_logit`.
        shift: added to the logits first.
    """

    alpha: float | None = None
    gamma: float = 0.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        check_focal(self.alpha, self.gamma)
        if self.alpha in (0, 1):
            raise ValueError(f"alpha must lie inside (0, 1), not {self.alpha!r}")
        if not math.isfinite(self.shift):
            raise ValueError(f"shift must be a finite number, not {self.shift!r}")

    @property
    def is_identity(self) -> bool:
        """Whether calibrated logits are the logits themselves."""
        return self.alpha in (None, 0.5) and self.gamma == 0 and self.shift == 0

    def __call__(self, logits: Tensor) -> Tensor:
        """Return the calibrated logits, in the shape of the logits."""
        if self.is_identity:
            return logits
        return focal_logit(logits + self.shift, self.alpha, self.gamma)

    def inverse(self, probability: Tensor | float) -> Tensor:
        """Return the logits that stand for these probabilities, each inside (0, 1)."""
        return focal_inverse(probability, self.alpha, self.gamma) - self.shift


IDENTITY = Calibration()
"""The logits as they are."""
