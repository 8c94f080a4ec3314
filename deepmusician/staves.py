"""Notes of a roll to a music21 score: hands, voices, bars, ties.

Chapter "Data representation". music21 is imported inside the functions, for it takes
seconds to load.
"""

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from deepmusician.cache import atomic_write

MIDDLE_C = 60
QUARTERS_A_BAR = 4
Note = tuple[int, int, int]
"""(Onset, MIDI pitch, duration), in steps."""
Chord = tuple[int, int, list[int]]
"""(Onset, end, MIDI pitches), in steps; a rest has no pitches."""


def to_stream(
    notes: Iterable[Note],
    length: int,
    steps_per_quarter: int,
    tempo: float,
    title: str = "",
) -> object:
    """Return a music21 score in 4/4, on two staves divided at middle C.

    Onsets, durations and the `length` of the whole are in steps, `tempo` in quarters
    a minute. Notes that overlap in one hand go to several voices.
    """
    from music21 import layout, metadata, stream
    from music21 import tempo as tempi

    notes = list(notes)
    score = stream.Score()
    score.metadata = metadata.Metadata(title=title or "Piano roll")
    hands = {
        "Right hand": [note for note in notes if note[1] >= MIDDLE_C],
        "Left hand": [note for note in notes if note[1] < MIDDLE_C],
    }
    staves = [
        _staff(name, hand, length, steps_per_quarter) for name, hand in hands.items()
    ]
    staves[0].measure(1).insert(0, tempi.MetronomeMark(number=tempo))
    for staff in staves:
        score.insert(0, staff)
    score.insert(0, layout.StaffGroup(staves, symbol="brace"))
    return score


def write_musicxml(path: str | Path, score: object) -> None:
    """Write a music21 score as a MusicXML file."""
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    with atomic_write(path) as temporary:
        temporary.write_bytes(GeneralObjectExporter(score).parse())


def voices_of(notes: Iterable[Note]) -> list[list[Chord]]:
    """Return notes as chords, in as few voices as none overlaps itself in."""
    spans = sorted((onset, onset + held, pitch) for onset, pitch, held in notes)
    voices: list[list[Chord]] = []
    for (onset, end), group in groupby(spans, key=lambda span: span[:2]):
        chord = (onset, end, [pitch for *_, pitch in group])
        free = (voice for voice in voices if voice[-1][1] <= onset)
        voice = next(free, None)
        if voice is None:
            voices.append([chord])
        else:
            voice.append(chord)
    return voices or [[]]


def _staff(name: str, notes: list[Note], length: int, steps_per_quarter: int):
    """Return one hand as a music21 staff of whole bars, the last as long as is left."""
    from music21 import clef, instrument, meter, stream

    staff = stream.PartStaff(id=name)
    staff.partName = name
    bar = QUARTERS_A_BAR * steps_per_quarter
    voices = voices_of(notes)
    for number, start in enumerate(range(0, max(length, 1), bar), start=1):
        measure = stream.Measure(number=number)
        if number == 1:
            low = name == "Left hand"
            measure.append(clef.BassClef() if low else clef.TrebleClef())
            measure.append(meter.TimeSignature(f"{QUARTERS_A_BAR}/4"))
            staff.insert(0, instrument.Piano())
        end = min(start + bar, length)
        for rank, voice in enumerate(voices):
            sung = _within(voice, start, end)
            if sung or rank == 0:
                elements = _elements(sung, start, end, steps_per_quarter, rank > 0)
                measure.insert(0, _voice(rank + 1, elements))
        staff.append(measure)
    return staff


def _within(voice: list[Chord], start: int, end: int) -> list[Chord]:
    """Return the chords that sound between two steps."""
    return [chord for chord in voice if chord[0] < end and chord[1] > start]


def _voice(number: int, elements: list):
    """Return a music21 voice of elements one after the other."""
    from music21 import stream

    voice = stream.Voice(id=str(number))
    voice.append(elements)
    return voice


def _elements(
    chords: list[Chord], start: int, end: int, steps_per_quarter: int, hidden: bool
) -> list:
    """Return the notes, ties and rests of one voice that fill a bar."""
    elements, now = [], start
    for onset, release, pitches in [*chords, (end, end, [])]:
        first, last = max(onset, start), min(release, end)
        elements += _rests(Fraction(first - now, steps_per_quarter), hidden)
        elements += _tied(
            Fraction(last - first, steps_per_quarter),
            pitches,
            from_before=onset < start,
            goes_on=release > end,
        )
        now = last
    return elements


def _rests(quarters: Fraction, hidden: bool) -> list:
    """Return rests of that length, hidden where another voice shows the time."""
    from music21 import note

    rests = [note.Rest(quarterLength=part) for part in _writable(quarters)]
    for rest in rests:
        rest.style.hideObjectOnPrint = hidden
    return rests


def _tied(
    quarters: Fraction, pitches: list[int], from_before: bool, goes_on: bool
) -> list:
    """Return a chord of that length as notes that can be written, tied together."""
    from music21 import chord, note, tie

    parts = _writable(quarters)
    elements = []
    for number, part in enumerate(parts):
        sound = note.Note if len(pitches) == 1 else chord.Chord
        content = pitches[0] if len(pitches) == 1 else pitches
        element = sound(content, quarterLength=part)
        back = from_before or number > 0
        forth = goes_on or number < len(parts) - 1
        if back or forth:
            kinds = {(0, 1): "start", (1, 1): "continue", (1, 0): "stop"}
            element.tie = tie.Tie(kinds[back, forth])
        elements.append(element)
    return elements


def _writable(quarters: Fraction) -> list[Fraction]:
    """Return lengths that each have a note sign, adding up to the given one."""
    from music21.duration import Duration

    if not quarters:
        return []
    return [part.quarterLength for part in Duration(quarters).components]
