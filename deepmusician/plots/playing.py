"""Pictures of what networks play: by rule, bar by bar, step by step; and of sound."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from deepmusician.colours import COLOURS
from deepmusician.evaluation import QUARTERS_PER_BAR, on_beat_share, onset_density
from deepmusician.music import PianoRoll
from deepmusician.plots import style

MARKS = ("o", "s", "^", "D")
SINGLE = 8  # single pieces shown of a group; more would hide its mean
PANELS = {"notes per step": onset_density, "notes on the beat": on_beat_share}


@style.drawn
def rule_sweep(
    played: Mapping[str, Mapping[float, Sequence[PianoRoll]]],
    human: Sequence[PianoRoll],
    knob: str = "temperature",
) -> Figure:
    """Return density and on-beat share against a knob, one line a network.

    Args:
        played: label → value of the knob → rolls. Where nothing was played, a line
            of on-beat shares has a gap.
        human: pieces whose means are the level lines.
        knob: what is turned, for the axis.
    """
    fig, axes = style.canvas(3.3, columns=2)
    for ax, (title, measure) in zip(axes[0], PANELS.items(), strict=True):
        for mark, (label, settings) in zip(MARKS, played.items(), strict=False):
            means = [_mean(measure, rolls) for rolls in settings.values()]
            colour = style.colour_of(label)
            ax.plot(list(settings), means, mark + "-", color=colour, label=label)
        level = _mean(measure, human)
        ax.axhline(level, color=COLOURS["human"], ls=(0, (5, 2)), label="human")
        ax.set(title=title, xlabel=knob, ylim=(0, None))
        ax.set_xticks(sorted({value for turned in played.values() for value in turned}))
    axes[0, 1].set_ylim(0, 1.02)
    style.legend_below(axes[0, 0], columns=4)
    return fig


def _mean(measure: Callable[[PianoRoll], float], rolls: Sequence[PianoRoll]) -> float:
    """Return a measure's mean over the rolls that have it; NaN if none has."""
    return pd.Series([measure(roll) for roll in rolls], dtype=float).mean()


@style.drawn
def density_by_bar(
    pieces: Mapping[str, Sequence[PianoRoll]], reference: float
) -> Figure:
    """Return notes per step bar by bar: each group's mean, and its first pieces faint.

    Args:
        pieces: label → rolls; a line ends where its shortest piece does.
        reference: a density to compare with, a level line in a band of a quarter.
    """
    ax, human = style.one_axes(None, height=3.4), COLOURS["human"]
    band = style.mix(human, share=0.85)
    ax.axhspan(0.75 * reference, 1.25 * reference, color=band, lw=0)
    ax.axhline(reference, color=human, lw=1.2, ls=style.DOTTED)
    for label, rolls in pieces.items():
        densities, colour = bar_densities(rolls), style.colour_of(label)
        bars = np.arange(1, densities.shape[1] + 1)
        ax.plot(bars, densities[:SINGLE].T, color=style.mix(colour, share=0.55), lw=0.7)
        ax.plot(bars, densities.mean(axis=0), color=colour, label=label, zorder=4)
    ax.set(xlabel="bar", ylabel="notes per step", xlim=(1, None), ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper right", ncols=len(pieces))
    return ax.figure


def bar_densities(rolls: Sequence[PianoRoll]) -> np.ndarray:
    """Return notes per step in each bar of four quarters, (pieces, bars).

    Bars that only some pieces reach are left out, and a last, incomplete one.
    """
    bar = QUARTERS_PER_BAR * rolls[0].steps_per_quarter
    bars = min(map(len, rolls)) // bar
    onsets = np.stack([roll.onsets[: bars * bar].sum(axis=1) for roll in rolls])
    return onsets.reshape(len(rolls), bars, bar).mean(axis=2)


@style.drawn
def by_step(
    lines: Mapping[str, np.ndarray],
    ylabel: str = "nats per step",
    roles: style.Roles = None,
    level: tuple[float, str] | None = None,
    block: int = 1,
) -> Figure:
    """Return one line a label against the steps since the decoder began.

    Args:
        lines: label → values (steps,). Lines of one colour differ in their dashes.
        ylabel: what the values are.
        roles: label → role, where `role_of` would not guess it.
        level: a value to compare with, drawn dotted, and its name.
        block: each point is the mean of so many steps, which calms the lines.
    """
    ax = style.one_axes(None, 3.3)
    for label, line in style.told_apart(lines, roles).items():
        ax.plot(*in_blocks(lines[label], block), **line)
    if level is not None:
        grey = COLOURS["baseline"]
        ax.axhline(level[0], color=grey, lw=1.2, ls=style.DOTTED, label=level[1])
    ax.set(xlabel="steps since the decoder began", ylabel=ylabel, xlim=(0, None))
    ax.legend()
    return ax.figure


def in_blocks(values: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle step of every whole block of values (steps,), and its mean."""
    whole = np.asarray(values, dtype=float)[: len(values) // block * block]
    means = whole.reshape(-1, block).mean(axis=1)
    return np.arange(len(means)) * block + (block + 1) / 2, means


@style.drawn
def waveform(samples: np.ndarray, rate: int, zoom: tuple[float, float]) -> Figure:
    """Return the air pressure over time, and below it a moment much closer.

    Args:
        samples: (samples,) between -1 and 1.
        rate: samples per second.
        zoom: start and length of the moment in seconds, e.g. (0.5, 0.02).
    """
    fig, axes = style.canvas(3.7, rows=2)
    (whole, close), (start, length), human = axes[:, 0], zoom, COLOURS["human"]
    seconds = np.arange(len(samples)) / rate
    whole.plot(seconds, samples, color=human, lw=0.4)
    whole.axvspan(start, start + length, color=style.SOFT, alpha=0.35, lw=0.8)
    whole.set(xlim=(0, len(samples) / rate), xlabel="seconds")
    first = int(start * rate)
    moment = samples[first : first + int(length * rate) + 1]
    line = {"color": style.mix(human, share=0.4), "mfc": human, "mec": human}
    close.plot(1000 * seconds[: len(moment)], moment, ".-", lw=1.2, ms=4, **line)
    close.set(xlim=(0, 1000 * length), xlabel="milliseconds from the marked moment on")
    for ax in (whole, close):
        ax.set(ylabel="pressure", ylim=(-1, 1), yticks=[-1, 0, 1])
    return fig
