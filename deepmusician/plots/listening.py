"""Pictures of listeners' answers, and of how many listeners a study needs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import binom

from deepmusician.colours import COLOURS
from deepmusician.plots import style

NO_LISTENER = "nobody has answered yet"
_ANSWERS = COLOURS["dependent"]
_TRIALS = 20  # of one listener's test


@style.drawn
def power_curves(
    listeners: Sequence[int], powers: Mapping[float, Sequence[float]]
) -> Figure:
    """Return how likely studies are to find a difference that exists, by their size.

    Args:
        listeners: how many take part, rising.
        powers: true share of right answers → the power at each size, as
            `detection.power` gives it.

    The dashed line is the power that studies are usually planned for.
    """
    ax = style.one_axes(None, height=4.0)
    colours = style.alpha_shades(len(powers))
    for colour, (accuracy, power) in zip(colours, powers.items(), strict=True):
        ax.plot(listeners, power, color=colour, label=f"{accuracy:.0%} right")
    ax.axhline(0.8, color=style.SOFT, lw=1.2, ls=style.DASHED)
    ax.set(xlim=(0, max(listeners)), ylim=(0, 1.02), xlabel="listeners")
    ax.set_ylabel("probability that the study finds it")
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="true share")
    return ax.figure


@style.drawn
def listener_accuracies(
    table: pd.DataFrame,
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> Figure:
    """Return how well each listener did beside chance, and the ROC of all.

    Args:
        table: as `detection.by_listener` gives it; it may be empty.
        curves: label → (rates of false alarms, of hits); that of "all" stands out.
    """
    fig, axes = style.canvas(4.0, columns=2)
    _draw_accuracies(axes[0, 0], table)
    _draw_curves(axes[0, 1], curves)
    return fig


def luck(trials: int) -> tuple[float, float]:
    """Return the shares between which 95 % of guessers end, both included."""
    low, high = binom.interval(0.95, trials, 0.5)
    return float(low / trials), float(high / trials)


def _draw_accuracies(ax: Axes, table: pd.DataFrame) -> None:
    """Draw a dot and its interval a listener, over the band of luck."""
    ax.axvspan(*luck(_TRIALS), color=style.FAINT, lw=0)
    ax.axvline(0.5, color=style.SOFT, lw=1.2, ls=style.DASHED)
    for row, listener in enumerate(table.itertuples()):
        ends = listener.low, listener.high
        style.dot_and_range(ax, row, listener.accuracy, ends, _ANSWERS)
    style.name_rows(ax, [f"listener {n + 1}" for n in range(len(table))])
    ax.set(xlim=(0, 1), title="Right answers")
    ax.set_xlabel(f"share of right answers; grey: what luck gives in {_TRIALS}")
    ax.xaxis.set_major_formatter("{x:.0%}")
    if table.empty:
        style.write_across(ax, NO_LISTENER)


def _draw_curves(ax: Axes, curves: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Draw the ROC of each listener faintly, and that of all."""
    ax.plot([0, 1], [0, 1], color=style.SOFT, lw=1.2, ls=style.DASHED)
    for label, (alarms, hits) in curves.items():
        is_all = label == "all"
        colour = _ANSWERS if is_all else style.mix(_ANSWERS, share=0.6)
        ax.plot(alarms, hits, color=colour, lw=2.4 if is_all else 1.2)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), title="ROC of the confidences")
    ax.set(xlabel="human pieces called machine", ylabel="machine pieces called so")
    ax.set_aspect("equal")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.yaxis.set_major_formatter("{x:.0%}")
    if not curves:
        style.write_across(ax, NO_LISTENER)
