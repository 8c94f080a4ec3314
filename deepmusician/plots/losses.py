"""What each loss makes of a network that knows only the density (chapter 3)."""

from collections.abc import Mapping

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from deepmusician.losses import focal_loss
from deepmusician.plots.style import COLOURS, canvas, colour_of, drawn, y_grid


@drawn
def expected_losses(
    share: float, losses: Mapping[str, tuple[float | None, float]]
) -> Figure:
    """Return the mean loss of a network that claims one probability for every cell.

    Each curve is drawn above its own lowest point, which is marked, and scaled to 1
    at the left edge. `share`: the true share of cells with a touch; `losses`: label →
    (alpha, gamma). Chapter 3.
    """
    chance = torch.logspace(-3.5, -0.1, 2000, dtype=torch.float64)
    figure, axes = canvas(3.2)
    ax = axes[0, 0]
    for label, (alpha, gamma) in losses.items():
        mean = mean_loss(torch.logit(chance), share, alpha, gamma)
        height = (mean - mean.min()) / (mean[0] - mean.min())
        colour, best = colour_of(label), int(mean.argmin())
        ax.plot(chance, height, color=colour, label=label)
        ax.plot(chance[best], 0, "o", color=colour, clip_on=False, zorder=3)
    _mark_share(ax, share)
    ax.set(xscale="log", ylim=(0, 1), xlabel="probability claimed for every cell")
    ax.set(ylabel="loss above its lowest")
    ax.legend()
    y_grid(ax)
    return figure


def mean_loss(
    logits: Tensor, share: float, alpha: float | None = None, gamma: float = 0.0
) -> Tensor:
    """Return the mean loss (...) at logits (...) when a share of the cells is touched.

    gamma 0 without alpha is BCE. Chapter 3.
    """
    touched = focal_loss(logits, torch.ones_like(logits), alpha, gamma, "none")
    silent = focal_loss(logits, torch.zeros_like(logits), alpha, gamma, "none")
    return share * touched + (1 - share) * silent


def _mark_share(ax: Axes, share: float) -> None:
    """Draw a dashed line at the music's own share of touched cells."""
    ax.axvline(share, color=COLOURS["human"], lw=1.2, ls=(0, (4, 3)))
    ax.text(
        share * 0.95, 0.97, "the music", ha="right", va="top", color=COLOURS["human"]
    )
