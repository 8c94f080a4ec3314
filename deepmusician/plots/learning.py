"""Pictures of learning: the losses' shapes, and the history of a run."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from deepmusician.losses import focal_loss
from deepmusician.plots.style import (
    COLOURS,
    GROUND,
    INK,
    SOFT,
    canvas,
    colour_of,
    drawn,
    focal_shades,
    mix,
    one_axes,
    text_colour,
    y_grid,
)


def loss_of_a_note(
    probability: np.ndarray, gamma: float, alpha: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the focal loss of a true note and the size of its gradient by the logit.

    `probability` (points,) is the model's for the note; gamma 0 is BCE. Both results
    (points,), computed by `losses.focal_loss`.
    """
    chance = torch.as_tensor(probability, dtype=torch.float64)
    logits = torch.logit(chance).requires_grad_()
    losses = focal_loss(logits, torch.ones_like(logits), alpha, gamma, "none")
    (gradient,) = torch.autograd.grad(losses.sum(), logits)
    return losses.detach().numpy(), gradient.abs().numpy()


@drawn
def loss_curves(gammas: Sequence[float] = (0, 0.5, 1, 2, 5)) -> Figure:
    """Return the loss of a true note and its gradient, against its probability.

    One line a gamma; gamma 0, BCE, in its own colour. The shaded half is where a
    threshold of one half already finds the note: the easy examples.
    """
    chance = np.linspace(0.002, 0.998, 500)
    fig, axes = canvas(3.9, columns=2, sharex=True)
    titles = "Loss", "Size of the gradient by the logit"
    shades = focal_shades(len(gammas))
    for gamma, shade in zip(gammas, shades, strict=True):
        colour = COLOURS["bce"] if gamma == 0 else shade
        name = "γ = 0: BCE" if gamma == 0 else f"γ = {gamma:g}"
        for ax, curve in zip(axes[0], loss_of_a_note(chance, gamma), strict=True):
            ax.plot(chance, curve, color=colour, label=name, lw=2.6 - 0.6 * (gamma > 0))
    for ax, title, top in zip(axes[0], titles, (4, None), strict=True):
        ax.axvspan(0.5, 1, color="#F3F4F6", lw=0, zorder=0)
        ax.set(title=title, xlim=(0, 1), ylim=(0, top))
        ax.set_xlabel("the model's probability of the true note")
        y_grid(ax)
    axes[0, 0].text(0.75, 3.8, "easy: found already", ha="center", va="top", color=SOFT)
    axes[0, 1].legend(loc="upper right")
    return fig


@drawn
def training_history(
    history: object,
    baselines: Mapping[str, float] | None = None,
    density: float | None = None,
    tolerance: float = 0.25,
    role: str = "independent",
    against: str = "epoch",
) -> Figure:
    """Return a run's curves: NLL above, and the density of what it plays below.

    Args:
        history: the run's DataFrame, one row an epoch, with `train_nll`, `valid_nll`
            and, where free running was watched, `free_density`.
        baselines: label → nats a step, drawn as levels to get below.
        density: the corpus's touches a step, the line for free running to meet.
        tolerance: the half width of the band around it, as a share.
        role: the network's colour.
        against: the column for the x axis: "epoch", "updates" or "seconds".
    """
    watched = density is not None and history["free_density"].notna().any()
    rows = 2 if watched else 1
    ratios = [2.4, 1][:rows]
    fig, axes = canvas(
        3.6 + 1.7 * (rows - 1), rows=rows, sharex=True, height_ratios=ratios
    )
    _draw_nll(axes[0, 0], history, baselines or {}, role, against)
    if watched:
        _draw_free_density(axes[1, 0], history, density, tolerance, role, against)
    unit = " of training" if against == "seconds" else ""
    axes[-1, 0].set_xlabel(f"{against}{unit}")
    return fig


def best_epoch(history: object) -> int:
    """Return the row of the smallest validation NLL, the epoch whose weights stay."""
    return int(np.nanargmin(history["valid_nll"].to_numpy()))


def _draw_nll(
    ax: Axes, history: object, baselines: Mapping[str, float], role: str, against: str
) -> None:
    """Draw both NLLs, the best epoch, and the baselines' levels with their names."""
    x, colour = history[against].to_numpy(), COLOURS[role]
    ax.plot(
        x, history["train_nll"], color=mix(colour, share=0.5), label="training pieces"
    )
    ax.plot(x, history["valid_nll"], color=colour, label="validation pieces")
    best = best_epoch(history)
    y = float(history["valid_nll"].iloc[best])
    ax.plot(x[best], y, "o", color=colour, ms=9, mec=GROUND, mew=1.6, gid="best epoch")
    ax.annotate(
        f"best: {y:.2f}", (x[best], y), (0, 12), textcoords="offset points",
        ha="center", color=INK, fontweight="bold",
    )  # fmt: skip
    _draw_levels(ax, {k: v for k, v in baselines.items() if np.isfinite(v)})
    ax.set(ylabel="nats a step", title="Negative log-likelihood")
    ax.legend(loc="upper right", bbox_to_anchor=(1, 1.16), ncols=2)
    y_grid(ax)


