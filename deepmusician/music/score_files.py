"""Scores (kern, MusicXML, ABC) to notes, through music21.

music21 is imported inside the functions, for it takes seconds to load.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from deepmusician.music.midi import content_of
from deepmusician.music.notes import DEFAULT_TEMPO, MusicFileError, Notes

SCORE_SUFFIXES = (".krn", ".mxl", ".musicxml", ".xml", ".abc")
_SAME_TIME = 1e-6  # quarters


def read_score(path: str | Path) -> Notes:
    """Return the notes of a kern, MusicXML or ABC file, repeats played once.

    Raises `MusicFileError` for a file that music21 cannot read, or without notes.
    """
    score = parse_score(path)
    with _errors_named(path):
        notes = notes_of_stream(score)
    if not len(notes):
        raise MusicFileError(path, "has no notes", "Choose a file with notes.")
    return notes


def parse_score(path: str | Path) -> object:
    """Return the music21 stream of a score file, or raise `MusicFileError`."""
    from music21 import converter

    content_of(path)
    with _errors_named(path):
        return converter.parse(Path(path).resolve(), forceSource=True)


@contextmanager
def _errors_named(path: str | Path) -> Iterator[None]:
    """Raise whatever goes wrong inside music21 as a `MusicFileError` of one line."""
    try:
        yield
    except Exception as error:  # a broken score fails anywhere inside music21
        why = ": ".join([type(error).__name__, *str(error).strip().splitlines()[:1]])
        cause = f"cannot be read as a score ({why})"
        raise MusicFileError(path, cause, "Check it in a notation program.") from None


def notes_of_stream(stream: object) -> Notes:
    """Return the notes of a music21 stream, all its parts together.

    Tied notes are one onset; transposing instruments sound at concert pitch. Grace
    notes stay in, with no duration; unpitched percussion ("drums") and chord symbols
    are counted and left out.
    """
    from music21.instrument import Instrument

    instruments = stream.recurse().getElementsByClass(Instrument)
    if any(instrument.transposition for instrument in instruments):
        stream = stream.toSoundingPitch()
    dropped = Counter(drums=0)
    notes: list[tuple[float, float, int]] = []
    for part in parts_of(stream):
        notes += _join_ties(sorted(_pitches(part, dropped)))
    table = np.array(sorted(notes), dtype=float).reshape(-1, 3)
    return Notes(
        onsets=table[:, 0],
        durations=table[:, 1],
        pitches=table[:, 2].astype(int),
        tempo=_tempo(stream),
        length=float(stream.highestTime),
        dropped=dict(dropped),
    )


def parts_of(stream: object) -> list:
    """Return a score's parts, or the stream itself where it has none."""
    return list(getattr(stream, "parts", None) or [stream])


def _pitches(part, dropped: Counter) -> Iterator[tuple[float, float, int, bool]]:
    """Yield (onset, duration, pitch, is tied to the one before) of a part's notes."""
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

    A tie that comes from nowhere (into a second ending, say) is an onset.
    """
    joined: list[list] = []
    latest: dict[int, list[list]] = {}  # by pitch: notes that a tie may lengthen
    for onset, duration, pitch, goes_on in notes:
        held = [n for n in latest.get(pitch, []) if n[0] + n[1] > onset - _SAME_TIME]
        tied = [n for n in held if n[1] > 0 and abs(n[0] + n[1] - onset) < _SAME_TIME]
        if goes_on and tied:
            tied[0][1] += duration
        else:
            joined.append([onset, duration, pitch])
            held.append(joined[-1])
        latest[pitch] = held
    return [tuple(note) for note in joined]


def _tempo(stream) -> float:
    """Return the first tempo in quarters per minute, or the default."""
    from music21.tempo import MetronomeMark

    marks = stream.recurse().getElementsByClass(MetronomeMark)
    tempi = (round(float(mark.getQuarterBPM()), 3) for mark in marks if mark.number)
    return next(tempi, DEFAULT_TEMPO)
