"""Little pieces for baselines: over three keys, and over all 88."""

import itertools
from dataclasses import dataclass

import numpy as np

from deepmusician.music import PianoRoll

KEYS = 3
EVERY_STEP = np.array(list(itertools.product([False, True], repeat=KEYS)))


@dataclass
class LittleRoll:
    """A roll with any number of keys, so that all its steps can be enumerated."""

    onsets: np.ndarray
    steps_per_quarter: int = 4
    tempo: float = 90.0

    def plane(self, kind):
        return self.onsets

    def __len__(self):
        return len(self.onsets)


def little_rolls(seed=0, pieces=6, steps=40):
    """Return random pieces over three keys in which some steps come back."""
    generator = np.random.default_rng(seed)
    codes = generator.choice([0, 0, 0, 1, 5, 6], size=(pieces, steps))
    return [LittleRoll(EVERY_STEP[row]) for row in codes]


def real_rolls(pieces=6, steps=64):
    """Return pieces for 88 keys: a chord on each beat, now and then a passing note."""
    generator = np.random.default_rng(1)
    rolls = []
    for _ in range(pieces):
        plane = np.zeros((steps, 88), bool)
        for step in range(0, steps, 4):
            plane[step, generator.choice([[30, 37], [32, 39], [35, 42]])] = True
        plane[2::8, 44] = generator.random(len(plane[2::8])) < 0.5
        rolls.append(PianoRoll.from_plane(plane, tempo=80.0))
    return rolls
