"""Pictures of how well models foretell: curves, thresholds, likelihoods, measures."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician import metrics
from deepmusician.likeness import mean_interval
from deepmusician.music_metrics import measures_by_piece
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.style import (
    COLOURS,
    GROUND,
    INK,
    SOFT,
    canvas,
    colour_of,
    drawn,
    mix,
    one_axes,
    text_colour,
    x_grid,
    y_grid,
)

LINES = ("-", (0, (5, 2)), (0, (1.2, 1.6)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))


def point_at(
    curve: metrics.PrecisionRecall, threshold: float
) -> tuple[float, float] | None:
    """Return (recall, precision) where cells scored above `threshold` are flagged.

    None if no cell scores as high: nothing is played, and precision has no meaning.
    """
    reached = np.flatnonzero(curve.thresholds >= threshold)
    if not len(reached):
        return None
    return float(curve.recall[reached[0]]), float(curve.precision[reached[0]])


@drawn
def precision_recall(
    curves: Mapping[str, metrics.PrecisionRecall],
    chance: float | None = None,
    threshold: float = 0.5,
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return precision against recall, a marker where the threshold is one half.

    Args:
        curves: label → curve by `metrics.precision_recall_curve`.
        chance: share of cells with a note: the precision of guessing.
        threshold: where the marker stands; without a marker nothing is played there.
        roles: label → role.
        ax: axes to draw in.
    """
    ax = one_axes(ax, height=4.6)
    for label, curve in curves.items():
        colour = colour_of(label, roles)
        ax.plot(
            np.append(curve.recall, 0.0),
            np.append(curve.precision, curve.precision[-1]),
            color=colour, ls=_line(label, curves, roles), label=label,
        )  # fmt: skip
        if point := point_at(curve, threshold):
            ax.plot(
                *point, "o", ms=9, color=colour, mec=GROUND, mew=1.6,
                zorder=5, gid=f"threshold of {label}",
            )  # fmt: skip
    ax.plot([], [], "o", color=SOFT, label=f"threshold {threshold:g}")
    if chance is not None:
        ax.axhline(chance, color=SOFT, lw=1.2, ls=(0, (1, 2)), label="guessing")
    ax.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    ax.legend(loc="upper right")
    y_grid(ax)
    return ax.figure


def _line(label: str, among: Mapping, roles: Mapping[str, str] | None) -> object:
    """Return a line style that tells labels of one colour apart."""
    same = [
        other for other in among if colour_of(other, roles) == colour_of(label, roles)
    ]
    return LINES[same.index(label) % len(LINES)]