def _draw_levels(ax: Axes, levels: Mapping[str, float]) -> None:
    """Draw a dashed line a baseline, its name on white at the right of it."""
    order = sorted(levels, key=levels.get)
    bottom, top = ax.get_ylim()
    top = max([top, *levels.values()])
    places = spaced([levels[label] for label in order], 0.062 * (top - bottom))
    for label, place in zip(order, places, strict=True):
        line = ax.axhline(levels[label], lw=1.1, ls=(0, (4, 3)), gid=label)
        line.set_color(COLOURS["baseline"])
        ax.annotate(
            f"{label}  {levels[label]:.2f}", (1, place), (-2, 0),
            xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="right", va="center", color=text_colour(label, {label: "baseline"}),
            fontsize=9, bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def spaced(values: Sequence[float], gap: float) -> np.ndarray:
    """Return places for labels of rising values, at least `gap` apart.

    Labels that would collide move apart about their common middle.
    """
    groups: list[list[float]] = []
    for value in values:
        groups.append([value])
        while (
            len(groups) > 1
            and _span(groups[-2], gap)[1] + gap > _span(groups[-1], gap)[0]
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    ends = [(*_span(group, gap), len(group)) for group in groups]
    return np.concatenate([np.linspace(*end) for end in ends] or [np.zeros(0)])


def _span(group: Sequence[float], gap: float) -> tuple[float, float]:
    """Return the first and the last place of labels that stand `gap` apart."""
    middle, half = float(np.mean(group)), gap * (len(group) - 1) / 2
    return middle - half, middle + half


def _draw_free_density(
    ax: Axes,
    history: object,
    density: float,
    tolerance: float,
    role: str,
    against: str,
) -> None:
    """Draw free running's density over the band around the corpus's."""
    human = COLOURS["human"]
    low, high = density * (1 - tolerance), density * (1 + tolerance)
    ax.axhspan(low, high, color=mix(human, share=0.85), lw=0)
    ax.axhline(density, color=human, lw=1.4)
    heard = history.dropna(subset=["free_density"])
    ax.plot(heard[against], heard["free_density"], "o-", color=COLOURS[role], ms=5)
    ax.annotate(
        f"the corpus ± {tolerance:.0%}", (1, high), (0, 3), ha="right",
        color=text_colour("human"), xycoords=("axes fraction", "data"),
        textcoords="offset points", fontsize=9,
    )  # fmt: skip
    top = max(1.6 * density, 1.1 * float(heard["free_density"].max()))
    ax.set(title="Free running", ylabel="touches a step", ylim=(0, top))
    y_grid(ax)


@drawn
def learning_curves(
    histories: Mapping[str, object],
    column: str = "valid_nll",
    ylabel: str = "nats a step, validation",
    roles: Mapping[str, str] | None = None,
    against: str = "epoch",
    ax: Axes | None = None,
) -> Figure:
    """Return one column of several runs' histories, a line a run, its best marked.

    `histories`: label → DataFrame. Rows without a value are left out.
    """
    ax = one_axes(ax, height=3.6)
    for label, history in histories.items():
        known = history.dropna(subset=[column])
        colour = colour_of(label, roles)
        ax.plot(known[against], known[column], color=colour, label=label)
        best = known.loc[known[column].idxmin()]
        ax.plot(best[against], best[column], "o", color=colour, ms=8, mec=GROUND)
    ax.set(xlabel=against, ylabel=ylabel)
    ax.legend()
    y_grid(ax)
    return ax.figure


@drawn
def seed_curves(
    epochs: object,
    colours: Mapping[str, object],
    column: str = "valid_nll",
    against: str = "updates",
    label: str = "variant",
    log: bool = False,
    top: float | None = None,
) -> Figure:
    """Return one line a variant, the mean of its seeds, in a band that holds them all.

    Args:
        epochs: a DataFrame, a row an epoch of a run, as `run_experiments` gives it.
        colours: the variants to show, in this order, and their colours.
        column: what is drawn; the lowest point of each line is marked.
        against: the column for the horizontal axis. A line ends where its first seed
            does.
        label: the column that names the variant.
        log: whether the vertical axis is logarithmic.
        top: where it ends.
    """
    ax = one_axes(None, height=3.9)
    for name, colour in colours.items():
        seeds = epochs[epochs[label] == name].groupby(against)[column]
        told = seeds.agg(["mean", "min", "max", "count"])
        told = told[told["count"] == told["count"].max()]
        band = {"color": mix(colour, share=0.7), "lw": 0, "zorder": 1}
        ax.fill_between(told.index, told["min"], told["max"], **band)
        ax.plot(told.index, told["mean"], color=colour, label=name)
        best = told["mean"].idxmin()
        ax.plot(best, told["mean"][best], "o", color=colour, ms=8, mec=GROUND)
    ax.set(xlabel=against, ylabel="nats a step, validation", xlim=(0, None))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(None, top)
    columns = min(3, len(colours))
    ax.figure.legend(loc="outside lower center", ncols=columns)
    y_grid(ax)
    return ax.figure
