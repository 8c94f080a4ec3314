"""Pictures of many runs: heat maps, lines and rows with the spread of their seeds.

Tables are tidy, a row a run. What is drawn of runs that differ in the seed alone is
their mean, and a bar from the lowest to the highest of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from deepmusician.colours import COLOURS
from deepmusician.plots import style
from deepmusician.studies import seed_spread

LESS, MORE = COLOURS["independent"], COLOURS["dependent"]
_DODGE = 0.007  # of the axis: keeps the bars of several lines apart


@dataclass(frozen=True)
class Panel:
    """One heat map: its title, its column, and what would be best there.

    `best` is "low", "high", or the number to meet: its map has two colours, one for
    too little and one for too much, on a logarithmic scale that ends at `fold` times
    as much or as little.
    """

    title: str
    column: str
    best: str | float = "low"
    fold: float = 8.0


@style.drawn
def heat_maps(table: pd.DataFrame, panels: Sequence[Panel]) -> Figure:
    """Return one heat map a panel, alpha upwards and gamma to the right: pale is good.

    Args:
        table: a row a run; runs of one cell differ in the seed.
        panels: what to show.

    In each cell stand the mean and, below it, half the distance between the lowest
    and the highest run. The cell of BCE is framed, if the map has it.
    """
    figure, axes = style.panel_grid(len(panels), 2, 2.75, margin=0.7)
    for ax, panel in zip(axes, panels, strict=True):
        grid = seed_spread(table, ("alpha", "gamma"), panel.column).unstack("gamma")
        _draw_map(ax, grid["mean"], (grid["high"] - grid["low"]) / 2, panel)
        ax.set(xlabel="gamma", ylabel="alpha")
        _frame(ax, grid["mean"], alpha=0.5, gamma=0.0)
    return figure


def badness(means: np.ndarray, best: str | float, fold: float = 8.0) -> np.ndarray:
    """Return how far from the best each mean lies, -1 to 1; only densities go below 0.

    `means` (rows, columns). With a number to meet, 1 is `fold` times too much and -1
    as many times too little; else 1 is the worst cell and 0 the best. NaN stays NaN.
    """
    if not isinstance(best, str):
        share = np.maximum(means, 1e-9) / best
        return np.clip(np.log(share) / np.log(fold), -1, 1)
    low, high = np.nanmin(means), np.nanmax(means)
    risen = (means - low) / (high - low or 1.0)
    return risen if best == "low" else 1 - risen


def _draw_map(
    ax: Axes, means: pd.DataFrame, halves: pd.DataFrame, panel: Panel
) -> None:
    """Draw one map of DataFrames (rows, columns): colours and figures of each cell."""
    bad = badness(means.to_numpy(), panel.best, panel.fold)
    less, more = (style.mix(end, share=0.15) for end in (LESS, MORE))
    worst = COLOURS["focal"] if isinstance(panel.best, str) else more
    colours = style.gradient(less, style.GROUND, worst).with_extremes(bad=style.FAINT)
    words = means.map(written) + "\n±" + halves.map(partial(written, figures=1))
    look = {"cmap": colours, "vmin": -1, "vmax": 1, "cbar": False, "ax": ax}
    names = ([f"{value:g}" for value in axis] for axis in (means.columns, means.index))
    look |= dict(zip(("xticklabels", "yticklabels"), names, strict=True))
    seaborn.heatmap(bad, annot=words, fmt="", annot_kws={"fontsize": 9}, **look)
    ax.invert_yaxis()
    ax.set_title(panel.title)
    ax.tick_params(length=0, rotation=0)


def written(value: float, figures: int = 3) -> str:
    """Return a number with so many significant figures, at most three decimals."""
    if np.isnan(value):
        return "–"
    size = np.floor(np.log10(abs(value))) if value else 0
    return f"{value:.{int(np.clip(figures - 1 - size, 0, 3))}f}"


def _frame(ax: Axes, means: pd.DataFrame, alpha: float, gamma: float) -> None:
    """Draw a frame around a cell, if the map has it."""
    if alpha in means.index and gamma in means.columns:
        column, row = means.columns.get_loc(gamma), means.index.get_loc(alpha)
        place = column + 0.02, row + 0.02
        frame = Rectangle(place, 0.96, 0.96, fill=False, lw=1.8, ec=COLOURS["bce"])
        frame.set_gid("mark")
        ax.add_patch(frame)


@style.drawn
def seed_lines(
    table: pd.DataFrame,
    panels: Mapping[str, str],
    x: str,
    by: str,
    colours: Sequence[object],
    predicted: tuple[np.ndarray, np.ndarray, str] | None = None,
    level: tuple[float, str] | None = None,
    log: bool = False,
) -> Figure:
    """Return lines over the means of the seeds, with a bar from lowest to highest.

    Args:
        table: a row a run.
        panels: title → column, side by side.
        x: the column for the horizontal axis.
        by: the column whose every value is a line.
        colours: one for each value of `by`, in rising order.
        predicted: places on the horizontal axis (points,), a curve over them
            (points,), and its name: drawn behind the lines.
        level: a height and its name, drawn as a level line.
        log: whether the vertical axis is logarithmic.
    """
    figure, axes = style.canvas(3.5, columns=len(panels))
    values = sorted(table[x].unique())
    for ax, (title, column) in zip(axes[0], panels.items(), strict=True):
        if predicted is not None:
            *curve, name = predicted
            pale = style.mix(style.INK, share=0.75)
            ax.plot(*curve, color=pale, lw=7, label=name, zorder=1)
        _draw_seed_lines(ax, table, column, (x, by), colours)
        if level is not None:
            _draw_level(ax, *level)
        ax.set_xticks(values, [f"{value:g}" for value in values])
        ax.set(title=title, xlabel=x, yscale="log" if log else "linear")
        if log:
            ax.yaxis.set_major_formatter("{x:g}")
    style.legend_below(axes[0, 0], columns=4)
    return figure


def _draw_seed_lines(
    ax: Axes,
    table: pd.DataFrame,
    column: str,
    names: tuple[str, str],
    colours: Sequence[object],
) -> None:
    """Draw one line a value of the second name against the values of the first."""
    x, by = names
    lines, step = sorted(table[by].unique()), _DODGE * np.ptp(table[x])
    for turn, (value, colour) in enumerate(zip(lines, colours, strict=True)):
        spread = seed_spread(table[table[by] == value], (x,), column)
        places = spread.index + (turn - (len(lines) - 1) / 2) * step
        ends = np.abs(spread[["low", "high"]].sub(spread["mean"], axis=0)).to_numpy().T
        ax.errorbar(
            places, spread["mean"], ends, color=colour, fmt="o-", ms=5, lw=1.4,
            elinewidth=2.2, label=f"{by} {value:g}", zorder=3,
        )  # fmt: skip


def _draw_level(ax: Axes, height: float, name: str) -> None:
    """Draw a dashed level line, and its name at the right end of it."""
    ax.axhline(height, color=COLOURS["human"], lw=1.3, ls=style.DASHED, gid="level")
    options = {"xycoords": ("axes fraction", "data"), "va": "center"}
    options |= {"color": style.text_colour("human"), "annotation_clip": False}
    style.remark(ax, name, (1, height), (5, 0), **options)


@style.drawn
def measured_rows(
    table: pd.DataFrame,
    panels: Mapping[str, str],
    label: str = "label",
    levels: Mapping[str, float] | None = None,
    reference: str | None = None,
    roles: style.Roles = None,
) -> Figure:
    """Return one small picture a measure: a row a label, its runs, mean and spread.

    Args:
        table: a row a run.
        panels: title → column.
        label: the column that labels a run. Labels stand in the order in which they
            first come.
        levels: title → the music's own value, a dashed line; such a panel begins at 0.
        reference: the label whose spread runs through every picture as a band.
        roles: label → role, for colours.
    """
    groups = dict(list(table.groupby(label, sort=False)))
    height = 0.95 + 0.27 * len(groups)
    figure, axes = style.panel_grid(len(panels), 2, height, sharey=True)
    for ax, (title, column) in zip(axes, panels.items(), strict=True):
        if reference is not None:
            runs = groups[reference][column]
            band = style.mix(style.colour_of(reference, roles), share=0.82)
            ax.axvspan(runs.min(), runs.max(), color=band, lw=0, zorder=0)
        for row, (name, group) in enumerate(groups.items()):
            _draw_row(ax, row, group[column].dropna(), style.colour_of(name, roles))
        if level := (levels or {}).get(title):
            ax.axvline(level, color=COLOURS["human"], lw=1.3, ls=style.DASHED)
        ax.set_title(title, fontsize=10.5)
        style.name_rows(ax, list(groups))
        ax.margins(x=0.1)
        ax.locator_params(axis="x", nbins=5)
        if level:
            ax.set_xlim(-0.04 * ax.get_xlim()[1], None)
    return figure


def _draw_row(ax: Axes, row: int, runs: pd.Series, colour: str) -> None:
    """Draw the mean of some runs over the line from the lowest to the highest."""
    if runs.empty:
        style.say_undefined(ax, row)
        return
    line = {"color": style.mix(colour, share=0.4), "lw": 4}
    ends = runs.min(), runs.max()
    style.dot_and_range(ax, row, runs.mean(), ends, colour, **line)
    ax.plot(runs, [row] * len(runs), "|", color=style.mix(colour, style.INK, 0.3), ms=8)
