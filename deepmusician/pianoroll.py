"""The piano roll: which keys are touched, and which held, at every step of a grid.

Chapter "Data representation".
"""

import functools
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deepmusician import grid
from deepmusician.midi import SUFFIXES as MIDI_SUFFIXES
from deepmusician.midi import read_midi, write_midi
from deepmusician.notes import (
    DEFAULT_TEMPO,
    KEYS,
    PITCH_LOW,
    MusicFileError,
    Notes,
    Reading,
)

PLANES = ("onsets", "sounding")


@dataclass(frozen=True, eq=False)
class PianoRoll:
    """Two boolean planes (steps, 88): keys touched and keys sounding at each step.

    Key 0 is A0 (MIDI 21), key 87 is C8. `tempo` is in quarters a minute. `reading`
    tells what the file lost on the way, None for a roll that was never a file. The
    planes are read-only. Raises ValueError where they contradict each other: every
    touch sounds, and nothing sounds that was not touched.
    """

    onsets: np.ndarray
    sounding: np.ndarray
    steps_per_quarter: int = 4
    tempo: float = DEFAULT_TEMPO
    name: str = ""
    reading: Reading | None = field(default=None, repr=False)

    def __post_init__(self):
        grid.check_steps_per_quarter(self.steps_per_quarter)
        if not 4 <= self.tempo <= 10_000:  # MIDI cannot hold less
            raise ValueError(f"a tempo is 4 to 10,000 a minute, not {self.tempo}")
        for plane in PLANES:
            object.__setattr__(self, plane, grid.frozen_plane(getattr(self, plane)))
        grid.check_planes(self.onsets, self.sounding)

    @classmethod
    def from_notes(
        cls, notes: Notes, steps_per_quarter: int = 4, name: str = ""
    ) -> "PianoRoll":
        """Return the roll of notes snapped to the nearest step, a half step up.

        A note that is shorter than a step is held for one. Raises ValueError where
        the roll would have more steps than `grid.LONGEST`.
        """
        grid.check_steps_per_quarter(steps_per_quarter)
        onsets, sounding, reading = grid.snap(notes, steps_per_quarter)
        return cls(onsets, sounding, steps_per_quarter, notes.tempo, name, reading)

    @classmethod
    def from_midi(cls, path: str | Path, steps_per_quarter: int = 4) -> "PianoRoll":
        """Return the roll of a MIDI file, or raise `MusicFileError`."""
        return cls._from_reader(read_midi, path, steps_per_quarter)

    @classmethod
    def from_score(cls, path: str | Path, steps_per_quarter: int = 4) -> "PianoRoll":
        """Return the roll of a kern, MusicXML or ABC file, or raise `MusicFileError`.

        All parts go to one piano; repeats are played once.
        """
        from deepmusician.scores import read_score

        return cls._from_reader(read_score, path, steps_per_quarter)

    @classmethod
    def from_file(cls, path: str | Path, steps_per_quarter: int = 4) -> "PianoRoll":
        """Return the roll of a MIDI or score file, or raise `MusicFileError`."""
        from deepmusician.scores import SUFFIXES as SCORE_SUFFIXES

        suffix = Path(path).suffix.lower()
        if suffix in MIDI_SUFFIXES:
            return cls.from_midi(path, steps_per_quarter)
        if suffix in SCORE_SUFFIXES:
            return cls.from_score(path, steps_per_quarter)
        known = " ".join((*MIDI_SUFFIXES, *SCORE_SUFFIXES))
        raise MusicFileError(path, "is of no known kind", f"Known are {known}.")

    @classmethod
    def from_stream(
        cls, stream: object, steps_per_quarter: int = 4, name: str = ""
    ) -> "PianoRoll":
        """Return the roll of a music21 stream."""
        from deepmusician.scores import notes_of_stream

        return cls.from_notes(notes_of_stream(stream), steps_per_quarter, name)

    @classmethod
    def from_plane(
        cls,
        plane: np.ndarray,
        kind: str = "onsets",
        hold: int | None = None,
        steps_per_quarter: int = 4,
        tempo: float = DEFAULT_TEMPO,
        name: str = "",
    ) -> "PianoRoll":
        """Return the roll of one plane (steps, 88), the other inferred.

        From "onsets", a touch is held for `hold` steps (a quarter, if None) or until
        its key is touched again. From "sounding", a key is touched wherever it
        begins to sound. Raises ValueError for another kind or shape.
        """
        check_kind(kind)
        grid.check_steps_per_quarter(steps_per_quarter)
        plane = grid.frozen_plane(plane)
        if kind == "sounding":
            planes = grid.rising_edges(plane), plane
        else:
            hold = steps_per_quarter if hold is None else hold
            planes = plane, grid.held(plane, hold)
        return cls(*planes, steps_per_quarter, tempo, name)

    @classmethod
    def _from_reader(cls, read, path, steps_per_quarter) -> "PianoRoll":
        """Return the roll of what `read(path)` gives, refusals as `MusicFileError`."""
        grid.check_steps_per_quarter(steps_per_quarter)  # a file is not at fault
        notes = read(path)
        try:
            roll = cls.from_notes(notes, steps_per_quarter, Path(path).stem)
        except ValueError as error:
            remedy = "Check the file, or cut it into pieces."
            raise MusicFileError(path, str(error), remedy) from None
        if not roll.onsets.any():
            cause = f"has no notes on a piano's keys (dropped: {roll.reading.dropped})"
            raise MusicFileError(path, cause, "Choose a file with notes on pitches.")
        return roll

    def __repr__(self) -> str:
        """Return one line: name, steps, grid and density."""
        return (
            f"PianoRoll({self.name!r}, {len(self)} steps, {self.steps_per_quarter} a "
            f"quarter, {self.density():.2f} touches a step)"
        )

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.onsets)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same music: planes, grid and tempo.

        Names do not count, nor what the readings lost. Tempi may differ by one in ten
        thousand, for MIDI counts them in whole microseconds a quarter.
        """
        if not isinstance(other, PianoRoll):
            return NotImplemented
        return (
            self.steps_per_quarter == other.steps_per_quarter
            and math.isclose(self.tempo, other.tempo, rel_tol=1e-4, abs_tol=1e-3)
            and np.array_equal(self.onsets, other.onsets)
            and np.array_equal(self.sounding, other.sounding)
        )

    __hash__ = None

    def __getitem__(self, steps: slice) -> "PianoRoll":
        """Return the steps of a slice, as a pianist would play who starts there.

        Notes held across the cut are touched again at the first step.
        """
        if not isinstance(steps, slice) or steps.step not in (None, 1):
            raise TypeError("a roll is cut by a slice of steps in order: roll[16:32]")
        onsets, sounding = self.onsets[steps].copy(), self.sounding[steps]
        onsets[:1] = sounding[:1]
        return self._with(onsets, sounding)

    def _with(self, onsets: np.ndarray, sounding: np.ndarray) -> "PianoRoll":
        """Return a roll of other planes on the same grid, with tempo and name."""
        return PianoRoll(
            onsets, sounding, self.steps_per_quarter, self.tempo, self.name
        )

    def plane(self, kind: str = "onsets") -> np.ndarray:
        """Return the plane (steps, 88) of that kind, "onsets" or "sounding"."""
        check_kind(kind)
        return getattr(self, kind)

    def notes(self) -> list[tuple[int, int, int]]:
        """Return every note as (onset step, MIDI pitch, steps held), in time order."""
        return grid.notes_of(self.onsets, self.sounding)

    def density(self, plane: str = "onsets") -> float:
        """Return the mean keys a step on a plane; 0 for a roll without steps."""
        return float(self.plane(plane).sum() / max(1, len(self)))

    def silent_share(self, plane: str = "onsets") -> float:
        """Return the share of steps with no key on a plane; 1 without steps."""
        steps = self.plane(plane).any(axis=1)
        return 1.0 - float(steps.mean()) if len(steps) else 1.0

    def fits(self, semitones: int) -> bool:
        """Return whether all notes stay on the keyboard when transposed."""
        keys = np.flatnonzero(self.onsets.any(axis=0))
        if not len(keys):
            return True
        return bool(keys[0] + semitones >= 0 and keys[-1] + semitones < KEYS)

    def transpose(self, semitones: int) -> "PianoRoll":
        """Return the roll moved up, or down; ValueError if it leaves the keyboard."""
        if not self.fits(semitones):
            raise ValueError(
                f"{self.name or 'the roll'} leaves the piano's {KEYS} keys when moved "
                f"by {semitones} semitones"
            )
        move = functools.partial(np.roll, shift=semitones, axis=1)
        return self._with(move(self.onsets), move(self.sounding))

    def trim(self) -> "PianoRoll":
        """Return the roll without the silence before and after its notes."""
        steps = np.flatnonzero(self.sounding.any(axis=1))
        return self[steps[0] : steps[-1] + 1] if len(steps) else self[:0]

    def to_midi(self, path: str | Path) -> Path:
        """Write a MIDI file, which reads back as the same roll; return its path."""
        write_midi(path, self.notes(), len(self), self.steps_per_quarter, self.tempo)
        return Path(path)

    def to_stream(self) -> object:
        """Return a music21 score on two staves, its last bar filled up with rests."""
        from deepmusician.staves import to_stream

        return to_stream(
            self.notes(), len(self), self.steps_per_quarter, self.tempo, self.name
        )

    def to_musicxml(self, path: str | Path) -> Path:
        """Write a MusicXML file and return its path."""
        from deepmusician.staves import write_musicxml

        write_musicxml(path, self.to_stream())
        return Path(path)

    def save(self, path: str | Path) -> Path:
        """Write MIDI or MusicXML, by the path's suffix, and return the path."""
        suffix = Path(path).suffix.lower()
        if suffix in MIDI_SUFFIXES:
            return self.to_midi(path)
        if suffix in (".musicxml", ".xml"):
            return self.to_musicxml(path)
        raise ValueError(f"{path}: a roll is saved as .mid, .midi, .musicxml or .xml")

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict] | None:
        """Return a player of the roll for notebooks, if they can show widgets."""
        if "ipykernel" not in sys.modules:
            return None
        try:
            from deepmusician.listening.player import player
        except ImportError:
            return None
        shown, details = player(self)._repr_mimebundle_()
        del shown["text/plain"]
        return shown, details

    def _repr_html_(self) -> str:
        """Return a small picture of the roll, where nothing can play it."""
        from deepmusician.picture import picture

        return picture(self)


def check_kind(kind: str) -> None:
    """Raise ValueError unless `kind` names a plane."""
    if kind not in PLANES:
        raise ValueError(f"a plane is one of {PLANES}, not {kind!r}")


__all__ = ["KEYS", "PITCH_LOW", "PLANES", "PianoRoll", "check_kind"]
