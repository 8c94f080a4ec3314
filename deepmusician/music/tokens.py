"""Rolls as a language: one sequence of tokens for one piece, and back.

A piece of known length is written in order of time, and of pitch within a step: a
*pitch* for each note that begins, after it a *duration*, how many steps it is held;
then a *shift*, how many steps further on the next note begins, or the piece ends. What
is longer than the longest token of its kind goes on in another one. So each roll has
one sequence, and each sequence that `TokenReader` lets pass is one roll.
"""

from dataclasses import dataclass

import numpy as np

from deepmusician.music.grid import both_planes
from deepmusician.music.notes import KEYS, PITCH_LOW
from deepmusician.music.roll import PianoRoll

LONGEST = 16  # steps of the longest shift and duration: a bar of sixteenths


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a keyboard, by number: shifts, then pitches, then durations.

    Shift n is token n - 1, key k is `longest` + k, and duration n is
    `longest` + `keys` + n - 1. `start` is none of them: it is read before the first.
    """

    keys: int = KEYS
    longest: int = LONGEST

    @property
    def pitches(self) -> slice:
        """The tokens of the keys, the lowest first."""
        return slice(self.longest, self.longest + self.keys)

    @property
    def size(self) -> int:
        """How many tokens can be written."""
        return 2 * self.longest + self.keys

    @property
    def start(self) -> int:
        """The number that stands before a piece's first token."""
        return self.size

    def encode(self, roll: PianoRoll) -> np.ndarray:
        """Return a roll's tokens, (tokens,), none for a roll without steps."""
        tokens, now = [], 0
        for onset, pitch, held in roll.notes():
            tokens += self._written(onset - now, 0)
            tokens += [self.longest + pitch - PITCH_LOW]
            tokens += self._written(held, self.longest + self.keys)
            now = onset
        return np.array(tokens + self._written(len(roll) - now, 0), dtype=np.int64)

    def decode(self, tokens: np.ndarray, length: int, **options: object) -> PianoRoll:
        """Return the roll of so many steps that the tokens are.

        `options`: grid, tempo and name, as for `PianoRoll`. Raises ValueError for
        tokens that are no roll of this length, or of another keyboard than a piano's.
        """
        reader = TokenReader(self, length)
        for token in tokens:
            reader.read(int(token))
        if not reader.is_over:
            raise ValueError(f"the tokens end at step {reader.step} of {length}")
        return PianoRoll(reader.onsets, reader.sounding, **options)  # type: ignore[arg-type]

    def name(self, token: int) -> str:
        """Return what a token says: "shift 4", "pitch 60" (MIDI's), "duration 4"."""
        if token < self.longest:
            return f"shift {token + 1}"
        if token < self.pitches.stop:
            return f"pitch {PITCH_LOW + token - self.longest}"
        return f"duration {token + 1 - self.pitches.stop}" if token < self.size else ""

    def _written(self, steps: int, first: int) -> list[int]:
        """Return so many steps in tokens of a kind whose shortest is `first`."""
        if not steps:
            return []
        whole, rest = divmod(steps - 1, self.longest)
        return [first + self.longest - 1] * whole + [first + rest]


class TokenReader:
    """Reads a piece of `length` steps token by token, and knows what may come next.

    Attributes:
        step: where the piece stands.
        onsets, sounding: what was read, (length, keys). A note that was read sounds to
            its end, also beyond `step`.
    """

    def __init__(self, vocabulary: Vocabulary, length: int) -> None:
        self.vocabulary, self.length, self.step = vocabulary, length, 0
        self.onsets = np.zeros((length, vocabulary.keys), dtype=bool)
        self.sounding = self.onsets.copy()
        self._ends = np.zeros(vocabulary.keys, dtype=np.int64)  # of each key's note
        self._key = -1  # the highest that has begun at this step
        self._last = vocabulary.longest - 1  # as after a shift that may go on
        self._allowed = self._may_come()

    @property
    def is_over(self) -> bool:
        """Whether the piece has reached its end."""
        return self.step == self.length

    def allowed(self) -> np.ndarray:
        """Return which tokens may come next, (size,): none when the piece is over."""
        return self._allowed.copy()

    def _may_come(self) -> np.ndarray:
        """Return what `allowed` does, found once a token."""
        words, last = self.vocabulary, self._last
        may, longest = np.zeros(words.size, dtype=bool), words.longest
        left = self.length - self.step
        after_shift, durations = last < longest, words.pitches.stop
        if longest <= last < durations:  # a pitch has no duration yet
            may[durations : durations + left] = True
            return may
        free = (self._ends <= self.step) & (np.arange(words.keys) > self._key)
        may[words.pitches] = free & (left > 0)
        if not after_shift or last == longest - 1:
            steps = np.arange(1, longest + 1)
            onward = (steps == longest) | (steps == left)  # or a key is free there
            may[:longest] = (steps <= left) & (
                onward | (self._ends.min() <= self.step + steps)
            )
        if last == words.size - 1:  # the longest duration may go on
            may[durations : durations + max(0, self.length - self._ends[self._key])] = 1
        return may

    def read(self, token: int) -> None:
        """Read one token. Raises ValueError for one that may not come next."""
        if not (0 <= token < self.vocabulary.size and self._allowed[token]):
            name = self.vocabulary.name(token) or token
            raise ValueError(f"step {self.step}: {name} cannot come here")
        longest, durations = self.vocabulary.longest, self.vocabulary.pitches.stop
        if token < longest:
            self.step, self._key = self.step + token + 1, -1
        elif token < durations:
            self._key = token - longest
            self.onsets[self.step, self._key] = True
            self._ends[self._key] = self.step
        else:
            begin = self._ends[self._key]
            self._ends[self._key] = begin + token + 1 - durations
            self.sounding[begin : self._ends[self._key], self._key] = True
        self._last = token
        self._allowed = self._may_come()


def known_cells(onsets: np.ndarray, sounding: np.ndarray) -> np.ndarray:
    """Return what is known as each step begins, (steps, 2 * keys), boolean.

    Cell 2k is key k's onset at the step before, cell 2k + 1 that it is held from there.
    """
    cells = both_planes(onsets, sounding)
    cells[1:, ::2] = onsets[:-1]
    cells[:1, ::2] = False
    return cells
