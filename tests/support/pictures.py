"""Small rolls with onsets in given cells, and what figures hold by its name."""

import numpy as np
from matplotlib.colors import to_rgb

from deepmusician.music import Notes, PianoRoll
from support.rolls import plane_of


def roll_of(cells, steps=32, hold=3, **details):
    """Return a roll with onsets in these (step, key) cells."""
    return PianoRoll.from_plane(plane_of(steps, *cells), hold=hold, **details)


def notes_at(onsets, pitches, duration=0.25):
    """Return notes of one length that begin at these times, in quarters."""
    lengths = np.full(len(onsets), duration)
    return Notes(np.array(onsets, float), lengths, np.array(pitches), length=4.0)


def patches_named(ax, name):
    """Return left, bottom, width and height of the patches of a named collection."""
    (collection,) = [c for c in ax.collections if c.get_gid() == name]
    boxes = [path.get_extents() for path in collection.get_paths()]
    return [(box.x0, box.y0, box.width, box.height) for box in boxes]


def line_named(ax, name):
    """Return the one line of axes that has a name."""
    (line,) = [line for line in ax.lines if line.get_gid() == name]
    return line


def luminance(colour: object) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.1)."""
    channels = np.array(to_rgb(colour))
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(colour: object, other: object = "#FFFFFF") -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(colour), luminance(other)))
    return (high + 0.05) / (low + 0.05)
