"""Scores (kern, MusicXML, ABC) to notes, through music21.

Chapter "Data representation". music21 is imported inside the functions, for it takes
seconds to load.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from deepmusician.midi import content_of
from deepmusician.notes import DEFAULT_TEMPO, MusicFileError, Notes

SUFFIXES = (".krn", ".mxl", ".musicxml", ".xml", ".abc")
_SAME_TIME = 1e-6  # quarters


def read_score(path: str | Path) -> Notes:
    """Return the notes of a kern, MusicXML or ABC file, repeats played once.

    Raises `MusicFileError` for a file that music21 cannot read, or without notes.
    """
    from music21 import converter

    content_of(path)
    try:
        score = converter.parse(Path(path).resolve(), forceSource=True)
        notes = notes_of_stream(score)
    except Exception as error:  # a broken score fails anywhere inside music21
        cause = f"cannot be read as a score ({_first_line(error)})"
        raise MusicFileError(path, cause, "Check it in a notation program.") from None
    if not len(notes):
        raise MusicFileError(path, "has no notes", "Choose a file with notes.")
    return notes


def notes_of_stream(stream: object) -> Notes:
    """Return the notes of a music21 stream, all its parts together.

    Tied notes are one touch. Grace notes stay in, with no duration; unpitched
    percussion ("drums") and chord symbols are counted and left out.
    """
    dropped = {"drums": 0, "chord symbol": 0}
    notes: list[tuple[float, float, int]] = []
    sounding = _at_sounding_pitch(stream)
    for part in _parts(sounding):
        notes += _join_ties(sorted(_pitches(part, dropped)))
    if not dropped["chord symbol"]:
        del dropped["chord symbol"]
    table = np.array(sorted(notes), dtype=float).reshape(-1, 3)
    return Notes(
        onsets=table[:, 0],
        durations=table[:, 1],
        pitches=table[:, 2].astype(int),
        tempo=_tempo(sounding),
        length=float(sounding.highestTime),
        dropped=dropped,
    )


def _parts(stream) -> Iterable:
    """Return a score's parts, or the stream itself where it has none."""
    return getattr(stream, "parts", None) or [stream]


def _at_sounding_pitch(stream):
    """Return the stream with its transposing instruments at concert pitch."""
    from music21.instrument import Instrument

    instruments = stream.recurse().getElementsByClass(Instrument)
    if any(instrument.transposition for instrument in instruments):
        return stream.toSoundingPitch()
    return stream


def _pitches(part, dropped: dict[str, int]) -> Iterator[tuple[float, float, int, bool]]:
    """Give (onset, duration, pitch, is tied to the one before) of a part's notes."""
    from music21 import harmony, note, percussion

    for element in part.flatten().notes:
        onset, duration = float(element.offset), float(element.quarterLength)
        if isinstance(element, harmony.Harmony):
            dropped["chord symbol"] += 1
        elif isinstance(element, note.Unpitched | percussion.PercussionChord):
            dropped["drums"] += 1
        else:
            for tone in getattr(element, "notes", [element]):
                goes_on = tone.tie is not None and tone.tie.type != "start"
                yield onset, duration, tone.pitch.midi, goes_on


def _join_ties(
    notes: Iterable[tuple[float, float, int, bool]],
) -> list[tuple[float, float, int]]:
    """Return a part's notes in time order, each chain of ties as one long note.

    A tie that comes from nowhere (into a second ending, say) is a touch.
    """
    joined: list[list] = []
    latest: dict[int, list[list]] = {}  # by pitch: notes that a tie may lengthen
    for onset, duration, pitch, goes_on in notes:
        open_notes = [
            held
            for held in latest.get(pitch, [])
            if held[0] + held[1] > onset - _SAME_TIME
        ]
        tied = [held for held in open_notes if _ends_at(held, onset)]
        if goes_on and tied:
            tied[0][1] += duration
        else:
            joined.append([onset, duration, pitch])
            open_notes.append(joined[-1])
        latest[pitch] = open_notes
    return [tuple(note) for note in joined]


def _ends_at(note: list, time: float) -> bool:
    """Return whether a note with a duration ends at that time."""
    return note[1] > 0 and abs(note[0] + note[1] - time) < _SAME_TIME


def _tempo(stream) -> float:
    """Return the first tempo in quarters a minute, or the default."""
    from music21.tempo import MetronomeMark

    for mark in stream.recurse().getElementsByClass(MetronomeMark):
        if mark.number:
            return round(float(mark.getQuarterBPM()), 3)
    return DEFAULT_TEMPO


def _first_line(error: Exception) -> str:
    """Return an error's kind and the first line of its text."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
