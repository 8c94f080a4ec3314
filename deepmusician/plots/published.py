"""Our networks among the published results, and how similar to the corpus they are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepmusician.evaluation import SharedRun
from deepmusician.plots import style
from deepmusician.studies import NETWORKS, PUBLISHED

_KINDS = {
    "no past": "the same probabilities in every frame",
    "independent": "keys independent, given the past",
    "latent": "latent variables (a bound)",
    "dependent": "keys depend on one another",
}
_ROLES = {"latent": "focal"}


class _Result(NamedTuple):
    """A row of the picture: nats per frame, and whether it is ours."""

    label: str
    kind: str
    nlls: tuple[float, ...]
    ours: bool

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return sum(self.nlls) / len(self.nlls)


@style.drawn
def among_published(scores: pd.DataFrame, name: str = "jsb") -> Figure:
    """Return the test results on a set, best at the bottom, ours filled.

    Args:
        scores: as `read_benchmark` gives them; a dot is the mean over the seeds, the
            bar reaches from the lowest to the highest of them.
        name: the set.
    """
    results = sorted(_results(scores, name), key=lambda result: -result.mean)
    ax = style.one_axes(None, height=0.9 + 0.32 * len(results))
    for row, result in enumerate(results):
        _draw_result(ax, row, result)
    for kind, meaning in _KINDS.items():
        colour = style.colour_of(kind, _ROLES)
        ax.plot([], [], "o", ms=7, color=colour, label=meaning)
    ax.set_yticks(range(len(results)), [result.label for result in results])
    for text, result in zip(ax.get_yticklabels(), results, strict=True):
        text.set(**_emphasis(result))
    ax.invert_yaxis()
    ax.set_xlabel("nats per frame on the test pieces (less is better)")
    ax.margins(x=0.08, y=0.05)
    ax.legend(loc="lower right")
    style.x_grid(ax)
    return ax.figure


def _results(scores: pd.DataFrame, name: str) -> list[_Result]:
    """Return the rows of the picture of a set."""
    results = [
        _Result(model, row.kind, (row[name],), ours=False)
        for model, row in PUBLISHED.dropna(subset=[name]).iterrows()
    ]
    ours = scores[(scores.set == name) & scores.network.isin(NETWORKS[:2])]
    for (network, outputs), runs in ours.groupby(["network", "outputs"]):
        extra = network.removeprefix("decoder").replace("-", " ")
        label = f"this book, {outputs}{extra}"
        results.append(_Result(label, outputs, tuple(runs.test_nll), ours=True))
    return results


def _draw_result(ax: Axes, row: int, result: _Result) -> None:
    """Draw one result: a ring if it was published, a dot with a bar if it is ours."""
    colour, highest = style.colour_of(result.kind, _ROLES), max(result.nlls)
    if result.ours:
        ax.plot([min(result.nlls), highest], [row, row], color=colour, lw=4)
        dot = {"ms": 10, "color": colour, "mec": style.GROUND, "mew": 1.2}
    else:
        dot = {"ms": 7, "mfc": style.GROUND, "mec": colour, "mew": 2}
    ax.plot(result.mean, row, "o", zorder=3, **dot)
    options = {"va": "center", "fontsize": 10.5} | _emphasis(result)
    style.remark(ax, f"{result.mean:.2f}", (highest, row), (9, 0), **options)


def _emphasis(result: _Result) -> dict[str, str]:
    """Return how a result is written: ours bold and dark."""
    weight, colour = ("bold", style.INK) if result.ours else ("normal", style.SOFT)
    return {"fontweight": weight, "color": colour}


@style.drawn
def similarity_panels(table: pd.DataFrame) -> Figure:
    """Return one small picture a measure: each composer's similarity to people.

    `table`: as `compare_with_human` gives it. A dot is the similarity, 0 to 1, the
    stroke its 95 % interval; a composer for whom it is not defined has no dot.
    """
    names = list(dict.fromkeys(table.measure))
    composers = list(dict.fromkeys(table.composer))
    height = 0.75 + 0.25 * len(composers)
    fig, axes = style.panel_grid(len(names), 3, height, sharex=True, sharey=True)
    for ax, name in zip(axes, names, strict=True):
        for place, row in enumerate(table[table.measure == name].itertuples()):
            ends = row.similarity_low, row.similarity_high
            colour = style.colour_of(row.composer)
            style.dot_and_range(ax, place, row.similarity, ends, colour)
        ax.set_title(name, fontsize=10)
        style.name_rows(ax, composers)
    axes[0].set_xlim(-0.02, 1.02)
    scale = "1 is as similar as they are to one another"
    fig.supxlabel(f"similarity to the chorales: {scale}")
    return fig


@style.drawn
def shared_run_lengths(
    runs: Mapping[str, Sequence[SharedRun]], steps_per_quarter: int = 4
) -> Figure:
    """Return the length of each piece's longest shared run, a row a composer.

    Args:
        runs: composer → runs, as `CopyingIndex` finds them. Each dot is a piece, the
            upright stroke their median.
        steps_per_quarter: the grid, to show quarters.
    """
    ax = style.one_axes(None, height=0.9 + 0.45 * len(runs))
    generator = np.random.default_rng(0)
    for row, (label, lengths) in enumerate(runs.items()):
        quarters = np.array([run.steps for run in lengths]) / steps_per_quarter
        rows = row + generator.uniform(-0.22, 0.22, len(quarters))
        pale = style.mix(style.colour_of(label), share=0.25)
        ax.plot(quarters, rows, "o", ms=5, color=pale, alpha=0.75)
        middle = np.median(quarters)
        ax.plot([middle, middle], [row - 0.34, row + 0.34], color=style.INK, lw=2)
    style.name_rows(ax, list(runs))
    ax.set_xlim(0, None)
    ax.set_xlabel("longest run shared with a training piece, in quarters")
    return ax.figure
