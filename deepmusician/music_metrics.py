"""Measures of music, human or composed: what a roll sounds like, in numbers.

Each takes one `PianoRoll` and returns a float; a measure that a silent roll does not
have is NaN. Bars are taken as four quarters from step 0 on (a piece in another metre,
or with an upbeat, is cut at the wrong places, alike for human and machine). None of
these says that music is good; they show how far it is from a corpus. Chapter:
listening tests.

Sources: MusPy (Dong et al. 2020) for scale consistency, ranges, entropies, polyphony
and empty beats; Wu and Yang 2020 for the groove.
"""

from collections.abc import Iterable

import numpy as np

from deepmusician.notes import PITCH_LOW
from deepmusician.pianoroll import PianoRoll

NAN = float("nan")
MAJOR = np.isin(np.arange(12), (0, 2, 4, 5, 7, 9, 11))
QUARTERS_PER_BAR = 4


def _key_counts(roll: PianoRoll) -> np.ndarray:
    """Return how often each key is touched, shape (keys,)."""
    return roll.onsets.sum(axis=0)


def _pitch_class_counts(roll: PianoRoll) -> np.ndarray:
    """Return how often each pitch class is touched, C first, shape (12,)."""
    counts = _key_counts(roll)
    return np.bincount(
        (PITCH_LOW + np.arange(len(counts))) % 12, weights=counts, minlength=12
    )


def _entropy(counts: np.ndarray) -> float:
    """Return the Shannon entropy in bits of counts; NaN if they are all zero."""
    if not counts.sum():
        return NAN
    shares = counts[counts > 0] / counts.sum()
    return float(max(0.0, -(shares * np.log2(shares)).sum()))


def touch_density(roll: PianoRoll) -> float:
    """Return touches a step; NaN for a roll without steps."""
    return float(roll.onsets.sum() / len(roll)) if len(roll) else NAN


def on_beat_share(roll: PianoRoll) -> float:
    """Return the share of touches that fall on a quarter note; NaN if silent."""
    touches = roll.onsets.sum()
    if not touches:
        return NAN
    return float(roll.onsets[:: roll.steps_per_quarter].sum() / touches)


def scale_consistency(roll: PianoRoll) -> float:
    """Return the largest share of touches within one scale; NaN if silent.

    max over root and mode of (touches in the scale / touches), as in MusPy. A natural
    minor scale has the notes of its relative major, so twelve scales are all there is.
    Uniformly random pitch classes approach 7/12 = 0.58.
    """
    counts = _pitch_class_counts(roll)
    if not counts.sum():
        return NAN
    inside = max(counts[np.roll(MAJOR, root)].sum() for root in range(12))
    return float(inside / counts.sum())


def pitch_range(roll: PianoRoll) -> float:
    """Return the semitones between the lowest and highest touch; NaN if silent."""
    keys = np.flatnonzero(_key_counts(roll))
    return float(keys[-1] - keys[0]) if len(keys) else NAN


def pitches_used(roll: PianoRoll) -> float:
    """Return the number of different keys touched; 0 if silent."""
    return float(np.count_nonzero(_key_counts(roll)))


def pitch_entropy(roll: PianoRoll) -> float:
    """Return -sum p log2 p over the touched keys, in bits; NaN if silent."""
    return _entropy(_key_counts(roll))


def pitch_class_entropy(roll: PianoRoll) -> float:
    """Return -sum p log2 p over the twelve pitch classes, in bits; NaN if silent.

    At most log2 12 = 3.58; a seven-note scale used evenly has log2 7 = 2.81.
    """
    return _entropy(_pitch_class_counts(roll))


def polyphony(roll: PianoRoll) -> float:
    """Return the mean number of keys held, over steps with any; NaN if silent."""
    held = roll.sounding.sum(axis=1)
    return float(held[held > 0].mean()) if held.any() else NAN


def polyphony_rate(roll: PianoRoll, voices: int = 2) -> float:
    """Return the share of steps in which at least `voices` keys are held.

    NaN for a roll without steps.
    """
    return float((roll.sounding.sum(axis=1) >= voices).mean()) if len(roll) else NAN


def empty_beat_rate(roll: PianoRoll) -> float:
    """Return the share of whole quarters in which nothing sounds.

    NaN for a roll shorter than a quarter; a last, incomplete quarter is left out.
    """
    beats = len(roll) // roll.steps_per_quarter
    if not beats:
        return NAN
    sound = roll.sounding[: beats * roll.steps_per_quarter].any(axis=1)
    return float(1 - sound.reshape(beats, -1).any(axis=1).mean())


def groove_consistency(roll: PianoRoll) -> float:
    """Return how alike the bars' rhythms are, 0 to 1; NaN if silent or below two bars.

    A bar's groove g is the set of its steps with a touch. The similarity of two bars is
    1 - |g xor g'| / steps a bar (Wu and Yang 2020), averaged over all pairs of bars. A
    position struck in c of n bars differs in c (n - c) pairs, so no pair is formed.
    """
    steps = QUARTERS_PER_BAR * roll.steps_per_quarter
    bars = len(roll) // steps
    if bars < 2 or not roll.onsets.any():
        return NAN
    struck = roll.onsets[: bars * steps].any(axis=1).reshape(bars, steps).sum(axis=0)
    pairs = bars * (bars - 1) / 2
    return float(1 - (struck * (bars - struck)).sum() / (pairs * steps))


MEASURES = {
    "touches a step": touch_density,
    "touches on the beat": on_beat_share,
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
    rolls: PianoRoll | Iterable[PianoRoll],
) -> dict[str, np.ndarray]:
    """Return every measure's values, one a piece, shape (pieces,) each."""
    rolls = [rolls] if isinstance(rolls, PianoRoll) else list(rolls)
    return {
        name: np.array([measure(roll) for roll in rolls], dtype=float)
        for name, measure in MEASURES.items()
    }


def music_measures(rolls: PianoRoll | Iterable[PianoRoll]) -> dict[str, float]:
    """Return every measure of a piece, or its mean over the pieces that have it.

    The keys are names a table can show. NaN where no piece has the measure.
    """
    values = measures_by_piece(rolls)
    return {name: _mean_of_defined(per_piece) for name, per_piece in values.items()}


def _mean_of_defined(values: np.ndarray) -> float:
    """Return the mean of the values that are not NaN; NaN if there are none."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else NAN
