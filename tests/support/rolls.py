"""Small rolls, made cell by cell, and notes before the grid."""

import numpy as np
from hypothesis import strategies as st

from deepmusician.music import KEYS, Notes, PianoRoll

notes_in_quarters = st.lists(
    st.tuples(st.floats(0, 12), st.floats(0.01, 4), st.integers(21, 108)), min_size=1
)
"""Lists of (onset, duration, pitch)."""


def plane_of(steps, *cells):
    """Return a plane (steps, 88) with the cells (step, key) set."""
    plane = np.zeros((steps, KEYS), bool)
    for step, key in cells:
        plane[step, key] = True
    return plane


def roll_of_notes(*notes, **settings):
    """Return the roll of (onset, duration, pitch) notes in quarters."""
    onsets, durations, pitches = np.array(notes, dtype=float).reshape(-1, 3).T
    return PianoRoll.from_notes(
        Notes(onsets, durations, pitches.astype(int)), **settings
    )


def melody(*keys, name=""):
    """Return a roll that plays these keys, a quarter each."""
    cells = [(4 * number, key) for number, key in enumerate(keys)]
    return PianoRoll.from_plane(plane_of(4 * len(keys), *cells), name=name)


def four_notes(velocities=None):
    """Return four notes in four seconds, struck alike or by these velocities."""
    return Notes(
        onsets=np.array([0.0, 1.0, 1.5, 3.0]),
        durations=np.array([1.0, 2.0, 0.5, 1.0]),
        pitches=np.array([60, 64, 67, 60]),
        tempo=60.0,
        length=4.0,
        dropped={"drums": 2},
        velocities=None if velocities is None else np.array(velocities),
    )


def busy_pieces(*lengths, share=0.02):
    """Return pieces of chance, with chords, rests and held notes, of so many steps."""
    generator, rolls = np.random.default_rng(3), []
    for steps in lengths or (24, 41, 60):
        onsets = generator.random((steps, KEYS)) < share
        goes_on = generator.random((steps, KEYS)) < 0.6
        sounding = onsets.copy()
        for step in range(1, steps):
            sounding[step] |= sounding[step - 1] & goes_on[step]
        rolls.append(PianoRoll(onsets, sounding, name=f"piece of {steps}"))
    return rolls
