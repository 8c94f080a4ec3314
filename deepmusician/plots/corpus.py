"""Pictures of corpora: pitches, lengths, densities, rhythm, emptiness, the grid."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from deepmusician.events import note_name
from deepmusician.notes import PITCH_LOW
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.rolls import BLACK_KEYS
from deepmusician.plots.style import (
    COLOURS,
    FAINT,
    GROUND,
    INK,
    SOFT,
    canvas,
    colour_of,
    drawn,
    mix,
    one_axes,
    text_colour,
    y_grid,
)

Rolls = Sequence[PianoRoll]


@drawn
def pitch_histogram(
    rolls: Rolls, title: str = "", role: str = "human", ax: Axes | None = None
) -> Figure:
    """Return how often each key is touched, above a keyboard that shows which it is."""
    ax = one_axes(ax, height=3.4)
    counts = sum(roll.onsets.sum(axis=0) for roll in rolls)
    ax.bar(np.arange(len(counts)), counts, width=0.82, color=COLOURS[role], zorder=2)
    _draw_keyboard(ax, counts)
    ax.set(ylabel="touches", title=title, xlim=(-1, len(counts)))
    y_grid(ax)
    used = np.flatnonzero(counts)
    if len(used):
        _mark_range(ax, counts, used[0], used[-1])
    return ax.figure


def _mark_range(ax: Axes, counts: np.ndarray, low: int, high: int) -> None:
    """Name the lowest and the highest key touched, just above their bars."""
    for key, side in ((low, "right"), (high, "left")):
        ax.annotate(
            note_name(PITCH_LOW + key), (key, counts[key]), (0, 8),
            textcoords="offset points", ha=side, color=INK, fontsize=9.5,
        )  # fmt: skip


def _draw_keyboard(ax: Axes, counts: np.ndarray, height: float = 0.11) -> None:
    """Draw the piano's keys under the x axis, in place of its ticks."""
    keys = np.arange(len(counts))
    board = ax.get_xaxis_transform()
    kinds = (~BLACK_KEYS, 1.0, GROUND), (BLACK_KEYS, 0.62, INK)
    for kind, depth, colour in kinds:
        for key in keys[kind]:
            ax.add_patch(
                Rectangle(
                    (key - 0.5, -height * depth - 0.015), 1, height * depth,
                    transform=board, clip_on=False, facecolor=colour,
                    edgecolor="#B4B9C1", lw=0.5,
                )
            )  # fmt: skip
    octaves = keys[(PITCH_LOW + keys) % 12 == 0]
    ax.set_xticks(octaves, [note_name(PITCH_LOW + key) for key in octaves])
    ax.tick_params(axis="x", length=0, pad=26)
    ax.spines["bottom"].set_visible(False)


@drawn
def spread(
    values: Mapping[str, Sequence[float]],
    xlabel: str,
    roles: Mapping[str, str] | None = None,
    bins: int = 30,
    title: str = "",
) -> Figure:
    """Return one histogram a label, on a shared x axis, its median marked and named.

    `values`: label → one number a piece (NaN is left out).
    """
    fig, axes = canvas(0.9 + 1.55 * len(values), rows=len(values), sharex=True)
    kept = {k: np.asarray(v, float)[~np.isnan(v)] for k, v in values.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(kept.values())), bins)
    for ax, (label, numbers) in zip(axes[:, 0], kept.items(), strict=True):
        colour = colour_of(label, roles)
        ax.hist(numbers, edges, color=mix(colour, share=0.25), rwidth=0.94, zorder=2)
        median = float(np.median(numbers))
        ax.axvline(median, color=INK, lw=1.4, zorder=3)
        ax.annotate(
            f"median {median:.4g}", (median, 1), (5, -2), color=INK, fontsize=9.5,
            xycoords=("data", "axes fraction"), textcoords="offset points", va="top",
        )  # fmt: skip
        ax.set_title(
            f"{label} ({len(numbers)} pieces)", color=text_colour(label, roles)
        )
        ax.set_ylabel("pieces")
        y_grid(ax)
    axes[-1, 0].set_xlabel(xlabel)
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


def density_per_piece(
    corpora: Mapping[str, Rolls], roles: Mapping[str, str] | None = None
) -> Figure:
    """Return the histogram of touches a step over the pieces of each corpus."""
    values = {k: [roll.density() for roll in rolls] for k, rolls in corpora.items()}
    return spread(values, "touches a step", roles)


def piece_lengths(
    corpora: Mapping[str, Rolls], roles: Mapping[str, str] | None = None
) -> Figure:
    """Return the histogram of lengths in quarters over the pieces of each corpus."""
    values = {
        label: [len(roll) / roll.steps_per_quarter for roll in rolls]
        for label, rolls in corpora.items()
    }
    return spread(values, "length in quarters", roles)