def sweep(
    probabilities: np.ndarray, target: np.ndarray, thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the density and the F1 of the cells above each threshold.

    Both of shape (thresholds,); probabilities and target (..., keys).
    """
    flagged = [metrics.as_array(probabilities) > cut for cut in thresholds]
    densities = [metrics.density(cells) for cells in flagged]
    return np.array(densities), np.array([metrics.f1(c, target) for c in flagged])


@drawn
def threshold_sweep(
    probabilities: Mapping[str, np.ndarray],
    target: np.ndarray,
    roles: Mapping[str, str] | None = None,
    thresholds: np.ndarray | None = None,
) -> Figure:
    """Return density and F1 against the threshold, one line a model.

    Args:
        probabilities: label → chances (..., keys) of the same cells.
        target: the true cells (..., keys); their density is the line to meet.
        roles: label → role.
        thresholds: where to look; by default 99 of them between 0 and 1.
    """
    cuts = np.linspace(0.01, 0.99, 99) if thresholds is None else thresholds
    fig, axes = canvas(4.2, columns=2, sharex=True)
    left, right = axes[0]
    for label, chances in probabilities.items():
        densities, scores = sweep(chances, target, cuts)
        line = {"ls": _line(label, probabilities, roles)}
        line |= {"color": colour_of(label, roles), "label": label}
        left.plot(cuts, np.maximum(densities, 1e-4), **line)
        right.plot(cuts, scores, **line)
    truth = metrics.density(target)
    left.axhline(truth, color=COLOURS["human"], lw=1.4)
    _name_line(left, truth, "the music's own density", text_colour("human"))
    left.set(yscale="log", title="Notes a step", ylim=(truth / 300, None))
    right.set(title="F1", ylim=(0, None))
    for ax in (left, right):
        ax.axvline(0.5, color=SOFT, lw=1, ls=(0, (1, 2)))
        ax.set(xlabel="threshold", xlim=(0, 1))
        y_grid(ax)
    columns = 2 if len(probabilities) == 4 else 3
    left.yaxis.set_major_formatter(lambda notes, _: f"{notes:g}")
    fig.legend(
        *right.get_legend_handles_labels(), loc="outside lower center", ncols=columns
    )
    return fig


def _name_line(ax: Axes, y: float, text: str, colour: object) -> None:
    """Write a name just above a horizontal line, at the right."""
    ax.annotate(
        text, (1, y), (0, 4), xycoords=("axes fraction", "data"), ha="right",
        textcoords="offset points", color=colour, fontsize=9.5,
    )  # fmt: skip


@drawn
def nll_bars(
    nlls: Mapping[str, float],
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return one bar a model, the worst on top: nats a step on held-out pieces.

    `nlls`: label → nats a step. An infinite value is drawn as an arrow off the page.
    """
    ax = one_axes(ax, height=0.9 + 0.42 * len(nlls))
    order = sorted(nlls, key=nlls.get)
    finite = [nats for nats in nlls.values() if np.isfinite(nats)]
    edge = 1.12 * max(finite, default=1.0)
    for place, label in enumerate(order):
        nats, colour = nlls[label], colour_of(label, roles)
        known = np.isfinite(nats)
        ax.barh(place, nats if known else edge, height=0.68, color=colour, zorder=2)
        if not known:
            ax.plot(edge, place, ">", color=colour, ms=17, clip_on=False, zorder=3)
        ax.annotate(
            f"{nats:.2f}" if known else "∞", (nats if known else edge, place),
            (6 if known else 14, 0), textcoords="offset points", va="center",
            color=INK, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks(range(len(order)), order)
    for tick, label in zip(ax.get_yticklabels(), order, strict=True):
        tick.set_color(text_colour(label, roles))
    ax.set(
        xlim=(0, edge * 1.06), xlabel="nats a step on held-out pieces (less is better)"
    )
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    x_grid(ax)
    return ax.figure


@drawn
def music_measures(
    pieces: Mapping[str, Sequence[PianoRoll]],
    roles: Mapping[str, str] | None = None,
    reference: str | None = None,
    measures: Sequence[str] | None = None,
) -> Figure:
    """Return one small picture a measure: means over pieces with 95 % intervals.

    Args:
        pieces: label → rolls.
        roles: label → role.
        reference: the label whose interval runs through the picture as a band; by
            default the first.
        measures: names out of `music_metrics.MEASURES`; all by default.
    """
    values = {label: measures_by_piece(rolls) for label, rolls in pieces.items()}
    reference = reference or next(iter(pieces))
    names = list(measures or values[reference])
    rows = -(-len(names) // 3)
    height = rows * (0.85 + 0.25 * len(pieces))
    fig, axes = canvas(height, rows=rows, columns=3, sharey=True)
    for ax in axes.flat[len(names) :]:
        ax.remove()
    for ax, name in zip(axes.flat, names, strict=False):
        _draw_measure(ax, {k: v[name] for k, v in values.items()}, roles, reference)
        ax.set_title(name, fontsize=10)
    return fig


def _draw_measure(
    ax: Axes,
    values: Mapping[str, np.ndarray],
    roles: Mapping[str, str] | None,
    reference: str,
) -> None:
    """Draw a mean and its interval a label, one under the other, over the band."""
    _, low, high = mean_interval(values[reference])
    ax.axvspan(low, high, color=mix(colour_of(reference, roles), share=0.8), lw=0)
    for place, (label, numbers) in enumerate(values.items()):
        mean, low, high = mean_interval(numbers)
        colour = colour_of(label, roles)
        ax.plot([low, high], [place, place], color=mix(colour, share=0.3), lw=3.2)
        ax.plot(mean, place, "o", color=colour, ms=7, mec=GROUND, mew=1.2, zorder=4)
        if np.isnan(mean):
            ax.text(
                0.98, place, "undefined", color=SOFT, fontsize=8.5, va="center",
                transform=ax.get_yaxis_transform(), ha="right", fontstyle="italic",
                bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 1.5}, zorder=5,
            )  # fmt: skip
    ax.set_yticks(range(len(values)), list(values))
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.margins(x=0.12)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=4)
    x_grid(ax)
