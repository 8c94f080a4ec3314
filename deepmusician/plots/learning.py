"""Pictures of training: a run's history, several runs' curves, the learning rate."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from scipy.optimize import isotonic_regression

from deepmusician.colours import COLOURS
from deepmusician.plots import style
from deepmusician.training import TrainConfig


@style.drawn
def training_history(
    history: pd.DataFrame,
    baselines: Mapping[str, float] | None = None,
    density: float | None = None,
    tolerance: float = 0.25,
    role: str = "independent",
) -> Figure:
    """Return a run's curves: NLL above, and the density of what it plays below.

    Args:
        history: the run's, one row an `epoch`, with `train_nll`, `valid_nll` and, where
            free running was watched, `free_density`.
        baselines: label → nats per step, drawn as levels to get below.
        density: the corpus's notes per step, the line for free running to meet.
        tolerance: the half width of the band around it, as a share.
        role: the network's colour.
    """
    watched = density is not None and history["free_density"].notna().any()
    ratios = [2.4, 1] if watched else [2.4]
    rows = {"rows": len(ratios), "height_ratios": ratios, "sharex": True}
    fig, axes = style.canvas(5.3 if watched else 3.6, **rows)
    _draw_nll(axes[0, 0], history, baselines or {}, role)
    if watched:
        band = density * (1 - tolerance), density, density * (1 + tolerance)
        _draw_free_density(axes[1, 0], history, band, role)
        name = f"the corpus ± {tolerance:.0%}"
        options = style.AT_RIGHT | {"color": style.text_colour("human"), "fontsize": 9}
        style.remark(axes[1, 0], name, (1, band[2]), (0, 3), **options)
    axes[-1, 0].set_xlabel("epoch")
    return fig


def _draw_nll(
    ax: Axes, history: pd.DataFrame, baselines: Mapping[str, float], role: str
) -> None:
    """Draw both NLLs, the best epoch, and the baselines' levels with their names."""
    colour, pale = COLOURS[role], style.mix(COLOURS[role], share=0.5)
    ax.plot("epoch", "train_nll", data=history, color=pale, label="training pieces")
    ax.plot("epoch", "valid_nll", data=history, color=colour, label="validation pieces")
    best = history["valid_nll"].argmin()  # the epoch whose weights stay
    place = history["epoch"].iloc[best], history["valid_nll"].iloc[best]
    mark = {"color": colour, "ms": 9, "mec": style.GROUND, "mew": 1.6}
    ax.plot(*place, "o", gid="best epoch", **mark)
    levels = {k: v for k, v in baselines.items() if np.isfinite(v)}
    if levels:
        _draw_levels(ax, levels, history["valid_nll"].iloc[0])
    others = [*levels.values(), history["train_nll"].iloc[best]]
    nearest = min(others, key=lambda other: abs(other - place[1]))
    away, side = (-8, "top") if nearest > place[1] else (8, "bottom")
    bottom, top = ax.get_ylim()
    if away < 0:  # below what may be the lowest point: make room
        ax.set_ylim(min(bottom, place[1] - 0.15 * (top - bottom)), top)
    options = style.VALUE | {"ha": "center", "va": side}
    style.remark(ax, f"best: {place[1]:.2f}", place, (0, away), **options)
    ax.set(ylabel="nats per step", title="Negative log-likelihood")
    ax.legend(loc="upper right", bbox_to_anchor=(1, 1.16), ncols=2)


