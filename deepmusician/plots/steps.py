"""What happens at each step of a window, and the sizes of chords (chapter 4)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.style import COLOURS, canvas, colour_of, drawn, y_grid

DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)))


@drawn
def by_step(
    lines: Mapping[str, np.ndarray],
    ylabel: str = "nats a step",
    roles: Mapping[str, str] | None = None,
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
    figure, axes = canvas(3.3)
    ax, used = axes[0, 0], []
    for label, values in lines.items():
        colour = colour_of(label, roles)
        style = {"color": colour, "ls": DASHES[used.count(colour) % len(DASHES)]}
        ax.plot(*in_blocks(values, block), label=label, **style)
        used.append(colour)
    if level is not None:
        grey = COLOURS["baseline"]
        ax.axhline(level[0], color=grey, lw=1.2, ls=(0, (1, 2)), label=level[1])
    ax.set(xlabel="steps since the decoder began", ylabel=ylabel, xlim=(0, None))
    ax.legend()
    y_grid(ax)
    return figure


def in_blocks(values: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle step of every whole block of values (steps,), and its mean."""
    whole = np.asarray(values, dtype=float)[: len(values) // block * block]
    means = whole.reshape(-1, block).mean(axis=1)
    return np.arange(len(means)) * block + (block + 1) / 2, means


@drawn
def keys_a_step(
    rolls: Mapping[str, Sequence[PianoRoll]],
    most: int = 6,
    roles: Mapping[str, str] | None = None,
) -> Figure:
    """Return bars: of the steps with a touch, the shares with one, two, … touches.

    `rolls`: label → pieces; steps with more than `most` touches count with `most`.
    """
    figure, axes = canvas(3.3)
    ax, width = axes[0, 0], 0.8 / len(rolls)
    sizes = np.arange(1, most + 1)
    for place, (label, pieces) in enumerate(rolls.items()):
        shift = (place - (len(rolls) - 1) / 2) * width
        shares = sizes_of_chords(pieces, most)
        ax.bar(
            sizes + shift,
            shares,
            0.9 * width,
            color=colour_of(label, roles),
            label=label,
        )
    ax.set_xticks(sizes, [*map(str, sizes[:-1]), f"{most} or more"])
    ax.set(xlabel="touches in one step", ylabel="share of the steps with a touch")
    ax.legend()
    y_grid(ax)
    return figure


def sizes_of_chords(pieces: Sequence[PianoRoll], most: int = 6) -> np.ndarray:
    """Return the shares (most,) of steps with 1 … `most` touches, or more, among those
    with any; zeros where nothing is ever touched.
    """
    touches = np.concatenate([piece.onsets.sum(axis=1) for piece in pieces])
    counts = np.bincount(np.minimum(touches[touches > 0], most), minlength=most + 1)
    return counts[1:] / max(1, counts.sum())
