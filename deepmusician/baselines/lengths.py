"""How long notes are held, counted: what completes music that is onsets alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from typing import Self

import numpy as np

from deepmusician.music import PianoRoll

_MOST = (14, 6, 17, 7, 7, 14, 7)  # the largest answers that are told apart
_KEPT = 4  # the place of the answer that depends on what is held of the same step
_WEIGHT = 5.0  # the cases that a coarser context counts for in a finer one


class CountedLengths:
    """The probability that a key which sounds is held on for one more step.

    Whether it is is asked at every step, from the lowest key to the highest, where a
    key sounded the step before and is not struck. The answer depends on: the semitones
    to the nearest onset of this step; how many there are; for how many steps the key
    has sounded; the keys that sounded below it, and how many of those are held on; the
    semitones down to the next onset; the keys that sounded above it. Each of these was
    chosen, after those before it, by the NLL of the validation chorales.

    Cases that share the first n answers have the relative frequency of holds among
    them, drawn to that of n - 1 answers: p_n = (holds + 5 p_(n-1)) / (cases + 5).
    """

    def fit(self, rolls: Sequence[PianoRoll]) -> Self:
        """Return this model with the holds of the rolls counted.

        Raises ValueError where there is nothing to hold, or grids differ.
        """
        grids = {roll.steps_per_quarter for roll in rolls}
        self._cases: Counter[tuple] = Counter()
        self._holds: Counter[tuple] = Counter()
        for _, answers, held in map(_asked, rolls):
            for depth in range(len(_MOST) + 1):
                contexts = [tuple(row[:depth]) for row in answers.tolist()]
                self._cases.update(contexts)
                self._holds.update(compress(contexts, held))
        if len(grids) != 1 or not self._cases:
            raise ValueError(
                "lengths are counted from rolls with notes of several steps, all on "
                f"one grid; got {len(rolls)}, steps per quarter {sorted(grids)}"
            )
        (self.steps_per_quarter,) = grids
        return self

    def log_probabilities(self, roll: PianoRoll) -> np.ndarray:
        """Return ln p of every step's holds, given the onsets so far, (steps,).

        Raises ValueError on another grid than the one counted.
        """
        if roll.steps_per_quarter != self.steps_per_quarter:
            raise ValueError("lengths were counted on another grid")
        steps, answers, held = _asked(roll)
        p = np.array([self._probability(row) for row in answers.tolist()])
        return np.bincount(steps, np.log(np.where(held, p, 1 - p)), len(roll))

    def lengthen(self, roll: PianoRoll, seed: int = 0) -> PianoRoll:
        """Return the roll with its onsets as they are, and lengths that are drawn."""
        generator = np.random.default_rng(seed)
        onsets, sounding = roll.onsets, roll.onsets.copy()
        age = np.zeros(onsets.shape[1], int)
        for step in range(1, len(roll)):
            now, before = onsets[step], sounding[step - 1]
            age = np.where(onsets[step - 1], 1, age + 1)
            answers, kept = _answers(now, before, age), 0
            for key in np.flatnonzero(before & ~now):
                answers[key, _KEPT] = min(kept, _MOST[_KEPT])
                p = self._probability(answers[key].tolist())
                sounding[step, key] = generator.random() < p
                kept += sounding[step, key]
        return replace(roll, sounding=sounding, reading=None)

    def _probability(self, answers: list[int]) -> float:
        """Return the probability of a hold in one case."""
        p = (self._holds[()] + 0.5) / (self._cases[()] + 1)
        for depth in range(1, len(answers) + 1):
            context = tuple(answers[:depth])
            holds, cases = self._holds[context], self._cases[context]
            p = (holds + _WEIGHT * p) / (cases + _WEIGHT)
        return p


def _asked(roll: PianoRoll) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each case's step (cases,), its answers (cases, 7), whether it is held."""
    onsets, sounding = roll.onsets, roll.sounding
    before = np.pad(sounding, ((1, 0), (0, 0)))[:-1]
    age = np.zeros(sounding.shape, int)
    for step in range(1, len(roll)):
        age[step] = np.where(onsets[step - 1], 1, age[step - 1] + 1)
    answers, held = _answers(onsets, before, age), before & sounding & ~onsets
    answers[..., _KEPT] = np.minimum(held.cumsum(axis=1) - held, _MOST[_KEPT])
    steps, keys = np.nonzero(before & ~onsets)
    return steps, answers[steps, keys], held[steps, keys]


def _answers(onsets: np.ndarray, before: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the answers for every key, (..., keys, 7), the fifth of them still 0.

    `onsets`, `before`: (..., keys), the keys struck now, and those that sounded; `age`:
    for how many steps.
    """
    keys, far = np.arange(onsets.shape[-1]), 99
    last = np.maximum.accumulate(np.where(onsets, keys, -far), axis=-1)
    after = np.where(onsets, keys, keys[-1] + far)[..., ::-1]
    down = keys - last
    up = np.minimum.accumulate(after, axis=-1)[..., ::-1] - keys
    below = before.cumsum(axis=-1) - before
    above = before.sum(axis=-1, keepdims=True) - below - before
    count = np.broadcast_to(onsets.sum(axis=-1, keepdims=True), onsets.shape)
    columns = (np.minimum(down, up), count, age, below, 0 * below, down, above)
    return np.minimum(np.stack(columns, axis=-1), _MOST)
