"""Whether probabilities can be believed: predicted against observed, bin by bin.

Of the cells that a model gives a probability of 20 %, one in five should have a note.
"""

from math import nan
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from deepmusician.evaluation.cell_metrics import as_array, as_cells

_INNER = np.linspace(-9, 9, 25)[1:-1]  # logits; the outermost bins hold the rest
EDGES = np.concatenate([[0.0], expit(_INNER), [1.0]])
"""Of 24 bins of equal width in the logit: of the cells of a roll 99 in 100 are silent,
and bins of equal width in the probability would put nearly all of them into one."""


class Reliability(NamedTuple):
    """What a model predicts and what happens, over bins of what it predicts.

    Attributes:
        predicted: (bins,) the mean probability of a bin's cells, NaN where it has none.
        observed: (bins,) the share of its cells that have a note, NaN likewise.
        cells: (bins,) how many cells it has.
        edges: (bins + 1,) rising; bin i holds edges[i] < probability <= edges[i + 1],
            and the first one also its lower edge.
    """

    predicted: np.ndarray
    observed: np.ndarray
    cells: np.ndarray
    edges: np.ndarray


def reliability(
    probability: object, target: object, edges: np.ndarray = EDGES
) -> Reliability:
    """Return the reliability diagram of probabilities (..., keys), all cells pooled.

    `target`: zeros and ones in the same shape. `edges`: those of the bins, rising.
    Raises ValueError for probabilities that no bin holds.
    """
    probability, target = as_array(probability).ravel(), as_cells(target).ravel()
    if probability.shape != target.shape:
        raise ValueError(f"{probability.size} probabilities of {target.size} cells")
    if not ((probability >= edges[0]) & (probability <= edges[-1])).all():
        raise ValueError(f"probabilities must lie between {edges[0]} and {edges[-1]}")
    home = np.searchsorted(edges[1:-1], probability)  # (cells,), the bin of each
    count = len(edges) - 1
    cells = np.bincount(home, minlength=count)
    with np.errstate(invalid="ignore"):
        predicted = np.bincount(home, probability, minlength=count) / cells
        observed = np.bincount(home, target, minlength=count) / cells
    return Reliability(predicted, observed, cells, edges)


def calibration_error(
    probability: object, target: object, edges: np.ndarray = EDGES
) -> float:
    """Return the expected calibration error: how far off a probability is, on average.

    ECE = sum over bins of (cells in the bin / cells) |predicted - observed|, a number
    from 0, perfectly calibrated, to 1; NaN without cells. Arguments as in
    `reliability`. Source: Naeini et al. 2015, "Obtaining Well Calibrated
    Probabilities Using Bayesian Binning".
    """
    predicted, observed, cells, _ = reliability(probability, target, edges)
    used = cells > 0
    if not used.any():
        return nan
    gaps = np.abs(predicted - observed)[used]
    return float(np.average(gaps, weights=cells[used]))
