"""Pictures of the losses: what they pull at, and what predictions then stand for."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from torch import Tensor

from deepmusician.colours import COLOURS
from deepmusician.evaluation import Reliability
from deepmusician.model import focal_loss, focal_probability
from deepmusician.plots import style

_GAMMAS, _ALPHAS = (0, 0.5, 1, 2, 5), (0.1, 0.25, 0.5, 0.75, 0.9)
_SHOWN = 2e-4, 1  # the probabilities that are worth a look
_LEAST = 30  # cells of a bin: the share of fewer says little


@style.drawn
def gradient_balance(share: float) -> Figure:
    """Return both pulls on a network that predicts one probability for every cell.

    `share`: of the cells that hold an onset. BCE's gradient for a logit is
    probability - target, so in the mean over cells onsets pull their common logit up
    by share (1 - probability), and silent cells down by (1 - share) probability. The
    curves cross at the share; the mark at one half is a fresh network.
    """
    ax, probability = style.one_axes(None, 3.4), np.logspace(-4, np.log10(0.9), 400)
    up = {"color": COLOURS["human"], "label": "onsets pull up"}
    ax.plot(probability, share * (1 - probability), **up)
    down = {"color": COLOURS["baseline"], "label": "silent cells pull down"}
    ax.plot(probability, (1 - share) * probability, **down)
    fresh = (0.5, "a fresh network", "right", -5)
    corpus = (share, "the corpus's density", "left", 5)
    for place, text, side, shift in (fresh, corpus):
        ax.axvline(place, color=style.INK, lw=0.9, ls=style.DASHED)
        at_bottom = {"ha": side, "xycoords": ("data", "axes fraction")}
        style.remark(ax, text, (place, 0.03), (shift, 0), **at_bottom)
    ax.set(xscale="log", yscale="log", xlim=(1e-4, 0.9), ylim=(1e-5, 1))
    ax.set(xlabel="probability predicted for every cell", ylabel="pull on the logit")
    ax.legend(loc="upper left")
    return ax.figure


def loss_of_a_note(
    probability: np.ndarray, gamma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the focal loss of a true note and the size of its gradient by the logit.

    `probability` (points,) is the model's for the note; gamma 0 is BCE. Both results
    (points,).
    """
    logits = torch.logit(torch.as_tensor(probability)).requires_grad_()
    losses = focal_loss(logits, torch.ones_like(logits), None, gamma, "none")
    losses.sum().backward()
    return losses.detach().numpy(), logits.grad.abs().numpy()


def _gamma_lines() -> dict[float, dict]:
    """Return gamma → how its line is drawn; gamma 0, BCE, in its own colour."""
    shades = zip(_GAMMAS[1:], style.focal_shades(len(_GAMMAS))[1:], strict=True)
    lines = {gamma: {"color": c, "label": f"γ = {gamma:g}"} for gamma, c in shades}
    return {0.0: {"color": COLOURS["bce"], "label": "γ = 0: BCE", "lw": 2.6}} | lines


@style.drawn
def loss_curves() -> Figure:
    """Return the loss of a true note and its gradient, against its probability.

    One line a gamma. The shaded half is where a threshold of one half already finds
    the note: the easy examples.
    """
    probability = np.linspace(0.002, 0.998, 500)
    fig, axes = style.canvas(3.9, columns=2, sharex=True)
    for gamma, line in _gamma_lines().items():
        curves = loss_of_a_note(probability, gamma)
        for ax, curve in zip(axes[0], curves, strict=True):
            ax.plot(probability, curve, **line)
    titles = ("Loss", 4), ("Size of the gradient by the logit", None)
    for ax, (title, top) in zip(axes[0], titles, strict=True):
        ax.axvspan(0.5, 1, color="#F3F4F6", lw=0, zorder=0)
        ax.set(title=title, xlim=(0, 1), ylim=(0, top))
        ax.set_xlabel("the model's probability of the true note")
    easy = {"ha": "center", "va": "top", "color": style.SOFT}
    axes[0, 0].text(0.75, 3.8, "easy: found already", **easy)
    axes[0, 1].legend(loc="upper right")
    return fig


def mean_loss(
    logits: Tensor, share: float, alpha: float | None = None, gamma: float = 0.0
) -> Tensor:
    """Return the mean loss (...) at logits (...) when a share of cells has an onset.

    gamma 0 without alpha is BCE.
    """
    onset = focal_loss(logits, torch.ones_like(logits), alpha, gamma, "none")
    silent = focal_loss(logits, torch.zeros_like(logits), alpha, gamma, "none")
    return share * onset + (1 - share) * silent


