"""The piano roll: where notes begin and where they sound, on a grid of steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from deepmusician.music.grid import (
    both_planes,
    check_planes,
    check_steps_per_quarter,
    frozen_plane,
    held_plane,
    nearest_steps,
    notes_of,
    rising_edges,
    snap_to_grid,
)
from deepmusician.music.midi import MIDI_SUFFIXES, read_midi, write_midi
from deepmusician.music.notes import (
    DEFAULT_TEMPO,
    KEYS,
    PITCH_LOW,
    MusicFileError,
    Notes,
    Reading,
)
from deepmusician.music.score_files import SCORE_SUFFIXES

PLANES = ("onsets", "sounding")
VIEWS = (*PLANES, "both", "voices")  # what a network may read, as cells
VOICES = 4
REST = -1


@dataclass(frozen=True, eq=False)
class PianoRoll:
    """Two boolean planes (steps, 88): onsets and sounding keys at each step.

    Key 0 is A0 (MIDI 21), key 87 is C8. `tempo` is in quarters per minute. `reading`
    says what the file lost on the way, None for a roll that was never a file. `voices`:
    (steps, 4), the MIDI pitches of soprano, alto, tenor and bass, or `REST`, where
    it is known who sings what. The planes are read-only. Raises ValueError where they
    contradict each other: every onset sounds, and nothing sounds without an onset.
    """

    onsets: np.ndarray
    sounding: np.ndarray
    steps_per_quarter: int = 4
    tempo: float = DEFAULT_TEMPO
    name: str = ""
    reading: Reading | None = field(default=None, repr=False)
    voices: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self):
        check_steps_per_quarter(self.steps_per_quarter)
        if not 4 <= self.tempo <= 10_000:  # MIDI cannot hold less
            raise ValueError(f"a tempo is 4 to 10,000 a minute, not {self.tempo}")
        for plane in PLANES:
            object.__setattr__(self, plane, frozen_plane(getattr(self, plane)))
        check_planes(self.onsets, self.sounding)

    @classmethod
    def from_notes(
        cls, notes: Notes, steps_per_quarter: int = 4, name: str = ""
    ) -> "PianoRoll":
        """Return the roll of notes snapped to the nearest step, a half step up.

        A note that is shorter than a step is held for one. Raises ValueError where
        the roll would have more steps than `grid.LONGEST_ROLL`.
        """
        onsets, sounding, reading = snap_to_grid(notes, steps_per_quarter)
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
        from deepmusician.music.score_files import read_score

        return cls._from_reader(read_score, path, steps_per_quarter)

    @classmethod
    def from_file(cls, path: str | Path, steps_per_quarter: int = 4) -> "PianoRoll":
        """Return the roll of a MIDI or score file, or raise `MusicFileError`."""
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
        from deepmusician.music.score_files import notes_of_stream

        return cls.from_notes(notes_of_stream(stream), steps_per_quarter, name)

    @classmethod
    def from_voices(
        cls, voices: Sequence, steps_per_quarter: int = 4, name: str = ""
    ) -> "PianoRoll":
        """Return the roll of voices (steps, 4); notes sung again look as if held.

        Raises ValueError for another shape, and for pitches off the keyboard.
        """
        if np.size(voices) != VOICES * len(voices):
            raise ValueError(f"{name}: a step has {VOICES} MIDI pitches, or {REST}")
        pitches = np.asarray(voices, dtype=np.int64).reshape(-1, VOICES)
        cells = _sung(pitches)
        if cells.sum() != (pitches != REST).sum():
            raise ValueError(f"{name}: a voice leaves the piano's {KEYS} keys")
        how = {"steps_per_quarter": steps_per_quarter, "name": name}
        return cls.from_plane(cells.reshape(-1, KEYS * VOICES), "voices", **how)

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

        From "onsets", a note is held for `hold` steps (a quarter, if None) or until
        its key is struck again. From "sounding", a note begins wherever a key
        begins to sound. From "both", (steps, 176) as `plane` gives it, nothing is
        inferred, and from "voices", (steps, 352), it is as `from_voices` gives it.
        Raises ValueError for another kind or shape, and for a hold of a key that did
        not sound.
        """
        check_kind(kind)
        check_steps_per_quarter(steps_per_quarter)
        if kind == "both":
            onsets, holds = np.asarray(plane)[:, ::2], np.asarray(plane)[:, 1::2]
            sounding = (onsets != 0) | (holds != 0)
            return cls(onsets, sounding, steps_per_quarter, tempo, name)
        if kind == "voices":
            cells = np.asarray(plane).reshape(len(plane), KEYS, VOICES) != 0
            voices = np.where(cells.any(1), cells.argmax(1) + PITCH_LOW, REST)
            how = {"steps_per_quarter": steps_per_quarter, "tempo": tempo, "name": name}
            roll = cls.from_plane(cells.any(2), "sounding", **how)
            return replace(roll, voices=voices)
        plane = frozen_plane(plane)
        if kind == "sounding":
            return cls(rising_edges(plane), plane, steps_per_quarter, tempo, name)
        sounding = held_plane(plane, steps_per_quarter if hold is None else hold)
        return cls(plane, sounding, steps_per_quarter, tempo, name)

    @classmethod
    def _from_reader(cls, read, path, steps_per_quarter) -> "PianoRoll":
        """Return the roll of what `read(path)` gives, or raise `MusicFileError`."""
        check_steps_per_quarter(steps_per_quarter)  # a file is not at fault
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
            f"PianoRoll({self.name!r}, {len(self)} steps, {self.steps_per_quarter} per "
            f"quarter, {self.density():.2f} notes per step)"
        )

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.onsets)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same music: planes, grid and tempo.

        Names do not count, nor what the readings lost. Tempi may differ by one in ten
        thousand, for MIDI counts them in whole microseconds per quarter.
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

        Notes held across the cut begin again at the first step.
        """
        if not isinstance(steps, slice) or steps.step not in (None, 1):
            raise TypeError("a roll is cut by a slice of steps in order: roll[16:32]")
        onsets, sounding = self.onsets[steps].copy(), self.sounding[steps]
        onsets[:1] = sounding[:1]
        voices = None if self.voices is None else self.voices[steps]
        planes = {"onsets": onsets, "sounding": sounding, "voices": voices}
        return replace(self, **planes, reading=None)

    def plane(self, kind: str = "onsets") -> np.ndarray:
        """Return the plane (steps, 88) of that kind, "onsets" or "sounding".

        "both" gives cells (steps, 176): 2k says that key k has an onset, 2k + 1 that
        it sounds on from the step before; "voices" cells (steps, 352): 4k + v says that
        voice v sings key k. Raises ValueError where it is not known who sings what.
        """
        check_kind(kind)
        if kind == "voices":
            if self.voices is None:
                cure = "take jsb-sixteenths, or a network on another plane"
                raise ValueError(f"{self.name or 'the roll'} has no voices: {cure}")
            return _sung(self.voices).reshape(len(self), KEYS * VOICES)
        if kind == "both":
            return both_planes(self.onsets, self.sounding)
        return getattr(self, kind)

    def notes(self) -> list[tuple[int, int, int]]:
        """Return every note as (onset step, MIDI pitch, steps held), in time order."""
        return notes_of(self.onsets, self.sounding)

    def density(self, plane: str = "onsets") -> float:
        """Return the mean keys per step on a plane; 0 for a roll without steps."""
        return float(self.plane(plane).sum() / max(1, len(self)))

    def silent_share(self, plane: str = "onsets") -> float:
        """Return the share of steps with no key on a plane; 1 without steps."""
        steps = self.plane(plane).any(axis=1)
        return 1.0 - float(steps.mean()) if len(steps) else 1.0

    def fits(self, semitones: int) -> bool:
        """Return whether all notes stay on the keyboard when transposed."""
        keys = np.flatnonzero(self.onsets.any(axis=0)) + semitones
        return bool(((keys >= 0) & (keys < KEYS)).all())

    def transpose(self, semitones: int) -> "PianoRoll":
        """Return the roll moved up, or down; ValueError if it leaves the keyboard."""
        if not self.fits(semitones):
            raise ValueError(
                f"{self.name or 'the roll'} leaves the piano's {KEYS} keys when moved "
                f"by {semitones} semitones"
            )
        onsets, sounding = np.roll((self.onsets, self.sounding), semitones, axis=2)
        moved = {"onsets": onsets, "sounding": sounding, "reading": None}
        if self.voices is not None:
            moved["voices"] = self.voices + semitones * (self.voices != REST)
        return replace(self, **moved)

    def to_midi(self, path: str | Path) -> Path:
        """Write a MIDI file, which reads back as the same roll; return its path."""
        return write_midi(path, self)

    def to_stream(self) -> object:
        """Return a music21 score on two staves, its last bar filled up with rests."""
        from deepmusician.music.notation import to_stream

        return to_stream(self)

    def save(self, path: str | Path) -> Path:
        """Write MIDI or MusicXML, by the path's suffix, and return the path."""
        suffix = Path(path).suffix.lower()
        if suffix in MIDI_SUFFIXES:
            return self.to_midi(path)
        if suffix in (".musicxml", ".xml"):
            from deepmusician.music.notation import write_musicxml

            return write_musicxml(path, self.to_stream())
        raise ValueError(f"{path}: a roll is saved as .mid, .midi, .musicxml or .xml")


def _sung(pitches: np.ndarray) -> np.ndarray:
    """Return which voice sings which key, (steps, keys, voices), of MIDI pitches."""
    return pitches[:, None] == PITCH_LOW + np.arange(KEYS)[:, None]


def check_kind(kind: str) -> None:
    """Raise ValueError unless `kind` names a plane, or both."""
    if kind not in VIEWS:
        raise ValueError(f"a plane is one of {VIEWS}, not {kind!r}")


def grid_distances(rolls: Sequence[PianoRoll], steps_per_quarter: int) -> np.ndarray:
    """Return how far each onset would move on another grid, in quarters, (onsets,).

    Positive is later. The rolls' own grid is taken for exact, so give rolls on a fine
    one: 48 steps per quarter hold triplets and 64ths.
    """
    times = np.concatenate(
        [np.nonzero(roll.onsets)[0] / roll.steps_per_quarter for roll in rolls]
    )
    return nearest_steps(times * steps_per_quarter) / steps_per_quarter - times
