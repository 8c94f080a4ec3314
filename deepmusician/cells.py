"""The cells of a sweep: one network each, alike but for alpha, gamma and the seed.

Chapter: focal loss.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from deepmusician.settings import TrainConfig


class Cell(NamedTuple):
    """Where a run stands in a sweep."""

    alpha: float
    gamma: float
    seed: int

    def __str__(self) -> str:
        return f"alpha {self.alpha:g}, gamma {self.gamma:g}, seed {self.seed}"

    def config(self, base: TrainConfig) -> TrainConfig:
        """Return the settings of this cell: `base` with its loss and seed."""
        return cell_config(base, self.alpha, self.gamma, self.seed)


def cell_config(
    base: TrainConfig, alpha: float, gamma: float, seed: int
) -> TrainConfig:
    """Return `base` with a focal loss of these alpha and gamma, and this seed.

    At alpha 0.5 and gamma 0 focal loss is half the binary cross-entropy; that cell
    is trained with the whole of it. Raises ValueError for values out of range.
    """
    if (alpha, gamma) == (0.5, 0):
        return replace(base, loss="bce", alpha=None, gamma=0.0, seed=seed)
    return replace(base, loss="focal", alpha=alpha, gamma=gamma, seed=seed)


def cell_of(config: TrainConfig) -> Cell:
    """Return the cell that a run's settings belong to; without alpha, 0.5."""
    if config.loss == "bce":
        return Cell(0.5, 0.0, config.seed)
    alpha = 0.5 if config.alpha is None else config.alpha
    return Cell(alpha, config.gamma, config.seed)


def grid(
    alphas: Iterable[float], gammas: Iterable[float], seeds: Iterable[int]
) -> list[Cell]:
    """Return every cell once, a whole grid of one seed before the next seed.

    Raises ValueError when one of the three is empty or names a value twice.
    """
    axes = {
        "alphas": [float(alpha) for alpha in alphas],
        "gammas": [float(gamma) for gamma in gammas],
        "seeds": list(seeds),
    }
    for name, values in axes.items():
        if not values or len(set(values)) < len(values):
            raise ValueError(f"{name} must be different values, not {values}")
    return [
        Cell(alpha, gamma, seed)
        for seed in axes["seeds"]
        for alpha in axes["alphas"]
        for gamma in axes["gammas"]
    ]
