"""Notes of a roll to a music21 score: hands, voices, bars, ties.

Chapter "Data representation". music21 is imported inside the functions, for it takes
seconds to load.
"""

from collections.abc import Iterable
from contextlib import redirect_stderr
from fractions import Fraction
from io import StringIO
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
    """Return a music21 score of whole 4/4 bars, on two staves divided at middle C.

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

    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False  # the score is complete
    with atomic_write(path) as temporary:
        temporary.write_bytes(exporter.parse())


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
    """Return one hand as a music21 staff of whole bars."""
    from music21 import clef, instrument, meter, stream

    staff = stream.PartStaff(id=name)
    staff.partName = "Piano"
    bar = QUARTERS_A_BAR * steps_per_quarter
    voices = voices_of(notes)
    for number, start in enumerate(range(0, max(length, 1), bar), start=1):
        measure = stream.Measure(number=number)
        if number == 1:
            low = name == "Left hand"
            measure.append(clef.BassClef() if low else clef.TrebleClef())
            measure.append(meter.TimeSignature(f"{QUARTERS_A_BAR}/4"))
            staff.insert(0, instrument.Piano())
        for rank, voice in enumerate(voices):
            sung = _within(voice, start, start + bar)
            if sung or rank == 0:
                elements = _elements(sung, start, start + bar, steps_per_quarter)
                measure.insert(0, _voice(rank, elements))
        staff.append(measure)
        _show_accidentals(measure)
    with redirect_stderr(StringIO()):  # it warns of its own beams that it then mends
        staff.makeBeams(inPlace=True)
    return staff


def _within(voice: list[Chord], start: int, end: int) -> list[Chord]:
    """Return the chords that sound between two steps."""
    return [chord for chord in voice if chord[0] < end and chord[1] > start]


def _show_accidentals(measure) -> None:
    """Show accidentals where they change a bar's notes, and nowhere else."""
    from music21.pitch import Accidental

    valid: dict[tuple[str, int], float] = {}  # alterations by line of the staff
    for element in measure.flatten().notes:
        for pitch in element.pitches:
            line = pitch.step, pitch.octave
            changes = valid.get(line, 0.0) != pitch.alter
            if changes or pitch.accidental is not None:
                pitch.accidental = Accidental(pitch.alter)
                pitch.accidental.displayStatus = changes
            valid[line] = pitch.alter


def _voice(rank: int, elements: list):
    """Return a music21 voice of elements one after the other.

    Rests are shown in the first voice alone, where they tell the time.
    """
    from music21 import stream

    voice = stream.Voice(id=str(rank + 1))
    voice.append(elements)
    for rest in voice.getElementsByClass("Rest"):
        rest.style.hideObjectOnPrint = rank > 0
    return voice


def _elements(
    chords: list[Chord], start: int, end: int, steps_per_quarter: int
) -> list:
    """Return the notes, ties and rests of one voice that fill a bar."""
    from music21 import note

    elements, now = [], start
    for onset, release, pitches in [*chords, (end, end, [])]:
        first, last = max(onset, start), min(release, end)
        silence = writable(now, first, steps_per_quarter)
        elements += [note.Rest(quarterLength=length) for length in silence]
        lengths = writable(first, last, steps_per_quarter)
        elements += _tied(pitches, lengths, onset < start, release > end)
        now = last
    return elements


def _tied(
    pitches: list[int], lengths: list[Fraction], from_before: bool, goes_on: bool
) -> list:
    """Return a chord as one note sign for each length, in quarters, tied together."""
    from music21 import chord, note, tie

    kinds = {(False, True): "start", (True, True): "continue", (True, False): "stop"}
    signs = []
    for number, length in enumerate(lengths):
        if len(pitches) == 1:
            signs.append(note.Note(pitches[0], quarterLength=length))
        else:
            signs.append(chord.Chord(pitches, quarterLength=length))
        tied = from_before or number > 0, goes_on or number < len(lengths) - 1
        if any(tied):
            signs[-1].tie = tie.Tie(kinds[tied])
    return signs


def writable(start: int, end: int, steps_per_quarter: int) -> list[Fraction]:
    """Return lengths in quarters that each have a note sign, from step to step.

    What begins off the beat is cut at the next beat, as musicians read it. The
    longest sign comes first: 5 sixteenths are a quarter and a sixteenth. Dots are
    used where the grid halves its quarters; elsewhere signs are tuplets.
    """
    beat = -(-start // steps_per_quarter) * steps_per_quarter  # the next, or this
    cut = min(beat, end)
    lengths = [Fraction(cut - start, steps_per_quarter)]
    lengths.append(Fraction(end - cut, steps_per_quarter))
    signs = _signs(steps_per_quarter)
    return [sign for length in lengths for sign in _spell(length, signs)]


def _signs(steps_per_quarter: int) -> list[Fraction]:
    """Return the lengths in quarters that one note sign can have, longest first."""
    halves = steps_per_quarter & (steps_per_quarter - 1) == 0
    signs = {Fraction(4), Fraction(3), Fraction(2), Fraction(1)}
    unit = Fraction(1, steps_per_quarter)
    while unit < 1:
        signs |= {unit, 3 * unit} if halves and 3 * unit < 1 else {unit}
        unit *= 2
    return sorted(signs, reverse=True)


def _spell(length: Fraction, signs: list[Fraction]) -> list[Fraction]:
    """Return signs, the longest first, that add up to a length."""
    spelt = []
    for sign in signs:
        while length >= sign:
            spelt.append(sign)
            length -= sign
    return spelt