@drawn
def positions_in_the_beat(
    pieces: Mapping[str, Rolls],
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return the share of touches on each step of the beat, side by side by label."""
    ax = one_axes(ax, height=3.2)
    width = 0.8 / len(pieces)
    for n, (label, rolls) in enumerate(pieces.items()):
        shares = position_shares(rolls)
        places = np.arange(len(shares)) + (n - (len(pieces) - 1) / 2) * width
        colour = colour_of(label, roles)
        bars = ax.bar(places, shares, width * 0.92, color=colour, label=label, zorder=2)
        ax.bar_label(bars, [f"{share:.0%}" for share in shares], padding=3, fontsize=9)
    ax.set_xticks(
        range(len(shares)),
        ["on the beat", *(f"+{n}/{len(shares)}" for n in range(1, len(shares)))],
    )
    ax.set(ylabel="share of touches", ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend()
    y_grid(ax)
    return ax.figure


def position_shares(rolls: Rolls) -> np.ndarray:
    """Return the share of touches on each step of the beat, (steps a quarter,).

    Zeros for silent rolls.
    """
    per_quarter = rolls[0].steps_per_quarter
    counts = np.zeros(per_quarter)
    for roll in rolls:
        steps, _ = np.nonzero(roll.onsets)
        counts += np.bincount(steps % per_quarter, minlength=per_quarter)
    return counts / max(1, counts.sum())


@drawn
def emptiness(
    shares: Mapping[str, float],
    roles: Mapping[str, str] | None = None,
    columns: int = 50,
    rows: int = 20,
) -> Figure:
    """Return a field of a thousand cells a label, as many filled as cells hold a note.

    `shares`: label → share of cells with a note. Filled cells are strewn evenly, by a
    fixed pattern, as in a roll; their number is the share, rounded.
    """
    across = min(2, len(shares))
    down = -(-len(shares) // across)
    height = down * (0.75 + 4.0 * rows / columns * 2 / across)
    fig, axes = canvas(height, rows=down, columns=across)
    for ax in axes.flat[len(shares) :]:
        ax.remove()
    for ax, (label, share) in zip(axes.flat, shares.items(), strict=False):
        filled = strewn(round(share * rows * columns), rows * columns)
        _draw_waffle(ax, filled.reshape(rows, columns), colour_of(label, roles))
        ax.set_title(label, color=text_colour(label, roles))
        ax.set_xlabel(f"{share:.2%} of cells hold a note", color=INK, loc="left")
    return fig


def strewn(filled: int, cells: int) -> np.ndarray:
    """Return `cells` booleans of which `filled` are true, in a fixed disorder.

    A larger number keeps the cells of a smaller one, so that fields can be compared.
    """
    places = np.zeros(cells, bool)
    places[np.random.default_rng(88).permutation(cells)[:filled]] = True
    return places


def _draw_waffle(ax: Axes, filled: np.ndarray, colour: str) -> None:
    """Draw a field of small squares, the filled ones in colour."""
    for state, paint in ((False, FAINT), (True, colour)):
        cells = [Rectangle((x, y), 0.8, 0.8) for y, x in np.argwhere(filled == state)]
        patches = PatchCollection(cells, facecolor=paint, lw=0)
        patches.set_gid("filled" if state else "empty")
        ax.add_collection(patches)
    ax.set(xlim=(-0.2, filled.shape[1]), ylim=(-0.2, filled.shape[0]), aspect="equal")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


@drawn
def grid_errors(
    errors: Mapping[str, Sequence[float]],
    steps_per_quarter: int = 4,
    roles: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return how far notes lie from the grid: for each distance, the share beyond it.

    Args:
        errors: label → distances to the nearest step in quarters, any number.
        steps_per_quarter: the grid; no note lies further than half a step from it.
        roles: label → role.
        ax: axes to draw in.
    """
    ax = one_axes(ax, height=3.4)
    half = 0.5 / steps_per_quarter
    for label, distances in errors.items():
        ordered = np.sort(np.abs(np.asarray(distances, float)))
        beyond = 1 - np.arange(1, len(ordered) + 1) / max(1, len(ordered))
        colour = colour_of(label, roles)
        x, y = np.concatenate([[0], ordered]), np.concatenate([[1], beyond])
        ax.step(x, y, where="post", color=colour, label=label)
    ax.axvline(half, color=SOFT, lw=1.2, ls=(0, (4, 3)))
    ax.annotate(
        "half a step: the largest error possible", (half, 0.97), (-6, 0), ha="right",
        xycoords=("data", "axes fraction"), textcoords="offset points", va="top",
        color=SOFT, fontsize=9.5,
    )  # fmt: skip
    ax.set(xlim=(0, half * 1.04), ylim=(0, 1.02))
    ax.set(xlabel="distance from the grid, in quarters", ylabel="share of notes beyond")
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.legend()
    y_grid(ax)
    return ax.figure
