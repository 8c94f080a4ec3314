"""How much of a piece is a copy: the longest run that it shares with other music.

A run is compared as it is heard: the same touches at the same distances in time, in
any key. Chapter: against the published record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from deepmusician.pianoroll import PianoRoll


@dataclass(frozen=True)
class SharedRun:
    """A run of steps that a piece shares with another, note for note.

    It begins and ends on a touch, so that silence alone is no copy.

    Attributes:
        steps: how long it is, from its first touch to its last; 0 if nothing is shared.
        touches: how many touches it holds.
        at: the step at which it begins in the piece.
        name, there: the other piece, and the step at which it begins there.
        semitones: how much higher it is in the piece than there.
    """

    steps: int = 0
    touches: int = 0
    at: int = 0
    name: str = ""
    there: int = 0
    semitones: int = 0


class _Line(NamedTuple):
    """A piece as the steps with a touch, in order.

    steps: (chords,) when; lowest: (chords,) the lowest key; sizes: (chords,) touches;
    shapes: (chords,) number of the chord's shape above its lowest key; moves: (chords,)
    number of what leads there from the chord before: gap, interval, and shape.
    """

    steps: np.ndarray
    lowest: np.ndarray
    sizes: np.ndarray
    shapes: np.ndarray
    moves: np.ndarray

    def key(self, first: int, chords: int) -> bytes:
        """Return what two runs of so many chords have in common if they are alike."""
        led = self.moves[first + 1 : first + chords].tobytes()
        return self.shapes[first : first + 1].tobytes() + led


class Memory:
    """Pieces to look copies up in.

    Args:
        rolls: the pieces, such as those that a network was trained on.
    """

    def __init__(self, rolls: Iterable[PianoRoll]) -> None:
        self._numbers: dict[tuple, int] = {}
        self._rolls = list(rolls)
        self._lines = [self._line(roll) for roll in self._rolls]
        self._found: dict[int, dict[bytes, tuple[int, int]]] = {}

    def longest_shared_run(self, roll: PianoRoll) -> SharedRun:
        """Return the longest run, in steps, that a piece shares with any in memory.

        Of runs of one length, the first in the piece. Nothing that the piece itself
        repeats counts; a piece that is in memory shares all of itself.
        """
        line, best = self._line(roll), SharedRun()
        for first in range(len(line.steps)):
            chords = self._longest(line, first)
            steps = 1 + line.steps[first + chords - 1] - line.steps[first]
            if chords and steps > best.steps:
                best = self._told(line, first, chords)
        return best

    def _longest(self, line: _Line, first: int) -> int:
        """Return how many chords from `first` on memory knows, by bisection."""
        known, unknown = 0, len(line.steps) - first + 1
        while unknown - known > 1:
            middle = (known + unknown) // 2
            if line.key(first, middle) in self._runs(middle):
                known = middle
            else:
                unknown = middle
        return known

    def _runs(self, chords: int) -> dict[bytes, tuple[int, int]]:
        """Return (piece, chord) of every run of so many chords, by its key."""
        if chords not in self._found:
            self._found[chords] = {
                line.key(first, chords): (piece, first)
                for piece, line in reversed(list(enumerate(self._lines)))
                for first in reversed(range(len(line.steps) - chords + 1))
            }
        return self._found[chords]

    def _told(self, line: _Line, first: int, chords: int) -> SharedRun:
        """Return the run of so many chords that begins at a chord of a piece."""
        piece, there = self._runs(chords)[line.key(first, chords)]
        other, last = self._lines[piece], first + chords
        return SharedRun(
            steps=int(1 + line.steps[last - 1] - line.steps[first]),
            touches=int(line.sizes[first:last].sum()),
            at=int(line.steps[first]),
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
        gaps = np.diff(steps, prepend=0)
        intervals = np.diff(lowest, prepend=0)
        moves = zip(gaps, intervals, shapes, strict=True)
        numbered = [self._number("move", *move) for move in moves]
        sizes = np.array([len(chord) for chord in chords], dtype=int)
        as_int = {"dtype": np.int64}
        return _Line(
            steps,
            lowest,
            sizes,
            np.array(shapes, **as_int),
            np.array(numbered, **as_int),
        )

    def _number(self, *what: object) -> int:
        """Return the number of a shape or a move, a new one if it is new."""
        return self._numbers.setdefault(what, len(self._numbers))


def shared_runs(
    rolls: Sequence[PianoRoll], training: Iterable[PianoRoll]
) -> list[SharedRun]:
    """Return the longest run that each piece shares with the training pieces."""
    memory = Memory(training)
    return [memory.longest_shared_run(roll) for roll in rolls]
