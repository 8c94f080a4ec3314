"""MIDI files to notes and back, through symusic, and the messages in them."""

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepmusician.files import write_file
from deepmusician.music.notes import (
    DEFAULT_TEMPO,
    DEFAULT_VELOCITY,
    MusicFileError,
    Notes,
)

MIDI_SUFFIXES = (".mid", ".midi")
_EXPORT_AGAIN = "Export it again as standard MIDI (type 0 or 1)."
_COPY_AGAIN = "Copy or download it again."
_END_OF_TRACK = b"\xff\x2f\x00"
_NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]


def read_midi(path: str | Path) -> Notes:
    """Return the notes of a MIDI file, drums counted and left out.

    The sustain pedal is ignored; the first tempo stands for the piece. Raises
    `MusicFileError`, which names the file, the cause and a remedy, for whatever is
    not a whole MIDI file of type 0 or 1 with at least one note on a pitch.
    """
    content = content_of(path)
    _check_chunks(path, content)
    score = _parse(path, content)
    tables = [track.notes.numpy() for track in score.tracks if not track.is_drum]
    drums = sum(len(track.notes) for track in score.tracks if track.is_drum)
    onsets, durations, pitches, velocities = (
        np.concatenate([np.empty(0), *(table[column] for table in tables)])
        for column in ("time", "duration", "pitch", "velocity")
    )
    if not len(pitches):
        cause = f"has no notes but {drums} drum strokes" if drums else "has no notes"
        raise MusicFileError(path, cause, "Choose a file with notes on pitches.")
    ends = [(onsets + durations).max(), *(marker.time for marker in score.markers)]
    if onsets.min() < 0 or durations.min() < 0:
        raise MusicFileError(path, "its times run past what MIDI counts", _EXPORT_AGAIN)
    quarter = float(score.ticks_per_quarter)
    return Notes(
        onsets=onsets / quarter,
        durations=durations / quarter,
        pitches=pitches.astype(int),
        tempo=round(score.tempos[0].qpm, 3) if len(score.tempos) else DEFAULT_TEMPO,
        length=max(ends) / quarter,
        dropped={"drums": drums},
        velocities=velocities.astype(int),
    )


def write_midi(path: str | Path, roll) -> Path:
    """Write a roll as a piano's MIDI file; a marker keeps the silence at its end."""
    from symusic import Note, Score, Tempo, TextMeta, Track

    grid = roll.steps_per_quarter
    ticks = max(1, 480 // grid)  # per step
    score, piano = Score(ticks * grid), Track(name="Piano", program=0)
    for onset, pitch, duration in roll.notes():
        piano.notes.append(
            Note(onset * ticks, duration * ticks, pitch, DEFAULT_VELOCITY)
        )
    score.tracks.append(piano)
    score.tempos.append(Tempo(0, roll.tempo))
    score.markers.append(TextMeta(len(roll) * ticks, "end"))
    return write_file(path, score.dumps_midi())


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


def content_of(path: str | Path) -> bytes:
    """Return a file's bytes, or say why there are none."""
    try:
        content = Path(path).read_bytes()
    except IsADirectoryError:
        raise MusicFileError(path, "is a folder", "Name a file in it.") from None
    except FileNotFoundError:
        raise MusicFileError(path, "does not exist", "Check the path.") from None
    except OSError as error:
        cause = f"cannot be read ({error.strerror or error})"
        raise MusicFileError(path, cause, "Check its permissions.") from None
    if not content:
        raise MusicFileError(path, "is empty", _COPY_AGAIN)
    return content


def _check_chunks(path: str | Path, content: bytes) -> None:
    """Raise `MusicFileError` unless header and tracks are whole and of a known kind.

    Standard MIDI Files 1.0: `MThd`, length, format, tracks, division, each track
    `MTrk` and length. A C++ parser may crash on, or silently accept, what fails here.
    """
    if content[:4] != b"MThd":
        raise MusicFileError(path, "is not a MIDI file", "Check what kind it is.")
    if len(content) < 14:
        raise MusicFileError(path, "is cut off inside its header", _COPY_AGAIN)
    size, kind, tracks, division = struct.unpack(">IHHh", content[4:14])
    smpte = "counts time in film frames (SMPTE division), not in quarters"
    for wrong, cause, remedy in (
        (size < 6, "is corrupt: its header is too short", _COPY_AGAIN),
        (kind == 2, "is a MIDI file of type 2 (independent patterns)", _EXPORT_AGAIN),
        (kind > 2, f"is corrupt: MIDI has no type {kind}", _COPY_AGAIN),
        (division == 0, "has zero ticks per quarter", _EXPORT_AGAIN),
        (division < 0, smpte, "Export it again with ticks per quarter."),
    ):
        if wrong:
            raise MusicFileError(path, cause, remedy)
    _check_tracks(path, content, start=8 + size, promised=tracks)


def _check_tracks(path: str | Path, content: bytes, start: int, promised: int) -> None:
    """Raise `MusicFileError` unless the promised tracks are there, whole."""
    tracks = 0
    while tracks < promised:
        if start + 8 > len(content):
            cause = f"is cut off: {tracks} of {promised} tracks are there"
            raise MusicFileError(path, cause, _COPY_AGAIN)
        kind, size = struct.unpack(">4sI", content[start : start + 8])
        body, start = start + 8, start + 8 + size
        if start > len(content):
            raise MusicFileError(path, "is cut off inside a track", _COPY_AGAIN)
        if kind == b"MTrk" and _END_OF_TRACK not in content[body:start]:
            raise MusicFileError(path, "has a track without an end", _COPY_AGAIN)
        tracks += kind == b"MTrk"


def _parse(path: str | Path, content: bytes):
    """Return symusic's score of a checked file, its failures as `MusicFileError`."""
    from symusic import Score

    try:
        return Score.from_midi(content)
    except Exception as error:  # the parser raises several kinds, none of its own
        cause = f"is corrupt ({' '.join(str(error).split())})"
        raise MusicFileError(path, cause, _COPY_AGAIN) from None
