"""A MIDI file's notes as the messages a synthesiser receives, and its grid errors.

Chapter "Data representation".
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepmusician.grid import nearest
from deepmusician.midi import read_midi
from deepmusician.pianoroll import PianoRoll

_NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]


class Event(NamedTuple):
    """One message: a key goes down ("note on") or up ("note off").

    `quarter` is its time; `velocity` is how hard the key is struck, 0 for a release.
    """

    quarter: float
    message: str
    key: int
    name: str
    velocity: int


def note_name(pitch: int) -> str:
    """Return a MIDI number as a note's name and octave; 60 is C4."""
    octave, tone = divmod(int(pitch), 12)
    return f"{_NAMES[tone]}{octave - 1}"


def midi_events(path: str | Path) -> list[Event]:
    """Return the note messages of a MIDI file in the order of time.

    A key that is released and struck again at one time is released first. Raises
    `MusicFileError` as `read_midi` does.
    """
    notes = read_midi(path)
    events = []
    for onset, duration, pitch, velocity in zip(
        notes.onsets, notes.durations, notes.pitches, notes.velocities, strict=True
    ):
        name, key = note_name(pitch), int(pitch)
        events.append(Event(float(onset), "note on", key, name, int(velocity)))
        events.append(Event(float(onset + duration), "note off", key, name, 0))
    return sorted(events, key=lambda event: (event.quarter, event.velocity, event.key))


def grid_distances(
    rolls: Sequence[PianoRoll], steps_per_quarter: int = 4
) -> np.ndarray:
    """Return how far each touch would move on another grid, in quarters, (touches,).

    Positive is later. The rolls' own grid is taken for exact, so give rolls on a fine
    one: 48 steps a quarter hold triplets and 64ths.
    """
    times = np.concatenate(
        [np.nonzero(roll.onsets)[0] / roll.steps_per_quarter for roll in rolls]
    )
    return nearest(times * steps_per_quarter) / steps_per_quarter - times
