"""MIDI files to notes and back, through symusic (chapter "Data representation")."""

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from deepmusician.cache import atomic_write
from deepmusician.notes import DEFAULT_TEMPO, MusicFileError, Notes

SUFFIXES = (".mid", ".midi")
_EXPORT_AGAIN = "Export it again as standard MIDI (type 0 or 1)."
_COPY_AGAIN = "Copy or download it again."
_END_MARKER = "end"
_END_OF_TRACK = b"\xff\x2f\x00"


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


def write_midi(
    path: str | Path,
    notes: Iterable[tuple[int, int, int]],
    length: int,
    steps_per_quarter: int,
    tempo: float,
    velocity: int = 80,
) -> None:
    """Write (onset, MIDI pitch, duration) notes, in steps, as a piano's MIDI file.

    A silence at the end is kept by a marker at `length` steps.
    """
    from symusic import Note, Score, Tempo, TextMeta, Track

    ticks = max(1, 480 // steps_per_quarter)  # ticks a step
    score, piano = Score(ticks * steps_per_quarter), Track(name="Piano", program=0)
    for onset, pitch, duration in notes:
        piano.notes.append(Note(onset * ticks, duration * ticks, pitch, velocity))
    score.tracks.append(piano)
    score.tempos.append(Tempo(0, tempo))
    score.markers.append(TextMeta(length * ticks, _END_MARKER))
    with atomic_write(path) as temporary:
        temporary.write_bytes(score.dumps_midi())


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
    if size < 6:
        raise MusicFileError(path, "is corrupt: its header is too short", _COPY_AGAIN)
    if kind == 2:
        cause = "is a MIDI file of type 2 (independent patterns)"
        raise MusicFileError(path, cause, _EXPORT_AGAIN)
    if kind > 2:
        raise MusicFileError(path, f"is corrupt: MIDI has no type {kind}", _COPY_AGAIN)
    if division == 0:
        raise MusicFileError(path, "has zero ticks a quarter", _EXPORT_AGAIN)
    if division < 0:
        cause = "counts time in film frames (SMPTE division), not in quarters"
        raise MusicFileError(path, cause, "Export it again with ticks a quarter.")
    _check_tracks(path, content, start=8 + size, promised=tracks)


def _check_tracks(path: str | Path, content: bytes, start: int, promised: int) -> None:
    """Raise `MusicFileError` unless the promised tracks are there, whole."""
    found = 0
    while found < promised:
        if start + 8 > len(content):
            cause = f"is cut off: {found} of {promised} tracks are there"
            raise MusicFileError(path, cause, _COPY_AGAIN)
        kind, size = struct.unpack(">4sI", content[start : start + 8])
        body, start = start + 8, start + 8 + size
        if start > len(content):
            raise MusicFileError(path, "is cut off inside a track", _COPY_AGAIN)
        if kind == b"MTrk" and _END_OF_TRACK not in content[body:start]:
            raise MusicFileError(path, "has a track without an end", _COPY_AGAIN)
        found += kind == b"MTrk"


def _parse(path: str | Path, content: bytes):
    """Return symusic's score of a checked file, its failures as `MusicFileError`."""
    from symusic import Score

    try:
        return Score.from_midi(content)
    except Exception as error:  # the parser raises several kinds, none of its own
        cause = f"is corrupt ({' '.join(str(error).split())})"
        raise MusicFileError(path, cause, _COPY_AGAIN) from None
