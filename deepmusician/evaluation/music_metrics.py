"""Measures of music, human or composed: what a roll sounds like, in numbers.

Each takes one `PianoRoll` and returns a float; a measure that a silent roll does not
have is NaN. Bars are taken as four quarters from step 0 on (a piece in another metre,
or with an upbeat, is cut at the wrong places, alike for human and machine). None of
these says that music is good; they show how far it is from a corpus.

Sources: MusPy (Dong et al. 2020) for scale consistency, ranges, entropies, polyphony
and empty beats; Wu and Yang 2020 for the groove.
"""

from collections.abc import Callable, Iterable, Mapping
from math import nan

import numpy as np

from deepmusician.evaluation.cell_metrics import ratio
from deepmusician.music import PITCH_LOW, PianoRoll

MAJOR = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
QUARTERS_PER_BAR = 4


def _pitch_class_counts(roll: PianoRoll) -> np.ndarray:
    """Return the number of onsets of each pitch class, C first, shape (12,)."""
    counts = roll.onsets.sum(axis=0)
    classes = (PITCH_LOW + np.arange(len(counts))) % 12
    return np.bincount(classes, weights=counts, minlength=12)


def entropy(counts: np.ndarray) -> float:
    """Return the Shannon entropy in bits of counts; NaN if they are all zero."""
    if not counts.sum():
        return nan
    shares = counts[counts > 0] / counts.sum()
    return float(max(0.0, -(shares * np.log2(shares)).sum()))


def onset_density(roll: PianoRoll) -> float:
    """Return notes per step; NaN for a roll without steps."""
    return roll.density() if len(roll) else nan


def on_beat_share(roll: PianoRoll) -> float:
    """Return the share of notes that begin on a quarter; NaN if silent."""
    return ratio(roll.onsets[:: roll.steps_per_quarter].sum(), roll.onsets.sum())


def scale_consistency(roll: PianoRoll) -> float:
    """Return the largest share of notes within one scale; NaN if silent.

    max over root and mode of (notes in the scale / notes), as in MusPy. A natural
    minor scale has the notes of its relative major, so twelve scales are all there is.
    Uniformly random pitch classes approach 7/12 = 0.58.
    """
    counts = _pitch_class_counts(roll)
    inside = max(counts[np.roll(MAJOR, root)].sum() for root in range(12))
    return ratio(inside, counts.sum())


def pitch_range(roll: PianoRoll) -> float:
    """Return the semitones between the lowest and highest note; NaN if silent."""
    keys = np.flatnonzero(roll.onsets.any(axis=0))
    return float(keys[-1] - keys[0]) if len(keys) else nan


def pitches_used(roll: PianoRoll) -> float:
    """Return the number of different keys played; 0 if silent."""
    return float(np.count_nonzero(roll.onsets.any(axis=0)))


def pitch_entropy(roll: PianoRoll) -> float:
    """Return -sum p log2 p over the keys played, in bits; NaN if silent."""
    return entropy(roll.onsets.sum(axis=0))


def pitch_class_entropy(roll: PianoRoll) -> float:
    """Return -sum p log2 p over the twelve pitch classes, in bits; NaN if silent.

    At most log2 12 = 3.58; a seven-note scale used evenly has log2 7 = 2.81.
    """
    return entropy(_pitch_class_counts(roll))


def polyphony(roll: PianoRoll) -> float:
    """Return the mean number of keys held, over steps with any; NaN if silent."""
    held = roll.sounding.sum(axis=1)
    return float(held[held > 0].mean()) if held.any() else nan


def polyphony_rate(roll: PianoRoll) -> float:
    """Return the share of steps with two or more keys held; NaN without steps."""
    return ratio((roll.sounding.sum(axis=1) >= 2).sum(), len(roll))


def empty_beat_rate(roll: PianoRoll) -> float:
    """Return the share of whole quarters in which nothing sounds.

    NaN for a roll shorter than a quarter; a last, incomplete quarter is left out.
    """
    beats = len(roll) // roll.steps_per_quarter
    if not beats:
        return nan
    sound = roll.sounding[: beats * roll.steps_per_quarter].any(axis=1)
    return float(1 - sound.reshape(beats, -1).any(axis=1).mean())


def groove_consistency(roll: PianoRoll) -> float:
    """Return how alike the bars' rhythms are, 0 to 1; NaN if silent or below two bars.

    A bar's groove g is the set of its steps with an onset. Two bars have the similarity
    1 - |g xor g'| / steps per bar (Wu and Yang 2020), averaged over all pairs of bars.
    A position used in c of n bars differs in c (n - c) pairs, so no pair is formed.
    """
    steps = QUARTERS_PER_BAR * roll.steps_per_quarter
    bars = len(roll) // steps
    if bars < 2 or not roll.onsets.any():
        return nan
    used = roll.onsets[: bars * steps].any(axis=1).reshape(bars, steps).sum(axis=0)
    pairs = bars * (bars - 1) / 2
    return float(1 - (used * (bars - used)).sum() / (pairs * steps))


Measures = Mapping[str, Callable[[PianoRoll], float]]
"""Measures by the names that tables show."""
MEASURES = {
    "notes per step": onset_density,
    "notes on the beat": on_beat_share,
    "scale consistency": scale_consistency,
    "pitch range": pitch_range,
    "keys used": pitches_used,
    "pitch entropy": pitch_entropy,
    "pitch class entropy": pitch_class_entropy,
    "voices": polyphony,
    "two or more voices": polyphony_rate,
    "empty beats": empty_beat_rate,
    "groove consistency": groove_consistency,
}


def measures_by_piece(
    rolls: PianoRoll | Iterable[PianoRoll], measures: Measures = MEASURES
) -> dict[str, np.ndarray]:
    """Return every measure's values, one per piece, shape (pieces,) each."""
    rolls = [rolls] if isinstance(rolls, PianoRoll) else list(rolls)
    return {
        name: np.array([measure(roll) for roll in rolls], dtype=float)
        for name, measure in measures.items()
    }


def music_measures(
    rolls: PianoRoll | Iterable[PianoRoll], measures: Measures = MEASURES
) -> dict[str, float]:
    """Return every measure's mean over the pieces that have it; NaN where none has."""
    values = measures_by_piece(rolls, measures)
    known = {name: defined(each) for name, each in values.items()}
    return {name: ratio(each.sum(), len(each)) for name, each in known.items()}


def defined(values: np.ndarray) -> np.ndarray:
    """Return the values that are numbers, as a flat array."""
    values = np.asarray(values, dtype=float).ravel()
    return values[~np.isnan(values)]