@style.drawn
def expected_losses(
    share: float, losses: Mapping[str, tuple[float | None, float]]
) -> Figure:
    """Return the mean loss of a network that predicts one probability for every cell.

    Each curve is drawn above its own lowest point, which is marked, and scaled to 1
    at the left edge. `share`: the true share of cells with an onset; `losses`: label →
    (alpha, gamma).
    """
    probability = torch.logspace(-3.5, -0.1, 2000, dtype=torch.float64)
    ax, human = style.one_axes(None, 3.2), COLOURS["human"]
    for label, (alpha, gamma) in losses.items():
        mean = mean_loss(torch.logit(probability), share, alpha, gamma)
        height = (mean - mean.min()) / (mean[0] - mean.min())
        colour, best = style.colour_of(label), probability[mean.argmin()]
        ax.plot(probability, height, color=colour, label=label)
        ax.plot(best, 0, "o", color=colour, clip_on=False, zorder=3)
    ax.axvline(share, color=human, lw=1.2, ls=style.DASHED)
    ax.text(share * 0.95, 0.97, "the music", ha="right", va="top", color=human)
    ax.set(xscale="log", ylim=(0, 1), xlabel="probability predicted for every cell")
    ax.set(ylabel="loss above its minimum")
    ax.legend()
    return ax.figure


@style.drawn
def map_curves() -> Figure:
    """Return the true probability against the predicted one.

    Left, alpha is one half and there is a line for every gamma; right, gamma is 2 and
    there is a line for every alpha, marked where the prediction is one half.
    """
    figure, axes = style.canvas(4.4, columns=2, sharex=True, sharey=True)
    left, right = axes[0]
    output = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    logits = torch.logit(output)
    for gamma, line in _gamma_lines().items():
        left.plot(output, focal_probability(logits, 0.5, gamma), **line)
    mark = {"marker": "o", "mec": style.GROUND, "ms": 8, "gid": "half"}
    left.plot(0.5, 0.5, color=style.INK, **mark)
    for colour, alpha in zip(style.alpha_shades(len(_ALPHAS)), _ALPHAS, strict=True):
        line = {"color": colour, "label": f"α = {alpha:g}"}
        right.plot(output, focal_probability(logits, alpha, 2.0), **line)
        right.plot(0.5, 1 - alpha, color=colour, **mark)
    left.set(title="alpha one half", ylabel="probability it stands for")
    right.set(title="gamma 2")
    for ax in (left, right):
        ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted probability")
        ax.axvline(0.5, color=style.SOFT, lw=1, ls=style.DOTTED)
        ax.legend(loc="upper left")
    return figure


@style.drawn
def reliability_diagram(panels: Mapping[str, Mapping[str, Reliability]]) -> Figure:
    """Return how often cells held an onset, against what was predicted for them.

    Both axes are logarithmic, for most of a roll's cells are predicted to be nearly
    certainly silent. The bars are twice the standard error of a share of so many
    independent cells; bins with fewer than thirty are left out. `panels`: title →
    label → reliability, side by side.
    """
    figure, axes = style.canvas(4.3, columns=len(panels), sharex=True, sharey=True)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        ax.plot(_SHOWN, _SHOWN, color=style.SOFT, lw=1, ls=style.DOTTED)
        for label, curve in curves.items():
            _draw_reliability(ax, curve, label)
        ax.set(title=title, xscale="log", yscale="log", xlabel="predicted probability")
        ax.set(xlim=_SHOWN, ylim=_SHOWN, aspect="equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.set_minor_locator(NullLocator())
        ax.grid()
    axes[0, 0].set_ylabel("share with an onset")
    axes[0, 0].legend(loc="upper left")
    return figure


def _draw_reliability(ax: Axes, curve: Reliability, label: str) -> None:
    """Draw one line of shares and their standard errors against the predictions."""
    kept = (curve.cells >= _LEAST) & (curve.observed > 0)
    share, cells = curve.observed[kept], curve.cells[kept]
    error = 2 * np.sqrt(share * (1 - share) / cells)
    ends = np.minimum(error, 0.999 * share), np.minimum(error, 1 - share)
    ax.errorbar(
        curve.predicted[kept], share, ends, fmt="o-", ms=5, mec=style.GROUND, mew=0.6,
        lw=1.4, elinewidth=1.6, color=style.colour_of(label), label=label, zorder=3,
    )  # fmt: skip
