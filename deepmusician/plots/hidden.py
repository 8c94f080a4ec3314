"""Pictures of a network's hidden state while music goes by."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.rolls import draw_roll
from deepmusician.plots.style import (
    COLOURS,
    FAINT,
    GROUND,
    INK,
    canvas,
    colour_of,
    drawn,
    mix,
    one_axes,
)

DIVERGING = LinearSegmentedColormap.from_list(
    "hidden", [COLOURS["independent"], GROUND, COLOURS["dependent"]]
)


def by_likeness(states: np.ndarray) -> np.ndarray:
    """Return an order of units (units,) in which neighbours move alike.

    `states` (steps, units). Units are ordered around the circle of their weights in
    the first two principal components; along the line, where there is but one.
    """
    centred = states - states.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    if len(sizes) < 2 or sizes[1] <= 1e-6 * sizes[0]:  # its direction is but rounding
        return np.argsort(directions[0], kind="stable")
    return np.argsort(np.arctan2(directions[1], directions[0]), kind="stable")


def principal_components(states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return states along their two widest directions, and these directions' shares.

    `states` (steps, units) → (steps, 2), and each one's share of the variance, (2,).
    """
    centred = states - states.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    total = float((sizes**2).sum())
    shares = sizes[:2] ** 2 / total if total else np.zeros(2)
    return left[:, :2] * sizes[:2], shares


@drawn
def hidden_heatmap(
    states: np.ndarray, roll: PianoRoll | None = None, units: int = 128
) -> Figure:
    """Return the hidden state step by step, like units side by side, under the music.

    Args:
        states: (steps, units) between -1 and 1: one layer of one piece.
        roll: the music that was read, drawn above on the same steps.
        units: draw only so many, those that move most.
    """
    lively = np.argsort(-states.std(axis=0), kind="stable")[:units]
    shown = states[:, lively][:, by_likeness(states[:, lively])]
    rows = 1 if roll is None else 2
    fig, axes = canvas(
        3.0 + 2.0 * (rows - 1), rows=rows, sharex=True, height_ratios=[1, 1.5][-rows:]
    )
    if roll is not None:
        draw_roll(roll, "What it reads", "human", legend=False, ax=axes[0, 0])
        axes[0, 0].set_xlabel("")
    ax = axes[-1, 0]
    limit = max(0.05, float(np.quantile(np.abs(shown), 0.99)))
    image = ax.imshow(
        shown.T, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto", origin="lower",
        interpolation="nearest", extent=(0, len(shown), 0, shown.shape[1]),
    )  # fmt: skip
    ax.set_title("What it keeps: the hidden state")
    ax.set(
        ylabel="units, like beside like",
        yticks=[],
        xlabel="bar" if rows == 2 else "step",
    )
    ax.spines[:].set_visible(False)
    fig.colorbar(image, ax=ax, pad=0.01, aspect=16, extend="both").outline.set_lw(0)
    return fig


@drawn
def hidden_path(
    states: Mapping[str, np.ndarray],
    steps_per_quarter: int = 4,
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return the way of the hidden state through its two widest directions.

    All pieces share the directions, found in all of them together. Large dots mark
    the beats, a ring where a piece begins; the line darkens as time goes on.

    Args:
        states: label → (steps, units).
        steps_per_quarter: the grid, to find the beats.
        roles: label → role.
        ax: axes to draw in.
    """
    ax = one_axes(ax, height=5.2)
    places, shares = principal_components(np.concatenate(list(states.values())))
    lengths = np.cumsum([len(piece) for piece in states.values()])[:-1]
    for label, path in zip(states, np.split(places, lengths), strict=True):
        _draw_path(ax, path, steps_per_quarter, colour_of(label, roles), label)
    for axis, share, n in zip((ax.xaxis, ax.yaxis), shares, "12", strict=True):
        axis.set_label_text(f"principal component {n} ({share:.0%} of the variance)")
    ax.grid(color=FAINT)
    ax.set_aspect("equal", adjustable="datalim")
    ax.legend()
    return ax.figure


def _draw_path(
    ax: Axes, path: np.ndarray, per_quarter: int, colour: str, label: str
) -> None:
    """Draw one piece's path, pale at its beginning and dark at its end."""
    ages = np.linspace(0.75, 0.0, len(path))
    for n in range(len(path) - 1):
        ax.plot(*path[n : n + 2].T, color=mix(colour, share=ages[n]), lw=1.3, zorder=2)
    beats = np.arange(0, len(path), per_quarter)
    shades = [mix(colour, share=ages[n]) for n in beats]
    ax.scatter(*path[beats].T, c=shades, s=26, ec=GROUND, lw=0.7, zorder=3)
    ax.scatter(*path[0], s=90, fc="none", ec=INK, lw=1.4, zorder=4)
    ax.plot([], [], "o-", color=colour, label=label)
