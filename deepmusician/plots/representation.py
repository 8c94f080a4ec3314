"""Pictures of what a grid does to times: in one piece, and over a corpus."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.notes import PITCH_LOW, Notes
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.rolls import draw_grid, draw_notes, key_span
from deepmusician.plots.style import (
    COLOURS,
    INK,
    SOFT,
    canvas,
    colour_of,
    drawn,
    y_grid,
)


@drawn
def exact_and_snapped(notes: Notes, roll: PianoRoll) -> Figure:
    """Return a roll, and over it where its notes begin in the score.

    `notes`: at their exact times; `roll`: the same notes on the grid.
    """
    span = key_span(roll.sounding)
    fig, axes = canvas(1.0 + 0.085 * (span[1] - span[0] + 1))
    ax = axes[0, 0]
    draw_grid(ax, len(roll), span, roll.steps_per_quarter)
    draw_notes(ax, roll, COLOURS["onsets"], COLOURS["sounding"])
    times, keys = notes.onsets * roll.steps_per_quarter, notes.pitches - PITCH_LOW
    moved = np.abs(times - np.round(times)) > 1e-6
    for which, colour, label in (
        (~moved, INK, "begins on the grid"),
        (moved, COLOURS["dependent"], "begins between two steps"),
    ):
        ax.plot(
            times[which], keys[which] + 0.62, "v", color=colour, ms=4.5, label=label
        )
    options = {"bbox_to_anchor": (1, 1), "ncols": 2, "handletextpad": 0.2}
    ax.legend(loc="lower right", borderaxespad=0.3, **options)
    ax.set_title(f"{roll.steps_per_quarter} steps a quarter")
    quarters = range(0, len(roll) + 1, roll.steps_per_quarter)
    ax.set_xticks(quarters, range(len(quarters)))
    ax.set_xlabel("quarters")
    return fig


@drawn
def grid_shifts(
    shifts: Mapping[str, Mapping[int, Sequence[float]]],
    roles: Mapping[str, str] | None = None,
) -> Figure:
    """Return histograms of how far touches move, a row a label, a column a grid.

    `shifts`: label → steps a quarter → how far each touch moves, in quarters. The
    touches that stay where they are have a bar of their own, the hollow one.
    """
    grids = list(next(iter(shifts.values())))
    fig, axes = canvas(
        0.6 + 1.7 * len(shifts), len(shifts), len(grids), sharex=True, sharey=True
    )
    for row, (label, by_grid) in zip(axes, shifts.items(), strict=True):
        for ax, (grid, moves) in zip(row, by_grid.items(), strict=True):
            _draw_shifts(ax, np.asarray(moves), colour_of(label, roles))
            ax.set_title(f"{label}, {grid} a quarter", fontsize=10)
        row[0].set_ylabel("share of touches")
    for ax in axes[-1]:
        ax.set_xlabel("moved by, in quarters")
    return fig


def _draw_shifts(ax: Axes, moves: np.ndarray, colour: str, bins: int = 25) -> None:
    """Draw the shares of touches by how far they move, those that stay hollow."""
    edges = np.linspace(-0.5 - 1 / bins / 2, 0.5 + 1 / bins / 2, bins + 2)
    stay = np.abs(moves) < 1e-6
    counts, _ = np.histogram(moves[~stay], edges)
    centres = (edges[1:] + edges[:-1]) / 2
    ax.bar(centres, counts / len(moves), np.diff(edges) * 0.9, color=colour, zorder=2)
    ax.bar(0, stay.mean(), 0.04, facecolor="none", edgecolor=colour, lw=1.2, zorder=3)
    ax.annotate(
        f"{stay.mean():.1%} stay", (0.03, stay.mean()), (4, -3), va="top",
        textcoords="offset points", color=SOFT, fontsize=9.5,
    )  # fmt: skip
    ax.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], xticks=[-0.5, -0.25, 0, 0.25, 0.5])
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    y_grid(ax)
