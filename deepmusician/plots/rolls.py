"""Pictures of rolls: one, several under each other, and what a network expects."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from deepmusician.colours import COLOURS, ROLE_NAMES
from deepmusician.evaluation import QUARTERS_PER_BAR
from deepmusician.music import KEYS, PITCH_LOW, Notes, PianoRoll, note_name
from deepmusician.plots import style

BLACK_KEYS = np.isin((PITCH_LOW + np.arange(KEYS)) % 12, (1, 3, 6, 8, 10))
GAP = 0.09  # of a cell, left free on every side, so that neighbours stay apart
_ABOVE = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.3}
_ABOVE |= {"ncols": 2}  # where legends stand
CELLS = {"origin": "lower", "aspect": "auto", "interpolation": "nearest"}


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
    keys = range(low, high + 1)
    ax.barh(np.flatnonzero(BLACK_KEYS), steps, height=1, color="#F3F4F6", zorder=0)
    bar = QUARTERS_PER_BAR * per_quarter
    rules = (per_quarter, style.FAINT, 0.7), (bar, "#B4B9C1", 1.0)
    for every, colour, width in rules:
        places = range(0, steps + 1, every)
        ax.vlines(places, low - 0.5, high + 0.5, colour, lw=width, zorder=1)
    octaves = [key for key in keys if (PITCH_LOW + key) % 12 == 0]
    ax.set_yticks(octaves, [note_name(PITCH_LOW + key) for key in octaves])
    every = max(1, -(-(steps // bar + 1) // 16))
    bars = range(0, max(1, -(-steps // bar)), every)
    ax.set_xticks([n * bar for n in bars], [str(n + 1) for n in bars])
    ax.set(xlim=(0, max(1, steps)), ylim=(low - 0.5, high + 0.5), xlabel="bar")
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines[:].set_visible(False)


def draw_notes(ax: Axes, roll: PianoRoll, onset: object, held: object) -> None:
    """Draw every note as a bar of its length whose first cell, the onset, is darker.

    Where more than four octaves are shown, bars are thicker than their rows.
    """
    low, high = ax.get_ylim()
    height = 1 - 2 * GAP if high - low <= 50 else 1.6
    bars, onsets = [], []
    for step, pitch, steps in roll.notes():
        corner = (step + GAP, pitch - PITCH_LOW - height / 2)
        bars.append(Rectangle(corner, steps - 2 * GAP, height))
        onsets.append(Rectangle(corner, 1 - 2 * GAP, height))
    for patches, colour, name in ((bars, held, "notes"), (onsets, onset, "onsets")):
        drawn_patches = PatchCollection(patches, facecolor=colour, lw=0, zorder=3)
        drawn_patches.set_gid(name)
        ax.add_collection(drawn_patches)


@style.drawn
def draw_roll(
    roll: PianoRoll,
    title: str = "",
    role: str = "",
    span: tuple[int, int] | None = None,
    legend: bool = True,
    ax: Axes | None = None,
) -> Figure:
    """Return a picture of a roll: onsets dark, keys held pale, bars numbered from 1.

    Args:
        roll: what to draw.
        title: above the picture, at the left.
        role: draws in the colour of "human", "independent", "dependent", "baseline".
        span: lowest and highest key shown; by default the keys used, with a margin.
        legend: whether to explain the two shades.
        ax: axes to draw in.
    """
    span = span or key_span(roll.sounding)
    ax = style.one_axes(ax, height=1.3 + 0.075 * (span[1] - span[0] + 1))
    draw_grid(ax, len(roll), span, roll.steps_per_quarter)
    shades = COLOURS["onsets"], COLOURS["sounding"]
    if role:
        shades = COLOURS[role], style.mix(COLOURS[role], share=0.6)
    draw_notes(ax, roll, *shades)
    ax.set_title(title)
    if legend:
        _explain_shades(ax, shades)
    return ax.figure


def _explain_shades(ax: Axes, shades: tuple) -> None:
    """Put the two shades' names above the picture, at the right."""
    names = ROLE_NAMES["onsets"], ROLE_NAMES["sounding"]
    handles = [Patch(color=c, label=n) for c, n in zip(shades, names, strict=True)]
    options = {"handlelength": 0.9, "handleheight": 0.9, "columnspacing": 1.2}
    ax.legend(handles=handles, **_ABOVE, **options)


