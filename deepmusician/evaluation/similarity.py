"""How like a corpus some pieces are: overlapping densities of measures, with intervals.

After Yang and Lerch 2020, "On the evaluation of generative models in music". Values
that are not defined (a silent piece has no pitches) are left out, and how many pieces
are silent is counted apart.
"""

from collections.abc import Callable, Mapping, Sequence
from math import nan

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid
from scipy.spatial.distance import cdist, pdist
from scipy.stats import gaussian_kde

from deepmusician.evaluation.cell_metrics import ratio
from deepmusician.evaluation.music_metrics import defined, measures_by_piece
from deepmusician.music import PianoRoll

POINTS = 256  # of the grid on which densities are compared
TAILS = ((1 - 0.95) / 2, (1 + 0.95) / 2)  # the quantiles at a 95 % interval's ends
Interval = tuple[float, float, float]  # a value, and the ends of its 95 % interval
COLUMNS = ("composer", "measure", "mean", "low", "high")
COLUMNS += ("similarity", "similarity_low", "similarity_high", "silent")


def overlapping_area(first: np.ndarray, second: np.ndarray) -> float:
    """Return the area under the lower of two kernel densities, 0 to 1.

    Gaussian kernels, Scott's bandwidth, on one grid that holds both samples and three
    bandwidths beside them. A sample whose values are all alike has no density: with
    another such sample of the same value it overlaps wholly, with anything else not
    at all. NaN when a sample is empty. Source: Yang and Lerch 2020, section 4.3.
    """
    first, second = defined(first), defined(second)
    if not len(first) or not len(second):
        return nan
    both = np.concatenate([first, second])
    if np.ptp(first) < 1e-12 or np.ptp(second) < 1e-12:
        return float(np.ptp(both) < 1e-12)
    densities = gaussian_kde(first), gaussian_kde(second)
    beside = 3 * max(np.sqrt(density.covariance.item()) for density in densities)
    grid = np.linspace(both.min() - beside, both.max() + beside, POINTS)
    lower = np.minimum(*(density(grid) for density in densities))  # (points,)
    return float(min(1.0, trapezoid(lower, grid)))


def similarity(values: np.ndarray, human: np.ndarray) -> float:
    """Return how like people's pieces others are in a measure, 0 to 1.

    The overlapping area of two densities: of the distances among the human pieces, and
    of the distances from the other pieces to them. `values` and `human`: (pieces,).
    Source: Yang and Lerch 2020, section 4.3 (inter-set against intra-set).
    """
    values, human = (defined(each)[:, None] for each in (values, human))
    between = cdist(values, human, "cityblock").ravel()  # (pieces x human,)
    return overlapping_area(between, pdist(human, "cityblock"))


def mean_interval(values: np.ndarray) -> Interval:
    """Return a mean over pieces and its interval by bootstrap; NaN without values."""
    return _bootstrap(values, np.mean, draws=2000)


def similarity_interval(values: np.ndarray, human: np.ndarray) -> Interval:
    """Return `similarity` and its interval; the human pieces are taken as they are."""
    return _bootstrap(values, lambda drawn: similarity(drawn, human), draws=40)


def _bootstrap(
    values: np.ndarray, statistic: Callable[[np.ndarray], float], draws: int
) -> Interval:
    """Return a statistic of the pieces' values and its interval.

    Percentiles over samples of the pieces, drawn with replacement (Efron 1979). All
    three are NaN without a defined value.
    """
    values = defined(values)
    if not len(values):
        return nan, nan, nan
    count, generator = len(values), np.random.default_rng(0)
    chosen = generator.integers(count, size=(draws, count))
    low, high = np.quantile([statistic(values[each]) for each in chosen], TAILS)
    return float(statistic(values)), float(low), float(high)


def compare_with_human(
    composers: Mapping[str, Sequence[PianoRoll]],
    human: Sequence[PianoRoll],
    measures: Sequence[str],
) -> pd.DataFrame:
    """Return how composers compare with people, one row per composer and measure.

    `composers`: label → pieces, cut to the length of the `human` ones. `measures`:
    names in `MEASURES`. Columns: `COLUMNS`, silent being the share of silent pieces.
    """
    wanted, rows = measures_by_piece(human), []
    for label, rolls in composers.items():
        values = measures_by_piece(rolls)
        silent = ratio(sum(not roll.onsets.any() for roll in rolls), len(rolls))
        for name in measures:
            mean = mean_interval(values[name])
            alike = similarity_interval(values[name], wanted[name])
            rows.append((label, name, *mean, *alike, silent))
    return pd.DataFrame(rows, columns=COLUMNS)


def interval_table(compared: pd.DataFrame) -> pd.DataFrame:
    """Return means with their intervals as text: composers in rows, a column a measure.

    `compared`: what `compare_with_human` returns. An undefined measure is "–".
    """
    text = [
        "–" if np.isnan(row.mean) else f"{row.mean:.2f} [{row.low:.2f}, {row.high:.2f}]"
        for row in compared.itertuples()
    ]
    table = compared.assign(text=text).set_index(["composer", "measure"]).text.unstack()
    return table.loc[compared.composer.unique(), compared.measure.unique()]
