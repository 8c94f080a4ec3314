"""Notes of a roll to a music21 score: hands, voices, bars, ties.

music21 is imported inside the functions, for it takes seconds to load.
"""

from collections.abc import Iterable
from contextlib import redirect_stderr
from fractions import Fraction
from io import StringIO
from itertools import groupby
from pathlib import Path

from deepmusician.files import write_file

MIDDLE_C = 60
QUARTERS_PER_BAR = 4
Note = tuple[int, int, int]
"""(Onset, MIDI pitch, duration), in steps."""
Chord = tuple[int, int, list[int]]
"""(Onset, end, MIDI pitches), in steps; a rest has no pitches."""


def to_stream(roll) -> object:
    """Return a roll's score of whole 4/4 bars, on two staves divided at middle C.

    Notes that overlap in one hand go to several voices.
    """
    from music21 import layout, metadata, stream, tempo

    score = stream.Score()
    score.metadata = metadata.Metadata(title=roll.name or "Piano roll")
    notes, size = roll.notes(), (len(roll), roll.steps_per_quarter)
    right = [note for note in notes if note[1] >= MIDDLE_C]
    left = [note for note in notes if note[1] < MIDDLE_C]
    staves = [_staff("Right hand", right, *size), _staff("Left hand", left, *size)]
    staves[0].measure(1).insert(0, tempo.MetronomeMark(number=roll.tempo))
    for staff in staves:
        score.insert(0, staff)
    score.insert(0, layout.StaffGroup(staves, symbol="brace"))
    return score


def write_musicxml(path: str | Path, score: object) -> Path:
    """Write a music21 score as a MusicXML file."""
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False  # the score is complete
    return write_file(path, exporter.parse())


def voices_of(notes: Iterable[Note]) -> list[list[Chord]]:
    """Return notes as chords, in as few voices as none overlaps itself in."""
    spans = sorted((onset, onset + held, pitch) for onset, pitch, held in notes)
    voices: list[list[Chord]] = []
    for (onset, end), group in groupby(spans, key=lambda span: span[:2]):
        chord = (onset, end, [pitch for *_, pitch in group])
        free = (voice for voice in voices if voice[-1][1] <= onset)
        if (voice := next(free, None)) is None:
            voices.append(voice := [])
        voice.append(chord)
    return voices or [[]]


def _staff(name: str, notes: list[Note], length: int, steps_per_quarter: int):
    """Return one hand as a music21 staff of whole bars."""
    from music21 import clef, instrument, meter, stream

    staff = stream.PartStaff(id=name)
    staff.partName = "Piano"
    bar = QUARTERS_PER_BAR * steps_per_quarter
    voices = voices_of(notes)
    for number, start in enumerate(range(0, max(length, 1), bar), start=1):
        measure = stream.Measure(number=number)
        if number == 1:
            low = name == "Left hand"
            measure.append(clef.BassClef() if low else clef.TrebleClef())
            measure.append(meter.TimeSignature(f"{QUARTERS_PER_BAR}/4"))
            staff.insert(0, instrument.Piano())
        for rank, voice in enumerate(voices):
            end = start + bar
            sounding = [chord for chord in voice if chord[0] < end and chord[1] > start]
            if sounding or rank == 0:
                signs = _voice(rank, sounding, start, end, steps_per_quarter)
                measure.insert(0, signs)
        staff.append(measure)
        _show_accidentals(measure)
    with redirect_stderr(StringIO()):  # it warns of its own beams that it then mends
        staff.makeBeams(inPlace=True)
    return staff


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


def _voice(
    rank: int, chords: list[Chord], start: int, end: int, steps_per_quarter: int
):
    """Return a music21 voice of notes, ties and rests that fill a bar.

    Rests are shown in the first voice alone, where they tell the time.
    """
    from music21 import note, stream

    voice, now = stream.Voice(id=str(rank + 1)), start
    for onset, release, pitches in [*chords, (end, end, [])]:
        first, last = max(onset, start), min(release, end)
        for length in writable(now, first, steps_per_quarter):
            voice.append(note.Rest(quarterLength=length))
            voice[-1].style.hideObjectOnPrint = rank > 0
        lengths = writable(first, last, steps_per_quarter)
        voice.append(_tied(pitches, lengths, onset < start, release > end))
        now = last
    return voice


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
    spelt = []
    for steps in (cut - start, end - cut):
        length = Fraction(steps, steps_per_quarter)
        for sign in _signs(steps_per_quarter):
            times, length = divmod(length, sign)
            spelt += times * [sign]
    return spelt


def _signs(steps_per_quarter: int) -> list[Fraction]:
    """Return the lengths in quarters that one note sign can have, longest first."""
    halves = steps_per_quarter & (steps_per_quarter - 1) == 0
    signs = {Fraction(4), Fraction(3), Fraction(2), Fraction(1)}
    unit = Fraction(1, steps_per_quarter)
    while unit < 1:
        signs |= {unit, 3 * unit} if halves and 3 * unit < 1 else {unit}
        unit *= 2
    return sorted(signs, reverse=True)
