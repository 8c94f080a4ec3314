"""Small rolls with onsets in given cells, and what figures hold by its name."""

import numpy as np

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
