"""Pictures of how well models predict: curves, thresholds, likelihoods, measures."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.colours import COLOURS
from deepmusician.evaluation import (
    PrecisionRecall,
    as_array,
    density,
    f1,
    mean_interval,
    measures_by_piece,
)
from deepmusician.music import PianoRoll
from deepmusician.plots import style


def point_at(curve: PrecisionRecall, threshold: float) -> tuple[float, float] | None:
    """Return (recall, precision) where cells scored above `threshold` are flagged.

    None if no cell scores as high: nothing is played, and precision has no meaning.
    """
    at = np.searchsorted(curve.thresholds, threshold)  # they rise
    reached = at < len(curve.thresholds)
    return (float(curve.recall[at]), float(curve.precision[at])) if reached else None


@style.drawn
def precision_recall(
    curves: Mapping[str, PrecisionRecall], chance: float | None = None
) -> Figure:
    """Return precision against recall, a marker where the threshold is one half.

    Where a curve has no marker, nothing is played at that threshold. `curves`: label →
    curve by `precision_recall_curve`; `chance`: share of cells with a note, the
    precision of guessing.
    """
    ax = style.one_axes(None, height=4.6)
    for label, line in style.told_apart(curves).items():
        curve = curves[label]
        precision = np.append(curve.precision, curve.precision[-1])
        ax.plot(np.append(curve.recall, 0.0), precision, **line)
        if point := point_at(curve, 0.5):
            mark = {"color": line["color"], "gid": f"threshold of {label}"}
            ax.plot(*point, "o", ms=9, mec=style.GROUND, mew=1.6, zorder=5, **mark)
    ax.plot([], [], "o", color=style.SOFT, label="threshold 0.5")
    if chance is not None:
        ax.axhline(chance, color=style.SOFT, lw=1.2, ls=style.DOTTED, label="guessing")
    ax.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    ax.legend(loc="upper right")
    return ax.figure


def sweep_thresholds(
    probabilities: np.ndarray, target: np.ndarray, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the density and the F1 of the cells above each threshold.

    Both of shape (thresholds,); probabilities and target (..., keys).
    """
    flagged = [as_array(probabilities) > cut for cut in thresholds]
    densities = [density(cells) for cells in flagged]
    return np.array(densities), np.array([f1(c, target) for c in flagged])


@style.drawn
def threshold_sweep(
    probabilities: Mapping[str, np.ndarray], target: np.ndarray
) -> Figure:
    """Return density and F1 against 99 thresholds, one line a model.

    Args:
        probabilities: label → probabilities (..., keys) of the same cells.
        target: the true cells (..., keys); their density is the line to meet.
    """
    cuts = np.linspace(0.01, 0.99, 99)
    fig, axes = style.canvas(4.2, columns=2, sharex=True)
    left, right = axes[0]
    for label, line in style.told_apart(probabilities).items():
        densities, scores = sweep_thresholds(probabilities[label], target, cuts)
        left.plot(cuts, np.maximum(densities, 1e-4), **line)
        right.plot(cuts, scores, **line)
    truth = density(target)
    left.axhline(truth, color=COLOURS["human"], lw=1.4)
    options = style.AT_RIGHT | {"color": style.text_colour("human")}
    style.remark(left, "the music's own density", (1, truth), (0, 4), **options)
    left.set(yscale="log", title="Notes per step", ylim=(truth / 300, None))
    right.set(title="F1", ylim=(0, None))
    for ax in (left, right):
        ax.axvline(0.5, color=style.SOFT, lw=1, ls=style.DOTTED)
        ax.set(xlabel="threshold", xlim=(0, 1))
    left.yaxis.set_major_formatter("{x:g}")
    style.legend_below(right, columns=2 if len(probabilities) == 4 else 3)
    return fig


@style.drawn
def nll_bars(nlls: Mapping[str, float], roles: style.Roles = None) -> Figure:
    """Return one bar a model, the worst on top: nats per step on held-out pieces.

    `nlls`: label → nats per step. An infinite value is drawn as an arrow off the page.
    """
    ax = style.one_axes(None, height=0.9 + 0.42 * len(nlls))
    order = sorted(nlls, key=nlls.get)
    edge = 1.12 * max((n for n in nlls.values() if np.isfinite(n)), default=1.0)
    options = style.VALUE | {"va": "center", "annotation_clip": False}
    for place, label in enumerate(order):
        nats, colour = nlls[label], style.colour_of(label, roles)
        end, text, away = nats, f"{nats:.2f}", 6
        if not np.isfinite(nats):
            end, text, away = edge, "∞", 14
            ax.plot(edge, place, ">", color=colour, ms=17, clip_on=False, zorder=3)
        ax.barh(place, end, height=0.68, color=colour, zorder=2)
        style.remark(ax, text, (end, place), (away, 0), **options)
    ax.set_yticks(range(len(order)), order)
    for tick, label in zip(ax.get_yticklabels(), order, strict=True):
        tick.set_color(style.text_colour(label, roles))
    ax.set_xlim(0, edge * 1.06)
    ax.set_xlabel("nats per step on held-out pieces (less is better)")
    style.x_grid(ax)
    return ax.figure


@style.drawn
def music_measure_bars(
    pieces: Mapping[str, Sequence[PianoRoll]], measures: Sequence[str]
) -> Figure:
    """Return one small picture a measure: means over pieces with 95 % intervals.

    Args:
        pieces: label → rolls; the interval of the first runs through the picture as
            a band.
        measures: names out of `music_metrics.MEASURES`.
    """
    values = {label: measures_by_piece(rolls) for label, rolls in pieces.items()}
    height = 0.85 + 0.25 * len(pieces)
    fig, axes = style.panel_grid(len(measures), 3, height, sharey=True)
    for ax, name in zip(axes, measures, strict=True):
        _draw_measure(ax, {label: each[name] for label, each in values.items()})
        ax.set_title(name, fontsize=10)
    return fig


def _draw_measure(ax: Axes, values: Mapping[str, np.ndarray]) -> None:
    """Draw a mean and its interval a label, over the first one's interval as a band."""
    reference = next(iter(values))
    _, low, high = mean_interval(values[reference])
    band = style.mix(style.colour_of(reference), share=0.8)
    ax.axvspan(low, high, color=band, lw=0)
    ground = {"facecolor": style.GROUND, "edgecolor": "none", "pad": 1.5}
    for place, (label, numbers) in enumerate(values.items()):
        mean, *ends = mean_interval(numbers)
        style.dot_and_range(ax, place, mean, ends, style.colour_of(label))
        if np.isnan(mean):
            style.say_undefined(ax, place, bbox=ground, zorder=5)
    style.name_rows(ax, list(values))
    ax.margins(x=0.12)
    ax.locator_params(axis="x", nbins=4)
