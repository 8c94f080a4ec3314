"""Measures of how long notes are held, beside those of `music_metrics`.

Each takes one `PianoRoll` and returns a float; NaN where the roll has too few notes.
Lengths are in quarters. MusPy (Dong et al. 2020) has none for durations. Sources: Yang
and Lerch 2020, section 3.2, for the note length histogram and the mean interval between
onsets; legato and held notes are ours.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from deepmusician.evaluation.cell_metrics import ratio
from deepmusician.evaluation.music_metrics import entropy
from deepmusician.music import PianoRoll


def length_shares(rolls: Iterable[PianoRoll]) -> dict[int, float]:
    """Return the share of all notes that each length in steps makes up, rising."""
    held = pd.Series([length for roll in rolls for *_, length in roll.notes()])
    return held.value_counts(normalize=True).sort_index().to_dict()


def mean_length(roll: PianoRoll) -> float:
    """Return the mean length of a note in quarters; NaN if silent."""
    return ratio(roll.sounding.sum() / roll.steps_per_quarter, roll.onsets.sum())


def length_entropy(roll: PianoRoll) -> float:
    """Return -sum p log2 p over the lengths of notes, in bits; NaN if silent.

    The entropy of Yang and Lerch's note length histogram.
    """
    lengths = [length for *_, length in roll.notes()]
    return entropy(np.bincount(np.array(lengths, dtype=int)))


def onset_interval(roll: PianoRoll) -> float:
    """Return the mean time between steps with an onset, in quarters; NaN below two."""
    intervals = np.diff(np.flatnonzero(roll.onsets.any(axis=1)))  # in steps
    return ratio(intervals.sum() / roll.steps_per_quarter, len(intervals))


def legato_share(roll: PianoRoll) -> float:
    """Return the share of notes that end just as another begins.

    Of the notes that end before the roll does; NaN if there is none.
    """
    ends = np.array([onset + length for onset, _, length in roll.notes()], dtype=int)
    ends = ends[ends < len(roll)]
    return ratio(roll.onsets.any(axis=1)[ends].sum(), len(ends))


def held_share(roll: PianoRoll) -> float:
    """Return the share of the steps with an onset in which another key is held on.

    NaN if silent. Music whose voices move together has few.
    """
    struck = roll.onsets.any(axis=1)
    held = (roll.sounding & ~roll.onsets).any(axis=1)
    return ratio((struck & held).sum(), struck.sum())


LENGTH_MEASURES = {
    "mean length": mean_length,
    "length entropy": length_entropy,
    "between onsets": onset_interval,
    "legato": legato_share,
    "held over an onset": held_share,
}
