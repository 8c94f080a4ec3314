"""How like the corpus composers are, and how much they copy.

Chapter "Against the published record".
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.memory import SharedRun
from deepmusician.plots.style import (
    GROUND,
    INK,
    SOFT,
    canvas,
    colour_of,
    drawn,
    mix,
    one_axes,
    x_grid,
)


@drawn
def likeness_panels(
    table: pd.DataFrame, roles: Mapping[str, str] | None = None
) -> Figure:
    """Return one small picture a measure: each composer's likeness to people.

    `table`: as `likeness.compare` gives it. A dot is the likeness, 0 to 1, the stroke
    its 95 % interval; a composer for whom it is not defined has no dot. `roles`:
    composer → role.
    """
    names = list(dict.fromkeys(table.measure))
    composers = list(dict.fromkeys(table.composer))
    rows = -(-len(names) // 3)
    height = rows * (0.75 + 0.25 * len(composers))
    fig, axes = canvas(height, rows=rows, columns=3, sharex=True, sharey=True)
    for ax in axes.flat[len(names) :]:
        ax.remove()
    for ax, name in zip(axes.flat, names, strict=False):
        _draw_panel(ax, table[table.measure == name], roles)
        ax.set_title(name, fontsize=10)
    axes[0, 0].set_yticks(range(len(composers)), composers)
    axes[0, 0].set(xlim=(-0.02, 1.02), ylim=(len(composers) - 0.5, -0.5))
    fig.supxlabel("likeness to the chorales: 1 is as like as they are to one another")
    return fig


def _draw_panel(ax: Axes, table: pd.DataFrame, roles: Mapping[str, str] | None) -> None:
    """Draw one measure: a dot and its interval a composer, one under the other."""
    for place, row in enumerate(table.itertuples()):
        colour = colour_of(row.composer, roles)
        reach = [row.likeness_low, row.likeness_high]
        ax.plot(reach, [place, place], color=mix(colour, share=0.3), lw=3.2)
        ax.plot(row.likeness, place, "o", color=colour, ms=7, mec=GROUND, mew=1.2)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    x_grid(ax)


@drawn
def shared_run_lengths(
    runs: Mapping[str, Sequence[SharedRun]],
    steps_per_quarter: int = 4,
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return the length of each piece's longest shared run, a row a composer.

    Args:
        runs: composer → runs, as `memory.shared_runs` gives them. Each dot is a
            piece, the upright stroke their median.
        steps_per_quarter: the grid, to show quarters.
        roles: composer → role.
        ax: axes to draw in.
    """
    ax = one_axes(ax, height=0.9 + 0.45 * len(runs))
    dice = np.random.default_rng(0)
    for place, (label, found) in enumerate(runs.items()):
        quarters = np.array([run.steps for run in found]) / steps_per_quarter
        spread = place + dice.uniform(-0.22, 0.22, len(quarters))
        colour = colour_of(label, roles)
        ax.plot(quarters, spread, "o", ms=5, color=mix(colour, share=0.25), alpha=0.75)
        middle = np.median(quarters)
        ax.plot([middle, middle], [place - 0.34, place + 0.34], color=INK, lw=2)
    ax.set_yticks(range(len(runs)), list(runs))
    ax.set_ylim(len(runs) - 0.5, -0.5)
    ax.set_xlim(0, None)
    ax.set_xlabel("longest run shared with a training piece, in quarters", color=SOFT)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    x_grid(ax)
    return ax.figure
