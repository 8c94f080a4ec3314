"""Pictures of rolls: one, several under each other, and what a network expects."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from deepmusician.notes import KEYS, PITCH_LOW
from deepmusician.pianoroll import PianoRoll
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
)
from deepmusician.roles import NAMES

BLACK_KEYS = np.isin((PITCH_LOW + np.arange(KEYS)) % 12, (1, 3, 6, 8, 10))
QUARTERS_PER_BAR = 4
GAP = 0.09  # of a cell, left free on every side, so that neighbours stay apart


def key_span(*planes: np.ndarray, least: int = 19) -> tuple[int, int]:
    """Return the first and last key worth showing: those used, and two around them.

    At least `least` keys, around middle C where all planes are empty.
    """
    used = np.flatnonzero(np.any([plane.any(axis=0) for plane in planes], axis=0))
    low, high = (used[0], used[-1]) if len(used) else (39, 39)
    spare = max(4, least - (high - low + 1))
    low, high = low - spare // 2, high + spare - spare // 2
    back = max(0, -low) - max(0, high - (KEYS - 1))  # onto the keyboard again
    return max(0, int(low + back)), min(KEYS - 1, int(high + back))


def draw_grid(ax: Axes, steps: int, span: tuple[int, int], per_quarter: int) -> None:
    """Draw the paper of a roll: rows of black keys shaded, beats and bars ruled.

    `span`: the lowest and highest key shown. The y axis counts keys and names each C.
    """
    low, high = span
    rows = [
        Rectangle((0, key - 0.5), steps, 1)
        for key in range(low, high + 1)
        if BLACK_KEYS[key]
    ]
    ax.add_collection(PatchCollection(rows, facecolor="#F3F4F6", zorder=0))
    bar = QUARTERS_PER_BAR * per_quarter
    for every, colour, width in ((per_quarter, FAINT, 0.7), (bar, "#B4B9C1", 1.0)):
        lines = [[(x, low - 0.5), (x, high + 0.5)] for x in range(0, steps + 1, every)]
        ax.add_collection(LineCollection(lines, colors=colour, lw=width, zorder=1))
    octaves = [k for k in range(low, high + 1) if (PITCH_LOW + k) % 12 == 0]
    ax.set_yticks(octaves, [f"C{(PITCH_LOW + key) // 12 - 1}" for key in octaves])
    every = max(1, -(-(steps // bar + 1) // 16))
    bars = range(0, max(1, -(-steps // bar)), every)
    ax.set_xticks([n * bar for n in bars], [str(n + 1) for n in bars])
    ax.set(xlim=(0, max(1, steps)), ylim=(low - 0.5, high + 0.5), xlabel="bar")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def draw_notes(ax: Axes, roll: PianoRoll, touched: str, held: object) -> None:
    """Draw every note as a bar of its length whose first cell, the touch, is darker.

    Where more than four octaves are shown, bars are thicker than their rows.
    """
    low, high = ax.get_ylim()
    height = 1 - 2 * GAP if high - low <= 50 else 1.6
    bars, touches = [], []
    for step, pitch, steps in roll.notes():
        corner = (step + GAP, pitch - PITCH_LOW - height / 2)
        bars.append(Rectangle(corner, steps - 2 * GAP, height))
        touches.append(Rectangle(corner, 1 - 2 * GAP, height))
    for patches, colour, name in ((bars, held, "notes"), (touches, touched, "touches")):
        drawn_patches = PatchCollection(patches, facecolor=colour, lw=0, zorder=3)
        drawn_patches.set_gid(name)
        ax.add_collection(drawn_patches)


@drawn
def draw_roll(
    roll: PianoRoll,
    title: str = "",
    role: str = "",
    span: tuple[int, int] | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Figure:
    """Return a picture of a roll: touches dark, keys held pale, bars numbered from 1.

    Args:
        roll: what to draw.
        title: above the picture, at the left.
        role: draws in the colour of "human", "independent", "dependent", "baseline".
        span: lowest and highest key shown; by default the keys used, with a margin.
        legend: whether to explain the two shades.
        ax: axes to draw in.
    """
    span = span or key_span(roll.sounding)
    ax = one_axes(ax, height=1.3 + 0.075 * (span[1] - span[0] + 1))
    draw_grid(ax, len(roll), span, roll.steps_per_quarter)
    shades = _shades(role)
    draw_notes(ax, roll, *shades)
    ax.set_title(title)
    if legend:
        _explain_shades(ax, shades)
    return ax.figure


def _shades(role: str) -> tuple:
    """Return the colours of a touch and of a held key."""
    if not role:
        return COLOURS["onsets"], COLOURS["sounding"]
    return COLOURS[role], mix(COLOURS[role], share=0.6)


def _explain_shades(ax: Axes, shades: tuple) -> None:
    """Put the two shades' names above the picture, at the right."""
    names = NAMES["onsets"], NAMES["sounding"]
    handles = [Patch(color=c, label=n) for c, n in zip(shades, names, strict=True)]
    options = {"handlelength": 0.9, "handleheight": 0.9, "columnspacing": 1.2}
    ax.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
        borderaxespad=0.3,
        **options,
    )


