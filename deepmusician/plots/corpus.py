"""Pictures of corpora: pitches, lengths, densities, rhythm, emptiness, the grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from deepmusician.colours import COLOURS
from deepmusician.evaluation import length_shares
from deepmusician.music import PITCH_LOW, PianoRoll, note_name
from deepmusician.plots import style
from deepmusician.plots.rolls import BLACK_KEYS

Rolls = Sequence[PianoRoll]


@style.drawn
def pitch_histogram(rolls: Rolls) -> Figure:
    """Return how many onsets each key has, above a keyboard that shows which it is."""
    ax = style.one_axes(None, height=3.4)
    counts = sum(roll.onsets.sum(axis=0) for roll in rolls)
    ax.bar(np.arange(len(counts)), counts, width=0.82, color=COLOURS["human"], zorder=2)
    _draw_keyboard(ax, len(counts))
    ax.set(ylabel="onsets", xlim=(-1, len(counts)))
    used = np.flatnonzero(counts)
    for key, side in [(used[0], "right"), (used[-1], "left")] if len(used) else []:
        name, above = note_name(PITCH_LOW + key), (key, counts[key])
        style.remark(ax, name, above, (0, 8), ha=side, color=style.INK)
    return ax.figure


def _draw_keyboard(ax: Axes, count: int) -> None:
    """Draw the piano's keys under the x axis, in place of its ticks."""
    keys = np.arange(count)
    board = {"transform": ax.get_xaxis_transform(), "clip_on": False}
    board |= {"edgecolor": "#B4B9C1", "lw": 0.5}
    kinds = (~BLACK_KEYS, 0.11, style.GROUND), (BLACK_KEYS, 0.068, style.INK)
    for kind, depth, colour in kinds:
        ax.bar(keys[kind], -depth, 1, bottom=-0.015, fc=colour, **board)
    octaves = keys[(PITCH_LOW + keys) % 12 == 0]
    ax.set_xticks(octaves, [note_name(PITCH_LOW + key) for key in octaves])
    ax.tick_params(axis="x", length=0, pad=26)
    ax.spines["bottom"].set_visible(False)


@style.drawn
def histogram_by_piece(values: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """Return one histogram a label, on a shared x axis, its median marked and named.

    `values`: label → one number a piece (NaN is left out).
    """
    fig, axes = style.canvas(0.9 + 1.55 * len(values), rows=len(values), sharex=True)
    kept = {k: np.asarray(v, float)[~np.isnan(v)] for k, v in values.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(kept.values())), 30)
    at_top = {"xycoords": ("data", "axes fraction"), "va": "top", "color": style.INK}
    for ax, (label, numbers) in zip(axes[:, 0], kept.items(), strict=True):
        colour = style.mix(style.colour_of(label), share=0.25)
        ax.hist(numbers, edges, color=colour, rwidth=0.94, zorder=2)
        median = float(np.median(numbers))
        ax.axvline(median, color=style.INK, lw=1.4, zorder=3)
        style.remark(ax, f"median {median:.4g}", (median, 1), (5, -2), **at_top)
        title = f"{label} ({len(numbers)} pieces)"
        ax.set_title(title, color=style.text_colour(label))
        ax.set_ylabel("pieces")
    axes[-1, 0].set_xlabel(xlabel)
    return fig


def density_per_piece(corpora: Mapping[str, Rolls]) -> Figure:
    """Return the histogram of onsets per step over the pieces of each corpus."""
    values = {k: [roll.density() for roll in rolls] for k, rolls in corpora.items()}
    return histogram_by_piece(values, "onsets per step")


def piece_lengths(corpora: Mapping[str, Rolls]) -> Figure:
    """Return the histogram of lengths in quarters over the pieces of each corpus."""
    values = {
        label: [len(roll) / roll.steps_per_quarter for roll in rolls]
        for label, rolls in corpora.items()
    }
    return histogram_by_piece(values, "length in quarters")


@style.drawn
def positions_in_the_beat(pieces: Mapping[str, Rolls]) -> Figure:
    """Return the share of onsets on each step of the beat, side by side by label."""
    shares = {label: position_shares(rolls) for label, rolls in pieces.items()}
    steps = len(next(iter(shares.values())))
    names = ["on the beat", *(f"+{n}/{steps}" for n in range(1, steps))]
    ax = _share_bars(shares, names)
    ax.set(ylabel="share of onsets", ylim=(0, 1), yticks=[0, 0.25, 0.5, 0.75, 1])
    return ax.figure


@style.drawn
def note_lengths(pieces: Mapping[str, Rolls]) -> Figure:
    """Return the share of notes of each length in steps, side by side by label.

    A length has bars of its own if it makes up a hundredth of the first label's notes.
    """
    found = {label: length_shares(rolls) for label, rolls in pieces.items()}
    first = next(iter(found.values()))
    own = [length for length, share in first.items() if share >= 0.01]
    shares = {}
    for label, each in found.items():
        values = [each.get(length, 0.0) for length in own]
        shares[label] = np.array([*values, sum(each.values()) - sum(values)])
    ax = _share_bars(shares, [*map(str, own), "other"])
    ax.set(xlabel="length in steps; four are a quarter", ylabel="share of notes")
    return ax.figure


