"""How like a corpus some pieces are: overlapping densities of measures, with intervals.

After Yang and Lerch 2020, "On the evaluation of generative models in music". Values
that are not defined (a silent piece has no pitches) are left out, and how many pieces
are silent is told apart. Chapter: against the published record.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid
from scipy.stats import gaussian_kde

from deepmusician.music_metrics import measures_by_piece
from deepmusician.pianoroll import PianoRoll

NAN = float("nan")
POINTS = 256  # of the grid on which densities are compared
SURE = 0.95  # what an interval covers


def overlapping_area(first: np.ndarray, second: np.ndarray) -> float:
    """Return the area under the lower of two kernel densities, 0 to 1.

    Gaussian kernels, Scott's bandwidth, on one grid that holds both samples and three
    bandwidths beside them. A sample whose values are all alike has no density: with
    another such sample of the same value it overlaps wholly, with anything else not
    at all. NaN when a sample is empty. Source: Yang and Lerch 2020, section 4.3.
    """
    first, second = _defined(first), _defined(second)
    if not len(first) or not len(second):
        return NAN
    if np.ptp(first) < 1e-12 or np.ptp(second) < 1e-12:
        alike = np.ptp(np.concatenate([first, second])) < 1e-12
        return float(alike)
    densities = gaussian_kde(first), gaussian_kde(second)
    beside = 3 * max(np.sqrt(density.covariance.item()) for density in densities)
    both = np.concatenate([first, second])
    grid = np.linspace(both.min() - beside, both.max() + beside, POINTS)
    lower = np.minimum(*(density(grid) for density in densities))  # (points,)
    return float(min(1.0, trapezoid(lower, grid)))


def within(values: np.ndarray) -> np.ndarray:
    """Return the distances of all pairs of pieces in a measure, (pairs,)."""
    values = _defined(values)
    one, other = np.triu_indices(len(values), k=1)
    return np.abs(values[one] - values[other])


def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the distances of each piece of one set to each of another, (pairs,)."""
    return np.abs(np.subtract.outer(_defined(first), _defined(second))).ravel()


def likeness(values: np.ndarray, human: np.ndarray) -> float:
    """Return how like people's pieces others are in a measure, 0 to 1.

    The overlapping area of two densities: of the distances among the human pieces, and
    of the distances from the other pieces to them. `values` and `human`: (pieces,).
    Source: Yang and Lerch 2020, section 4.3 (inter-set against intra-set).
    """
    return overlapping_area(between(values, human), within(human))


def mean_interval(values: np.ndarray, seed: int = 0, draws: int = 2000) -> tuple:
    """Return a mean and its 95 % interval by bootstrap over the pieces.

    (mean, low, high): percentiles of the means of `draws` samples of the pieces, drawn
    with replacement (Efron 1979). All three are NaN without a defined value.
    """
    values = _defined(values)
    if not len(values):
        return NAN, NAN, NAN
    chosen = np.random.default_rng(seed).integers(
        len(values), size=(draws, len(values))
    )
    low, high = np.quantile(values[chosen].mean(axis=1), _TAILS)
    return float(values.mean()), float(low), float(high)


def likeness_interval(
    values: np.ndarray, human: np.ndarray, seed: int = 0, draws: int = 40
) -> tuple:
    """Return `likeness` and its 95 % interval by bootstrap over the other pieces.

    (likeness, low, high). The human pieces are taken as they are.
    """
    values, dice = _defined(values), np.random.default_rng(seed)
    if not len(values):
        return NAN, NAN, NAN
    drawn = [
        likeness(dice.choice(values, size=len(values)), human) for _ in range(draws)
    ]
    low, high = np.quantile(drawn, _TAILS)
    return likeness(values, human), float(low), float(high)


def silent_pieces(rolls: Sequence[PianoRoll]) -> float:
    """Return the share of pieces without a touch; NaN without pieces."""
    return float(np.mean([not roll.onsets.any() for roll in rolls])) if rolls else NAN


def compare(
    composers: Mapping[str, Sequence[PianoRoll]],
    human: Sequence[PianoRoll],
    measures: Sequence[str],
) -> pd.DataFrame:
    """Return how composers compare with people, a row a composer and measure.

    Args:
        composers: label → pieces, cut to the length of the human ones.
        human: the pieces to be like.
        measures: names of `music_metrics.MEASURES`.

    Returns:
        Columns: composer, measure, mean, low, high, likeness, likeness_low,
        likeness_high, silent (the share of the composer's pieces).
    """
    wanted, rows = measures_by_piece(human), []
    for label, rolls in composers.items():
        values = measures_by_piece(rolls)
        for name in measures:
            mean, low, high = mean_interval(values[name])
            like, least, most = likeness_interval(values[name], wanted[name])
            rows.append(
                {
                    **{"composer": label, "measure": name},
                    **{"mean": mean, "low": low, "high": high, "likeness": like},
                    **{"likeness_low": least, "likeness_high": most},
                    "silent": silent_pieces(rolls),
                }
            )
    return pd.DataFrame(rows)


def interval_table(compared: pd.DataFrame) -> pd.DataFrame:
    """Return means with their intervals as text, a row a composer, a column a measure.

    `compared`: as `compare` gives it. "–" stands where a measure is not defined.
    """
    told = [
        "–" if np.isnan(row.mean) else f"{row.mean:.2f} [{row.low:.2f}, {row.high:.2f}]"
        for row in compared.itertuples()
    ]
    table = compared.assign(told=told).pivot(
        index="composer", columns="measure", values="told"
    )
    return table.loc[compared.composer.unique(), compared.measure.unique()]


_TAILS = ((1 - SURE) / 2, (1 + SURE) / 2)


def _defined(values: np.ndarray) -> np.ndarray:
    """Return the values that are numbers, as a flat array."""
    values = np.asarray(values, dtype=float).ravel()
    return values[~np.isnan(values)]
