"""Our networks among the published results (chapter "Against the published record")."""

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.benchmark_rows import NETWORKS
from deepmusician.plots.style import COLOURS, GROUND, INK, SOFT, drawn, one_axes, x_grid
from deepmusician.published import PUBLISHED

_SAID = {
    "no past": "the same chances in every frame",
    "independent": "keys independent, given the past",
    "latent": "latent variables (a bound)",
    "dependent": "keys depend on one another",
}


class _Place(NamedTuple):
    """A row of the picture: nats a frame, and whether it is ours."""

    label: str
    kind: str
    nlls: tuple[float, ...]
    ours: bool


@drawn
def among_published(
    scores: pd.DataFrame, name: str = "jsb", ax: Axes | None = None
) -> Figure:
    """Return the test results on a set, best at the bottom, ours filled.

    Args:
        scores: as `benchmark` gives them; a dot is the mean over the seeds, the bar
            reaches from the lowest to the highest of them.
        name: the set.
        ax: axes to draw in.
    """
    places = sorted(_places(scores, name), key=_mean, reverse=True)
    ax = one_axes(ax, height=0.9 + 0.32 * len(places))
    for row, place in enumerate(places):
        _draw(ax, row, place)
    for kind, said in _SAID.items():
        ax.plot([], [], "o", ms=7, color=_colour(kind), label=said)
    ax.set_yticks(range(len(places)), [place.label for place in places])
    for text, place in zip(ax.get_yticklabels(), places, strict=True):
        text.set(color=INK if place.ours else SOFT)
        text.set_fontweight("bold" if place.ours else "normal")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.invert_yaxis()
    ax.set_xlabel("nats a frame on the test pieces (less is better)")
    ax.margins(x=0.08, y=0.05)
    ax.legend(loc="lower right")
    x_grid(ax)
    return ax.figure


def _places(scores: pd.DataFrame, name: str) -> list[_Place]:
    """Return the rows of the picture of a set."""
    found = [
        _Place(each.model, each.kind, (each.nlls[name],), ours=False)
        for each in PUBLISHED
        if name in each.nlls
    ]
    ours = scores[(scores.set == name) & (scores.network == NETWORKS[0])]
    for outputs, runs in ours.groupby("outputs"):
        label = f"this book, {outputs}"
        found.append(_Place(label, outputs, tuple(runs.test_nll), ours=True))
    return found


def _draw(ax: Axes, row: int, place: _Place) -> None:
    """Draw one result: a ring if it was published, a dot with a bar if it is ours."""
    colour, mean = _colour(place.kind), _mean(place)
    if place.ours:
        ax.plot([min(place.nlls), max(place.nlls)], [row, row], color=colour, lw=4)
        ax.plot(mean, row, "o", ms=10, color=colour, mec=GROUND, mew=1.2, zorder=3)
    else:
        ax.plot(mean, row, "o", ms=7, mfc=GROUND, mec=colour, mew=2, zorder=3)
    ax.annotate(
        f"{mean:.2f}",
        (max(place.nlls), row),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontweight="bold" if place.ours else "normal",
        color=INK if place.ours else SOFT,
    )


def _mean(place: _Place) -> float:
    return sum(place.nlls) / len(place.nlls)


def _colour(kind: str) -> str:
    """Return the colour of a kind of outputs."""
    if kind == "latent":
        return COLOURS["focal"]
    return COLOURS[kind if kind in COLOURS else "baseline"]