@style.drawn
def compare_rolls(
    rolls: Mapping[str, PianoRoll],
    roles: style.Roles = None,
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
    fig, axes = style.canvas(0.3 + len(rolls) * height, rows=len(rolls), sharex=True)
    longest = max(len(roll) for roll in rolls.values())
    above = {"xycoords": "axes fraction", "ha": "right", "va": "bottom"}
    for ax, (label, roll) in zip(axes[:, 0], rolls.items(), strict=True):
        draw_grid(ax, longest, span, roll.steps_per_quarter)
        colour = style.colour_of(label, roles)
        draw_notes(ax, roll, colour, style.mix(colour, share=0.6))
        ax.set_title(label, color=style.text_colour(label, roles))
        density = f"{roll.density():.2f} notes per step"
        style.remark(ax, density, (1, 1), (0, 7), color=style.SOFT, **above)
        if not roll.onsets.any():
            style.write_across(ax, "silence")
        if prime:
            line = {"color": style.INK, "lw": 1.6, "gid": "end of the prime"}
            ax.axvline(prime, ls=(0, (3, 2)), **line)
        ax.label_outer()
    return fig


def _draw_probabilities(
    ax: Axes, probabilities: np.ndarray, target: PianoRoll, span: tuple[int, int]
) -> None:
    """Draw a heat map of probabilities (steps, keys), the true onsets outlined."""
    draw_grid(ax, len(probabilities), span, target.steps_per_quarter)
    colour = COLOURS["independent"]
    pale, dark = style.mix(colour, share=0.55), style.mix(colour, style.INK, 0.45)
    roots = np.sqrt(probabilities.T)  # so that small ones are seen too
    shades = style.gradient(style.GROUND, pale, colour, dark)
    look = CELLS | {"alpha": np.clip(roots * 6, 0, 1), "zorder": 2}
    extent = 0, len(probabilities), -0.5, len(roots) - 0.5
    image = ax.imshow(roots, shades, vmin=0, vmax=1, extent=extent, **look)
    ax.set(xlim=(0, len(probabilities)), ylim=(span[0] - 0.5, span[1] + 0.5))
    onsets = [Rectangle((s, k - 0.5), 1, 1) for s, k in np.argwhere(target.onsets)]
    outlines = {"facecolor": "none", "edgecolor": style.INK, "lw": 0.9}
    ax.add_collection(PatchCollection(onsets, zorder=4, **outlines))
    ticks = np.array([0, 0.05, 0.25, 0.5, 1])
    bar = ax.figure.colorbar(image, ax=ax, pad=0.01, aspect=14, shrink=0.9)
    bar.set_ticks(np.sqrt(ticks), labels=[f"{tick:g}" for tick in ticks])
    bar.outline.set_visible(False)
    bar.set_label("probability")


@style.drawn
def forced_and_free(target: PianoRoll, forced: np.ndarray, free: PianoRoll) -> Figure:
    """Return three pictures of the same steps: the music, teacher forced, free running.

    Args:
        target: the music that the network was to predict.
        forced: its probabilities (steps, keys) when it reads the music's true steps.
        free: what it plays when it reads its own.
    """
    span = key_span(target.sounding, free.sounding, forced > 0.2)
    height = 0.7 + 0.05 * (span[1] - span[0] + 1)
    fig, axes = style.canvas(3 * height, rows=3, sharex=True)
    draw_roll(target, "The music", "human", span, legend=False, ax=axes[0, 0])
    _draw_probabilities(axes[1, 0], forced, target, span)
    title = "Teacher forcing: probabilities after the true steps (outlined: the music)"
    axes[1, 0].set_title(title)
    title = "Free running: what it plays after its own steps"
    draw_roll(free, title, "independent", span, legend=False, ax=axes[2, 0])
    for ax in axes[:2, 0]:
        ax.set_xlabel("")
    return fig


@style.drawn
def exact_and_snapped(notes: Notes, roll: PianoRoll) -> Figure:
    """Return a roll, and over it where its notes begin in the score.

    `notes`: at their exact times; `roll`: the same notes on the grid.
    """
    span, per_quarter = key_span(roll.sounding), roll.steps_per_quarter
    ax = style.one_axes(None, height=1.0 + 0.085 * (span[1] - span[0] + 1))
    draw_grid(ax, len(roll), span, per_quarter)
    draw_notes(ax, roll, COLOURS["onsets"], COLOURS["sounding"])
    times, keys = notes.onsets * per_quarter, notes.pitches - PITCH_LOW
    moved = np.abs(times - np.round(times)) > 1e-6
    on_grid = (~moved, style.INK, "begins on the grid")
    between = (moved, COLOURS["dependent"], "begins between two steps")
    for which, colour, label in (on_grid, between):
        places = times[which], keys[which] + 0.62
        ax.plot(*places, "v", color=colour, ms=4.5, label=label)
    ax.legend(**_ABOVE, handletextpad=0.2)
    quarters = range(0, len(roll) + 1, per_quarter)
    ax.set_xticks(quarters, range(len(quarters)))
    ax.set(title=f"{per_quarter} steps per quarter", xlabel="quarters")
    return ax.figure
