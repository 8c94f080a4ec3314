"""What a claimed probability is worth: the focal loss's map, and reliability.

Chapter 3.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from deepmusician.losses import focal_probability
from deepmusician.plots.style import (
    COLOURS,
    GROUND,
    INK,
    SOFT,
    alpha_shades,
    canvas,
    colour_of,
    drawn,
    focal_shades,
    y_grid,
)
from deepmusician.reliability import Reliability

_SHOWN = 2e-4, 1  # what claims are worth a look
_BCE = (COLOURS["bce"], "gamma 0: BCE")


def true_probability(chance: np.ndarray, alpha: float, gamma: float) -> np.ndarray:
    """Return the probability that a focal network's claim stands for, (points,).

    `chance` (points,): the sigmoid of its logits, between 0 and 1.
    """
    logits = torch.logit(torch.as_tensor(chance, dtype=torch.float64))
    return focal_probability(logits, alpha, gamma).numpy()


@drawn
def map_curves(
    gammas: Sequence[float] = (0, 0.5, 1, 2, 5),
    alphas: Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9),
) -> Figure:
    """Return the true probability against the claimed one.

    Left, alpha is one half and there is a line for every gamma; right, gamma is 2 and
    there is a line for every alpha, marked where the claim is one half.
    """
    figure, axes = canvas(4.4, columns=2, sharex=True, sharey=True)
    left, right = axes[0]
    chance = np.linspace(0.001, 0.999, 999)
    for gamma, shade in zip(gammas, focal_shades(len(gammas)), strict=True):
        colour, name = (shade, f"gamma {gamma:g}") if gamma else _BCE
        left.plot(chance, true_probability(chance, 0.5, gamma), color=colour)
        left.plot([], [], color=colour, label=name)
    for colour, alpha in zip(alpha_shades(len(alphas)), alphas, strict=True):
        right.plot(chance, true_probability(chance, alpha, 2.0), color=colour)
        right.plot(0.5, 1 - alpha, "o", color=colour, mec=GROUND, ms=8, gid="half")
        right.plot([], [], color=colour, label=f"alpha {alpha:g}")
    left.plot(0.5, 0.5, "o", color=INK, mec=GROUND, ms=8, gid="half")
    left.set(title="alpha one half", ylabel="probability it stands for")
    right.set(title="gamma 2")
    for ax in (left, right):
        ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="claimed probability")
        ax.axvline(0.5, color=SOFT, lw=1, ls=(0, (1, 2)))
        ax.legend(loc="upper left")
        y_grid(ax)
    return figure


@drawn
def reliability_diagram(
    panels: Mapping[str, Mapping[str, Reliability]],
    roles: Mapping[str, str] | None = None,
    least: int = 30,
) -> Figure:
    """Return how often cells were touched, against what was claimed for them.

    Both axes are logarithmic, for most of a roll's cells are claimed to be nearly
    certainly silent. The bars are twice the standard error of a share of so many
    independent cells.

    Args:
        panels: title → label → reliability, side by side.
        roles: label → role.
        least: bins with fewer cells are left out: their shares are chance.
    """
    figure, axes = canvas(4.3, columns=len(panels), sharex=True, sharey=True)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.plot(_SHOWN, _SHOWN, color=SOFT, lw=1, ls=(0, (1, 2)))
        for label, told in curves.items():
            _draw_reliability(ax, told, label, colour_of(label, roles), least)
        ax.set(title=title, xscale="log", yscale="log", xlabel="claimed probability")
        ax.set(xlim=_SHOWN, ylim=_SHOWN, aspect="equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(lambda chance, _: f"{chance:g}")
            axis.set_minor_locator(NullLocator())
        ax.grid()
    axes[0, 0].set_ylabel("share that was touched")
    axes[0, 0].legend(loc="upper left")
    return figure


def _draw_reliability(
    ax: Axes, told: Reliability, label: str, colour: str, least: int
) -> None:
    """Draw one line of shares and their standard errors against what was claimed."""
    kept = (told.cells >= least) & (told.heard > 0)
    share, cells = told.heard[kept], told.cells[kept]
    error = 2 * np.sqrt(share * (1 - share) / cells)
    ends = np.minimum(error, 0.999 * share), np.minimum(error, 1 - share)
    ax.errorbar(
        told.claimed[kept], share, ends, color=colour, fmt="o-", ms=5, mec=GROUND,
        mew=0.6, lw=1.4, elinewidth=1.6, label=label, zorder=3,
    )  # fmt: skip
