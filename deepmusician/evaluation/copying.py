"""How much of a piece is a copy: the longest run that it shares with other music.

Runs are the same if they sound the same: the same onsets at the same distances in
time, in any key.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from deepmusician.music import PianoRoll


@dataclass(frozen=True)
class SharedRun:
    """A run of steps that a piece shares with another, note for note.

    It begins and ends on an onset, so that silence alone is no copy.

    Attributes:
        steps: how long it is, from its first onset to its last; 0 if nothing is shared.
        onsets: how many onsets it has.
        at: the step at which it begins in the piece.
        name, there: the other piece, and the step at which it begins there.
        semitones: how much higher it is in the piece than there.
    """

    steps: int = 0
    onsets: int = 0
    at: int = 0
    name: str = ""
    there: int = 0
    semitones: int = 0


class _Line(NamedTuple):
    """A piece as its chords, the steps with an onset, in order: all (chords,)."""

    steps: np.ndarray  # when
    lowest: np.ndarray  # the lowest key
    shapes: np.ndarray  # the number of the chord's shape above its lowest key
    moves: np.ndarray  # the number of what leads there: gap, interval and shape

    def key(self, first: int, chords: int) -> bytes:
        """Return what two runs of so many chords have in common if they are alike."""
        led = self.moves[first + 1 : first + chords].tobytes()
        return self.shapes[first : first + 1].tobytes() + led


class CopyingIndex:
    """Pieces to look copies up in, such as those that a network was trained on."""

    def __init__(self, rolls: Iterable[PianoRoll]) -> None:
        self._numbers: dict[tuple, int] = {}
        self._rolls = list(rolls)
        self._lines = [self._line(roll) for roll in self._rolls]
        self._by_length: dict[int, dict[bytes, tuple[int, int]]] = {}

    def longest_shared_run(self, roll: PianoRoll) -> SharedRun:
        """Return the longest run, in steps, that a piece shares with an indexed one.

        Of runs of one length, the first in the piece. Nothing that the piece itself
        repeats counts; a piece that is in the index shares all of itself.
        """
        line = self._line(roll)
        runs = (self._shared(roll, line, first) for first in range(len(line.steps)))
        return max(runs, key=lambda run: run.steps, default=SharedRun())

    def _runs(self, chords: int) -> dict[bytes, tuple[int, int]]:
        """Return (piece, chord) of every run of so many chords, by its key."""
        if chords not in self._by_length:
            self._by_length[chords] = {
                line.key(first, chords): (piece, first)
                for piece, line in reversed(list(enumerate(self._lines)))
                for first in reversed(range(len(line.steps) - chords + 1))
            }
        return self._by_length[chords]

    def _shared(self, roll: PianoRoll, line: _Line, first: int) -> SharedRun:
        """Return the longest run that begins at a chord of a piece."""
        lengths = range(1, len(line.steps) - first + 1)
        chords = bisect_left(  # so many, and no more, are in the index
            lengths, True, key=lambda n: line.key(first, n) not in self._runs(n)
        )
        if chords == 0:
            return SharedRun()
        piece, there = self._runs(chords)[line.key(first, chords)]
        other = self._lines[piece]
        begin, end = line.steps[first], 1 + line.steps[first + chords - 1]
        return SharedRun(
            steps=int(end - begin),
            onsets=int(roll.onsets[begin:end].sum()),
            at=int(begin),
            name=self._rolls[piece].name,
            there=int(other.steps[there]),
            semitones=int(line.lowest[first] - other.lowest[there]),
        )

    def _line(self, roll: PianoRoll) -> _Line:
        """Return a piece as its chords."""
        steps = np.flatnonzero(roll.onsets.any(axis=1))
        chords = [np.flatnonzero(roll.onsets[step]) for step in steps]
        lowest = np.array([chord[0] for chord in chords], dtype=int)
        shapes = [self._number(*(chord - chord[0])) for chord in chords]
        gaps, intervals = np.diff(steps, prepend=0), np.diff(lowest, prepend=0)
        led = zip(gaps, intervals, shapes, strict=True)
        moves = [self._number("move", *each) for each in led]
        return _Line(steps, lowest, np.array(shapes, int), np.array(moves, int))

    def _number(self, *what: object) -> int:
        """Return the number of a shape or a move, a new one if it is new."""
        return self._numbers.setdefault(what, len(self._numbers))
