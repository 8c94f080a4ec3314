"""How the many silent cells and the few touches pull at a network (chapter 2)."""

import numpy as np
from matplotlib.figure import Figure

from deepmusician.plots.style import COLOURS, INK, canvas, drawn, y_grid


def pulls(chance: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how hard touches pull a common logit up, and silent cells down.

    Both (...) as `chance`, which is claimed for every cell, and both a mean over
    cells: BCE's gradient for a logit is chance - target, so a share of touches pulls
    share (1 - chance) up, the rest (1 - share) chance down. Chapter 2.
    """
    return share * (1 - chance), (1 - share) * chance


@drawn
def gradient_balance(share: float) -> Figure:
    """Return both pulls on a network that claims one chance for every cell.

    `share`: of the cells that hold a touch. The curves cross there; the mark at one
    half is a fresh network.
    """
    figure, axes = canvas(3.4)
    ax, chance = axes[0, 0], np.logspace(-4, np.log10(0.9), 400)
    up, down = pulls(chance, share)
    ax.plot(chance, up, color=COLOURS["human"], label="touches pull up")
    ax.plot(chance, down, color=COLOURS["baseline"], label="silent cells pull down")
    for place, text, side in (
        (0.5, "a fresh network", "right"), (share, "the corpus's density", "left"),
    ):  # fmt: skip
        ax.axvline(place, color=INK, lw=0.9, ls=(0, (4, 3)))
        ax.annotate(
            text, (place, 0.03), (-5 if side == "right" else 5, 0), ha=side,
            xycoords=("data", "axes fraction"), textcoords="offset points",
            fontsize=9.5,
        )  # fmt: skip
    ax.set(xscale="log", yscale="log", xlim=(1e-4, 0.9), ylim=(1e-5, 1))
    ax.set(xlabel="probability claimed for every cell", ylabel="pull on the logit")
    ax.legend(loc="upper left")
    y_grid(ax)
    return figure
