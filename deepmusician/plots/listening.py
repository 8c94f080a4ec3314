"""What listeners heard, and how many of them a study needs.

Chapter "Listening tests".
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from scipy.stats import binom

from deepmusician.plots.style import (
    COLOURS,
    FAINT,
    GROUND,
    INK,
    SOFT,
    alpha_shades,
    canvas,
    drawn,
    mix,
    one_axes,
    x_grid,
    y_grid,
)

NOBODY = "nobody has answered yet"
_HEARD = COLOURS["dependent"]


@drawn
def power_curves(
    listeners: Sequence[int],
    powers: Mapping[float, Sequence[float]],
    wanted: float = 0.8,
    ax: Axes | None = None,
) -> Figure:
    """Return how likely studies are to find what there is, by their size.

    Args:
        listeners: how many take part, rising.
        powers: true share of right answers → the power at each size, as
            `detection.power` gives it.
        wanted: the power that studies are usually planned for, a dashed line.
        ax: axes to draw in.
    """
    ax = one_axes(ax, height=4.0)
    colours = alpha_shades(len(powers))
    for colour, (accuracy, power) in zip(colours, powers.items(), strict=True):
        ax.plot(listeners, power, color=colour, label=f"{accuracy:.0%} right")
    ax.axhline(wanted, color=SOFT, lw=1.2, ls=(0, (4, 3)))
    ax.set(xlim=(0, max(listeners)), ylim=(0, 1.02), xlabel="listeners")
    ax.set_ylabel("chance that the study finds it")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="true share")
    y_grid(ax)
    return ax.figure


@drawn
def listeners_heard(
    table: pd.DataFrame,
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
    trials: int = 20,
) -> Figure:
    """Return how well each listener did beside chance, and the ROC of all.

    Args:
        table: as `detection.by_listener` gives it; it may be empty.
        curves: label → (rates of false alarms, of hits); that of "all" stands out.
        trials: how many a test has, for the band of what guessing gives.
    """
    fig, axes = canvas(4.0, columns=2)
    _draw_accuracies(axes[0, 0], table, trials)
    _draw_curves(axes[0, 1], curves)
    return fig


def luck(trials: int) -> tuple[float, float]:
    """Return the shares between which 95 % of guessers end, both included."""
    low, high = binom.interval(0.95, trials, 0.5)
    return float(low / trials), float(high / trials)


def _draw_accuracies(ax: Axes, table: pd.DataFrame, trials: int) -> None:
    """Draw a dot and its interval a listener, over the band of luck."""
    ax.axvspan(*luck(trials), color=FAINT, lw=0)
    ax.axvline(0.5, color=SOFT, lw=1.2, ls=(0, (4, 3)))
    count = max(1, len(table))
    for place, row in enumerate(table.itertuples()):
        span = [row.low, row.high]
        ax.plot(span, [place, place], color=mix(_HEARD, share=0.3), lw=3.2)
        ax.plot(row.accuracy, place, "o", color=_HEARD, ms=7, mec=GROUND, mew=1.2)
    names = [f"listener {n + 1}" for n in range(len(table))]
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1), ylim=(count - 0.5, -0.5), title="Right answers")
    ax.set_xlabel(f"share of right answers; grey: what luck gives in {trials}")
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    x_grid(ax)
    if table.empty:
        _say_nobody(ax)


def _draw_curves(ax: Axes, curves: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Draw the ROC of each listener faintly, and that of all."""
    ax.plot([0, 1], [0, 1], color=SOFT, lw=1.2, ls=(0, (4, 3)))
    for label, (alarms, hits) in curves.items():
        is_all = label == "all"
        colour = _HEARD if is_all else mix(_HEARD, share=0.6)
        ax.plot(alarms, hits, color=colour, lw=2.4 if is_all else 1.2)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), title="ROC of the confidences")
    ax.set(xlabel="human pieces called machine", ylabel="machine pieces called so")
    ax.set_aspect("equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    y_grid(ax)
    if not curves:
        _say_nobody(ax)


def _say_nobody(ax: Axes) -> None:
    """Write that there is nothing to see yet."""
    ax.text(
        0.5, 0.5, NOBODY, transform=ax.transAxes, ha="center", va="center", color=INK,
        fontsize=11, bbox={"facecolor": GROUND, "edgecolor": FAINT, "pad": 6},
    )  # fmt: skip
