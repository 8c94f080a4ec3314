"""Pictures of what networks play: by the way they decide, and bar by bar."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deepmusician.music_metrics import on_beat_share, touch_density
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.style import (
    COLOURS,
    canvas,
    colour_of,
    drawn,
    mix,
    one_axes,
    y_grid,
)

QUARTERS_PER_BAR = 4
MARKS = ("o", "s", "^", "D")
SINGLE = 8  # single pieces shown of a group; more would hide its mean
PANELS = {"touches a step": touch_density, "touches on the beat": on_beat_share}


def bar_densities(rolls: Sequence[PianoRoll]) -> np.ndarray:
    """Return touches a step in each bar of four quarters, (pieces, bars).

    Bars that only some pieces reach are left out, and a last, incomplete one.
    """
    bar = QUARTERS_PER_BAR * rolls[0].steps_per_quarter
    bars = min(map(len, rolls)) // bar
    touches = np.stack([roll.onsets[: bars * bar].sum(axis=1) for roll in rolls])
    return touches.reshape(len(rolls), bars, bar).mean(axis=2)


@drawn
def rule_sweep(
    played: Mapping[str, Mapping[float, Sequence[PianoRoll]]],
    human: Sequence[PianoRoll],
    knob: str = "temperature",
    roles: Mapping[str, str] | None = None,
) -> Figure:
    """Return density and on-beat share against a knob, one line a network.

    Args:
        played: label → value of the knob → rolls. Where nothing was played, a line
            of on-beat shares has a gap.
        human: pieces whose means are the level lines.
        knob: what is turned, for the axis.
        roles: label → role.
    """
    fig, axes = canvas(3.3, columns=2)
    for ax, (title, measure) in zip(axes[0], PANELS.items(), strict=True):
        for mark, (label, settings) in zip(MARKS, played.items(), strict=False):
            means = [_mean(measure, rolls) for rolls in settings.values()]
            colour = colour_of(label, roles)
            ax.plot(list(settings), means, mark + "-", color=colour, label=label)
        level = _mean(measure, human)
        ax.axhline(level, color=COLOURS["human"], ls=(0, (5, 2)), label="human")
        ax.set(title=title, xlabel=knob, ylim=(0, None))
        ax.set_xticks(sorted({value for turned in played.values() for value in turned}))
        y_grid(ax)
    axes[0, 1].set_ylim(0, 1.02)
    fig.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4
    )
    return fig


def _mean(measure: object, rolls: Sequence[PianoRoll]) -> float:
    """Return a measure's mean over the rolls that have it; NaN if none has."""
    values = np.array([measure(roll) for roll in rolls], dtype=float)
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


@drawn
def density_by_bar(
    pieces: Mapping[str, Sequence[PianoRoll]],
    reference: float | None = None,
    tolerance: float = 0.25,
    roles: Mapping[str, str] | None = None,
) -> Figure:
    """Return touches a step bar by bar: each group's mean, and its first pieces faint.

    Args:
        pieces: label → rolls; a line ends where its shortest piece does.
        reference: a density to compare with, a level line in a band.
        tolerance: half the band's height, as a share of the reference.
        roles: label → role.
    """
    ax = one_axes(None, height=3.4)
    if reference is not None:
        low, high = reference * (1 - tolerance), reference * (1 + tolerance)
        ax.axhspan(low, high, color=mix(COLOURS["human"], share=0.85), lw=0)
        ax.axhline(reference, color=COLOURS["human"], lw=1.2, ls=(0, (1, 2)))
    for label, rolls in pieces.items():
        densities, colour = bar_densities(rolls), colour_of(label, roles)
        bars = np.arange(1, densities.shape[1] + 1)
        ax.plot(bars, densities[:SINGLE].T, color=mix(colour, share=0.55), lw=0.7)
        ax.plot(bars, densities.mean(axis=0), color=colour, label=label, zorder=4)
    ax.set(xlabel="bar", ylabel="touches a step", xlim=(1, None), ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper right", ncols=len(pieces))
    y_grid(ax)
    return ax.figure
