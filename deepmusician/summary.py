"""A corpus in a few numbers (chapters 1 and 2)."""

from collections.abc import Sequence

import numpy as np

from deepmusician.grid import rising_edges
from deepmusician.notes import KEYS, PITCH_LOW
from deepmusician.pianoroll import PianoRoll


def summarise(rolls: Sequence[PianoRoll]) -> dict[str, float]:
    """Return counts and shares of all the rolls together, by names a table can show.

    "repeated touches" is the share of touches on a key that sounded up to the step
    before: those that the sounding plane alone cannot show. Pitches are MIDI numbers.
    Raises ValueError where there is no touch.
    """
    onsets = np.concatenate([roll.onsets for roll in rolls])  # (steps, keys)
    sounding = np.concatenate([roll.sounding for roll in rolls])
    repeated = sum((roll.onsets & ~rising_edges(roll.sounding)).sum() for roll in rolls)
    pitches = PITCH_LOW + np.flatnonzero(onsets.any(axis=0))
    if not len(pitches):
        raise ValueError("no touch in any of the rolls: there is nothing to summarise")
    return {
        "pieces": len(rolls),
        "steps": len(onsets),
        "touches a step": float(onsets.sum() / len(onsets)),
        "sounding keys a step": float(sounding.sum() / len(sounding)),
        "cells touched": float(onsets.sum() / len(onsets) / KEYS),
        "cells sounding": float(sounding.sum() / len(sounding) / KEYS),
        "steps without a touch": float(1 - onsets.any(axis=1).mean()),
        "steps without a sound": float(1 - sounding.any(axis=1).mean()),
        "repeated touches": float(repeated / onsets.sum()),
        "lowest pitch": int(pitches[0]),
        "highest pitch": int(pitches[-1]),
        "keys used": len(pitches),
    }