@drawn
def compare_rolls(
    rolls: Mapping[str, PianoRoll],
    roles: Mapping[str, str] | None = None,
    steps: int | None = None,
    prime: int = 0,
) -> Figure:
    """Return rolls under each other on shared axes, each in the colour of its role.

    Args:
        rolls: label → roll; the label and the density stand above each.
        roles: label → role, where `role_of` would not guess it.
        steps: cut every roll after so many.
        prime: a line is drawn where so many given steps end.
    """
    rolls = {label: roll[:steps] for label, roll in rolls.items()}
    span = key_span(*(roll.sounding for roll in rolls.values()))
    height = min(0.62 + 0.048 * (span[1] - span[0] + 1), 2.1)
    fig, axes = canvas(0.3 + len(rolls) * height, rows=len(rolls), sharex=True)
    longest = max(len(roll) for roll in rolls.values())
    for ax, (label, roll) in zip(axes[:, 0], rolls.items(), strict=True):
        draw_grid(ax, longest, span, roll.steps_per_quarter)
        colour = colour_of(label, roles)
        draw_notes(ax, roll, colour, mix(colour, share=0.6))
        ax.set_title(label, color=text_colour(label, roles))
        _note_at_right(ax, f"{roll.density():.2f} touches a step")
        if not roll.onsets.any():
            _say_silent(ax)
        if prime:
            ax.axvline(prime, color=INK, lw=1.6, ls=(0, (3, 2)), gid="end of the prime")
        ax.label_outer()
    return fig


def _note_at_right(ax: Axes, text: str) -> None:
    """Write a remark above the axes, at the right."""
    ax.annotate(
        text,
        (1, 1),
        (0, 7),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=SOFT,
        fontsize=9.5,
    )


def _say_silent(ax: Axes) -> None:
    """Write across an empty roll that it is empty on purpose."""
    ax.text(
        0.5, 0.5, "silence", transform=ax.transAxes, ha="center", va="center",
        color=SOFT, fontsize=13, fontstyle="italic",
        bbox={"facecolor": GROUND, "edgecolor": "none", "boxstyle": "round,pad=0.4"},
    )  # fmt: skip


def probability_map(role: str) -> LinearSegmentedColormap:
    """Return a colour map from white to a role's colour, for chances 0 to 1."""
    colour = COLOURS[role]
    stops = [GROUND, mix(colour, share=0.55), colour, mix(colour, INK, 0.45)]
    return LinearSegmentedColormap.from_list(role, stops)


@drawn
def draw_chances(
    chances: np.ndarray,
    target: PianoRoll | None = None,
    title: str = "",
    role: str = "independent",
    steps_per_quarter: int = 4,
    span: tuple[int, int] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return a heat map of each key's chance (steps, keys), true touches outlined."""
    truth = np.zeros(chances.shape, bool) if target is None else target.onsets
    span = span or key_span(truth, chances > 0.2)
    ax = one_axes(ax, height=1.3 + 0.075 * (span[1] - span[0] + 1))
    draw_grid(ax, len(chances), span, steps_per_quarter)
    image = ax.imshow(
        np.sqrt(chances.T),  # the square root: faint hopes are seen too
        cmap=probability_map(role),
        vmin=0,
        vmax=1,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(0, len(chances), -0.5, chances.shape[1] - 0.5),
        alpha=np.clip(np.sqrt(chances.T) * 6, 0, 1),
        zorder=2,
    )
    ax.set(xlim=(0, len(chances)), ylim=(span[0] - 0.5, span[1] + 0.5), title=title)
    touches = [Rectangle((s, k - 0.5), 1, 1) for s, k in np.argwhere(truth)]
    ax.add_collection(
        PatchCollection(touches, facecolor="none", edgecolor=INK, lw=0.9, zorder=4)
    )
    ticks = np.array([0, 0.05, 0.25, 0.5, 1])
    bar = ax.figure.colorbar(image, ax=ax, pad=0.01, aspect=14, shrink=0.9)
    bar.set_ticks(np.sqrt(ticks), labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.set_label("chance")
    return ax.figure


@drawn
def forced_and_free(
    target: PianoRoll,
    forced: np.ndarray,
    free: PianoRoll,
    role: str = "independent",
) -> Figure:
    """Return three pictures of the same steps: the music, teacher forced, free running.

    Args:
        target: the music that the network was to foretell.
        forced: its chances (steps, keys) when it reads the music's true steps.
        free: what it plays when it reads its own.
        role: the network's colour.
    """
    span = key_span(target.sounding, free.sounding, forced > 0.2)
    height = 0.7 + 0.05 * (span[1] - span[0] + 1)
    fig, axes = canvas(3 * height, rows=3, sharex=True)
    per_quarter = target.steps_per_quarter
    draw_roll(target, "The music", "human", span, legend=False, ax=axes[0, 0])
    title = "Teacher forced: chances after the true steps (outlined: the music)"
    draw_chances(forced, target, title, role, per_quarter, span, ax=axes[1, 0])
    title = "Free running: what it plays after its own steps"
    draw_roll(free, title, role, span, legend=False, ax=axes[2, 0])
    for ax in axes[:2, 0]:
        ax.set_xlabel("")
    return fig