@style.drawn
def chord_sizes(rolls: Mapping[str, Rolls]) -> Figure:
    """Return bars: of the steps with an onset, the shares with one, two, … onsets.

    `rolls`: label → pieces.
    """
    shares = {label: chord_size_shares(each) for label, each in rolls.items()}
    ax = _share_bars(shares, ["1", "2", "3", "4", "5", "6 or more"])
    ax.set(xlabel="onsets in one step", ylabel="share of the steps with an onset")
    return ax.figure


def chord_size_shares(pieces: Rolls) -> np.ndarray:
    """Return the shares (6,) of steps with 1 … 5 onsets, or more, among those with any.

    Zeros where there is no onset at all.
    """
    onsets = np.concatenate([piece.onsets.sum(axis=1) for piece in pieces])
    counts = np.bincount(np.minimum(onsets[onsets > 0], 6), minlength=7)
    return counts[1:] / max(1, counts.sum())


def _share_bars(shares: Mapping[str, np.ndarray], names: Sequence[str]) -> Axes:
    """Draw a group of bars a name, one bar a label, each with its share in per cent."""
    ax, colours = style.one_axes(None, height=3.2), [*map(style.colour_of, shares)]
    look = {"width": 0.8, "rot": 0, "edgecolor": style.GROUND, "lw": 1, "zorder": 2}
    pd.DataFrame(shares, names).plot.bar(ax=ax, color=colours, **look)
    ax.grid(False, axis="x")
    for bars in ax.containers:
        ax.bar_label(bars, fmt="{:.0%}", padding=3, fontsize=9)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.legend()
    return ax


def position_shares(rolls: Rolls) -> np.ndarray:
    """Return the share of onsets on each step of the beat, (steps per quarter,).

    Zeros for silent rolls.
    """
    per_quarter = rolls[0].steps_per_quarter
    steps = np.concatenate([np.nonzero(roll.onsets)[0] for roll in rolls])
    counts = np.bincount(steps % per_quarter, minlength=per_quarter)
    return counts / max(1, counts.sum())


@style.drawn
def emptiness(shares: Mapping[str, float]) -> Figure:
    """Return a field of a thousand cells a label, as many filled as cells hold a note.

    `shares`: label → share of cells with a note. Filled cells are strewn evenly, by a
    fixed pattern, as in a roll; their number is the share, rounded.
    """
    across, columns, rows = min(2, len(shares)), 50, 20
    height = 0.75 + 4.0 * rows / columns * 2 / across
    fig, axes = style.panel_grid(len(shares), across, height)
    for ax, (label, share) in zip(axes, shares.items(), strict=True):
        filled = strewn(round(share * rows * columns), rows * columns)
        paints = ListedColormap([style.FAINT, style.colour_of(label)])
        cells, look = filled.reshape(rows, columns), {"lw": 1.4, "ec": style.GROUND}
        ax.pcolormesh(cells, cmap=paints, vmin=0, vmax=1, **look)
        ax.set(aspect="equal", xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        ax.set_title(label, color=style.text_colour(label))
        ax.set_xlabel(f"{share:.2%} of cells hold a note", color=style.INK, loc="left")
    return fig


def strewn(filled: int, cells: int) -> np.ndarray:
    """Return `cells` booleans of which `filled` are true, in a fixed disorder.

    A larger number keeps the cells of a smaller one, so that fields can be compared.
    """
    places = np.zeros(cells, bool)
    places[np.random.default_rng(88).permutation(cells)[:filled]] = True
    return places


@style.drawn
def grid_shifts(
    shifts: Mapping[str, Mapping[int, Sequence[float]]], roles: style.Roles = None
) -> Figure:
    """Return histograms of how far onsets move, a row a label, a column a grid.

    `shifts`: label → steps per quarter → how far each onset moves, in quarters. The
    onsets that stay where they are have a bar of their own, the hollow one.
    """
    grids = list(next(iter(shifts.values())))
    height = 0.6 + 1.7 * len(shifts)
    fig, axes = style.canvas(height, len(shifts), len(grids), sharex=True, sharey=True)
    for row, (label, by_grid) in zip(axes, shifts.items(), strict=True):
        for ax, (grid, moves) in zip(row, by_grid.items(), strict=True):
            _draw_shifts(ax, np.asarray(moves), style.colour_of(label, roles))
            ax.set_title(f"{label}, {grid} per quarter", fontsize=10)
        row[0].set_ylabel("share of onsets")
    for ax in axes[-1]:
        ax.set_xlabel("moved by, in quarters")
    return fig


def _draw_shifts(ax: Axes, moves: np.ndarray, colour: str) -> None:
    """Draw the shares of onsets by how far they move, those that stay hollow."""
    stay = np.abs(moves) < 1e-6
    each, share = np.full(np.sum(~stay), 1 / len(moves)), stay.mean()
    look = {"rwidth": 0.9, "color": colour, "zorder": 2}
    ax.hist(moves[~stay], np.linspace(-0.52, 0.52, 27), weights=each, **look)
    ax.bar(0, share, 0.04, facecolor="none", edgecolor=colour, lw=1.2, zorder=3)
    style.remark(
        ax, f"{share:.1%} stay", (0.03, share), (4, -3), va="top", color=style.SOFT
    )
    ax.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], xticks=[-0.5, -0.25, 0, 0.25, 0.5])
    ax.yaxis.set_major_formatter("{x:.0%}")
