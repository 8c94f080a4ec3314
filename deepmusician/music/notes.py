"""Notes in musical time, before any grid: what every reader of files returns."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

PITCH_LOW = 21
"""MIDI pitch of key 0, the A0 of a piano."""
KEYS = 88
"""Keys of a piano, from A0 (MIDI 21) to C8 (MIDI 108)."""
DEFAULT_TEMPO = 100.0
"""Quarters per minute, where a file names no tempo."""
DEFAULT_VELOCITY = 80
"""How hard a key is struck, of 127, where the music does not say."""


class MusicFileError(ValueError):
    """The one error for a file or folder that cannot be read as music.

    Its text reads "path: cause. remedy", ready to be shown to a person.
    """

    def __init__(self, path: str | Path, cause: str, remedy: str = ""):
        self.path, self.cause, self.remedy = str(path), cause, remedy
        super().__init__(f"{path}: {cause}. {remedy}".rstrip())

    def __reduce__(self):
        """Return how to rebuild the error, so that it crosses processes."""
        return type(self), (self.path, self.cause, self.remedy)


@dataclass(frozen=True, eq=False)
class Notes:
    """The notes of one file, in quarters, with what the reader had to drop.

    `onsets` and `durations` (notes,) are in quarters and `pitches` (notes,) are
    MIDI numbers, all in parallel; `tempo` is in quarters per minute; `length` is the
    whole piece in quarters, rests at its end included; `dropped` counts by cause.
    `velocities` (notes,), from 1 to 127, say how hard the keys are struck; None where
    the source does not say, as most scores do not. No roll keeps them.
    """

    onsets: np.ndarray
    durations: np.ndarray
    pitches: np.ndarray
    tempo: float = DEFAULT_TEMPO
    length: float = 0.0
    dropped: dict[str, int] = field(default_factory=dict)
    velocities: np.ndarray | None = None

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.pitches)

    def excerpt(self, first: float, last: float) -> "Notes":
        """Return the notes that begin in [first, last), in quarters, moved to 0.

        They are released at `last` if they sound longer. What the whole file dropped
        is not counted again.
        """
        chosen = (self.onsets >= first) & (self.onsets < last)
        onsets, velocities = self.onsets[chosen], self.velocities
        return replace(
            self,
            onsets=onsets - first,
            durations=np.minimum(self.durations[chosen], last - onsets),
            pitches=self.pitches[chosen],
            length=float(last - first),
            dropped={},
            velocities=None if velocities is None else velocities[chosen],
        )


@dataclass(frozen=True)
class Reading:
    """What a file lost on its way to the grid.

    `dropped` counts notes by cause: "drums", "grace" (no duration), "out of range"
    (not on a piano), "unison" (two voices on one key at the same time) and
    "same step" (two onsets of one key that the grid cannot tell apart). The errors
    are how far onsets moved to the nearest step, in quarters: the largest and the mean.
    """

    dropped: dict[str, int] = field(default_factory=dict)
    largest_error: float = 0.0
    mean_error: float = 0.0