def _draw_levels(ax: Axes, levels: Mapping[str, float], start: float) -> None:
    """Draw a dashed line a baseline, its name on white where no curve runs.

    The curves fall, from `start`: what they begin above is named at the left.
    """
    order = sorted(levels, key=levels.get)
    bottom, top = ax.get_ylim()
    top = max([top, *levels.values()])
    places = spaced([levels[label] for label in order], 0.062 * (top - bottom))
    options = style.AT_RIGHT | {"va": "center", "color": style.text_colour("baseline")}
    options["bbox"] = {"facecolor": style.GROUND, "edgecolor": "none", "pad": 0.8}
    at_left = options | {"ha": "left"}
    for label, place in zip(order, places, strict=True):
        grey = COLOURS["baseline"]
        ax.axhline(levels[label], color=grey, lw=1.1, ls=style.DASHED, gid=label)
        name = f"{label}  {levels[label]:.2f}"
        if levels[label] < start:
            style.remark(ax, name, (0, place), (2, 0), fontsize=9, **at_left)
        else:
            style.remark(ax, name, (1, place), (-2, 0), fontsize=9, **options)


def spaced(values: Sequence[float], gap: float) -> np.ndarray:
    """Return places for labels of rising values, at least `gap` apart.

    Labels that would collide move apart about their common middle.
    """
    least = gap * np.arange(len(values))
    return isotonic_regression(np.asarray(values) - least).x + least


def _draw_free_density(
    ax: Axes, history: pd.DataFrame, band: tuple[float, float, float], role: str
) -> None:
    """Draw free running's density over the corpus's (low, middle, high)."""
    low, middle, high = band
    human, known = COLOURS["human"], history.dropna(subset="free_density")
    ax.axhspan(low, high, color=style.mix(human, share=0.85), lw=0)
    ax.axhline(middle, color=human, lw=1.4)
    ax.plot("epoch", "free_density", "o-", data=known, color=COLOURS[role], ms=5)
    top = max(1.6 * middle, 1.1 * known["free_density"].max())
    ax.set(title="Free running", ylabel="notes per step", ylim=(0, top))


@style.drawn
def seed_curves(
    epochs: pd.DataFrame,
    colours: Mapping[str, object],
    against: str = "updates",
    label: str = "variant",
    log: bool = False,
    top: float | None = None,
    unit: str = "nats per step, validation",
) -> Figure:
    """Return one line a variant, the mean of its seeds, in a band that holds them all.

    Args:
        epochs: a row an epoch of a run, as `read_experiment_curves` gives it; its
            `valid_nll` is drawn, and the lowest point of each line is marked.
        colours: the variants to show, in this order, and their colours.
        against: the column for the horizontal axis. A line ends where its first seed
            does.
        label: the column that names the variant.
        log: whether the vertical axis is logarithmic.
        top: where it ends.
        unit: of `valid_nll`, for its axis.
    """
    ax = style.one_axes(None, height=3.9)
    for name, colour in colours.items():
        seeds = epochs[epochs[label] == name].groupby(against)["valid_nll"]
        spread = seeds.agg(["mean", "min", "max", "count"])
        spread = spread[spread["count"] == spread["count"].max()]
        band = {"color": style.mix(colour, share=0.7), "lw": 0, "zorder": 1}
        ax.fill_between(spread.index, spread["min"], spread["max"], **band)
        ax.plot(spread.index, spread["mean"], color=colour, label=name)
        best = spread["mean"].idxmin()
        ax.plot(best, spread["mean"][best], "o", color=colour, ms=8, mec=style.GROUND)
    ax.set(xlabel=against, ylabel=unit, xlim=(0, None))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(None, top)
    ax.figure.legend(loc="outside lower center", ncols=min(3, len(colours)))
    return ax.figure


@style.drawn
def learning_rates(configs: Mapping[str, TrainConfig]) -> Figure:
    """Return the learning rate at every update of the runs, a line a run.

    `configs`: label → settings. A run that stops early ends before its line does.
    """
    from deepmusician.training import rate_share, updates_per_epoch  # brings Lightning

    ax = style.one_axes(None, height=2.8)
    for label, config in configs.items():
        total = config.epochs * updates_per_epoch(config)
        shares = [rate_share(update, total, config.warm_up) for update in range(total)]
        rates = config.learning_rate * np.array(shares)
        ax.plot(rates, color=style.colour_of(label), label=label)
    ax.set(xlabel="update", ylabel="learning rate", xlim=(0, None), ylim=(0, None))
    ax.legend()
    return ax.figure
