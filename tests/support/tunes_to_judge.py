"""Music for blind tests: dense enough to be judged, and drawn at random."""

import numpy as np

from deepmusician.music import KEYS, PianoRoll


def chance_tune(seed, steps=128, name=""):
    """A chord of three keys on every beat, drawn at random, all held as long."""
    generator = np.random.default_rng(seed)
    plane = np.zeros((steps, KEYS), bool)
    for step in range(0, steps, 4):
        plane[step, generator.choice(np.arange(30, 60), 3, replace=False)] = True
    return PianoRoll.from_plane(plane, hold=int(generator.integers(1, 5)), name=name)


def chance_tunes(count, seed, name="", steps=128):
    """So many of them, each with a name of its own."""
    return [
        chance_tune(1000 * seed + n, steps, name and f"{name} {n}")
        for n in range(count)
    ]


def quoting(source, steps, seed, at=0):
    """A random tune whose first steps are another's from `at` on."""
    plane = chance_tune(seed).onsets.copy()
    plane[:steps] = source.onsets[at : at + steps]
    return PianoRoll.from_plane(plane)
