import numpy as np
import pytest
from music21 import chord, harmony, instrument, note, percussion, stream, tie
from music21 import tempo as tempi

from deepmusician.music import KEYS, MusicFileError, PianoRoll
from deepmusician.music.score_files import notes_of_stream


def tied(pitch, kind, quarters=1.0):
    """Return a note that is tied: to the next, the one before, or both."""
    element = note.Note(pitch, quarterLength=quarters)
    element.tie = tie.Tie(kind)
    return element


def part_of(*elements):
    """Return a part of elements one after the other."""
    part = stream.Part()
    part.append(list(elements))
    return part


def notes_in(*parts):
    """Return the notes (step, pitch, steps) of a score of these parts."""
    return PianoRoll.from_stream(stream.Score(list(parts))).notes()


def test_tied_notes_are_one_onset():
    chain = tied("C4", "start"), tied("C4", "continue"), tied("C4", "stop")
    assert notes_in(part_of(*chain)) == [(0, 60, 12)]


def test_a_note_after_a_tie_has_its_own_onset():
    part = part_of(tied("C4", "start"), tied("C4", "stop"), note.Note("C4"))
    assert notes_in(part) == [(0, 60, 8), (8, 60, 4)]


def test_a_tie_from_nowhere_is_an_onset():
    assert notes_in(part_of(note.Rest(), tied("C4", "stop"))) == [(4, 60, 4)]


def test_in_a_chord_each_note_has_its_own_tie():
    first, second = chord.Chord(["C4", "E4"]), chord.Chord(["C4", "E4"])
    first.notes[0].tie, second.notes[0].tie = tie.Tie("start"), tie.Tie("stop")
    assert notes_in(part_of(first, second)) == [(0, 60, 8), (0, 64, 4), (4, 64, 4)]


def test_ties_of_two_parts_do_not_mix():
    low = part_of(tied("C4", "start"), note.Note("D4"))
    high = part_of(note.Note("C4"), tied("C4", "stop"))
    assert notes_in(low, part_of(note.Rest(), note.Note("C4"))) == [
        (0, 60, 4),
        (4, 60, 4),
        (4, 62, 4),
    ]
    assert notes_in(high) == [(0, 60, 8)]


def test_grace_notes_are_dropped_and_counted():
    part = part_of(note.Note("D5").getGrace(), note.Note("C5"))
    roll = PianoRoll.from_stream(part)
    assert roll.notes() == [(0, 72, 4)]
    assert roll.reading.dropped["grace"] == 1


def test_a_fermata_changes_no_length():
    from music21 import expressions

    held = note.Note("C4", quarterLength=2)
    held.expressions.append(expressions.Fermata())
    assert notes_in(part_of(held, note.Note("D4"))) == [(0, 60, 8), (8, 62, 4)]


def test_percussion_and_chord_symbols_are_dropped_and_counted():
    strokes = part_of(note.Unpitched(), percussion.PercussionChord([note.Unpitched()]))
    tune = part_of(harmony.ChordSymbol("Am"), note.Note("C4"))
    notes = notes_of_stream(stream.Score([strokes, tune]))
    assert notes.pitches.tolist() == [60]
    assert notes.dropped == {"drums": 2, "chord symbol": 1}


def test_transposing_instruments_sound_at_concert_pitch():
    part = part_of(note.Note("D4"))
    part.insert(0, instrument.Clarinet())
    part.atSoundingPitch = False
    assert notes_in(part) == [(0, 60, 4)]


def test_the_first_tempo_counts_in_quarters():
    part = part_of(note.Note("C4"))
    part.insert(0, tempi.MetronomeMark(number=60, referent=note.Note(type="half")))
    part.insert(0.5, tempi.MetronomeMark(number=90))
    assert PianoRoll.from_stream(part).tempo == 120.0
    assert PianoRoll.from_stream(part_of(note.Note("C4"))).tempo == 100.0


def test_voices_go_to_one_roll():
    bar = stream.Measure([stream.Voice(id="1"), stream.Voice(id="2")])
    bar.voices[0].append(note.Note("C5", quarterLength=2))
    bar.voices[1].append([note.Note("E4"), note.Note("C5")])
    assert notes_in(stream.Part([bar])) == [(0, 64, 4), (0, 72, 4), (4, 72, 4)]


def test_kern_repeats_are_played_once(tmp_path):
    path = tmp_path / "tune.krn"
    path.write_text("**kern\n*M2/4\n=1\n4c\n4d\n=:|!\n[4e\n4e]\n==\n*-\n")
    roll = PianoRoll.from_file(path)
    assert roll.notes() == [(0, 60, 4), (4, 62, 4), (8, 64, 8)]
    assert roll.name == "tune"


def test_abc_files_are_read(tmp_path):
    path = tmp_path / "tune.abc"
    path.write_text('X:1\nT:Tune\nM:4/4\nL:1/4\nK:C\n"C"C2 E-E |]\n')
    roll = PianoRoll.from_file(path)
    assert roll.notes() == [(0, 60, 8), (8, 64, 8)]
    assert roll.reading.dropped["chord symbol"] == 1


def test_compressed_musicxml_is_read(tmp_path):
    score = PianoRoll.from_plane(np.eye(16, KEYS, 39, dtype=bool)).to_stream()
    path = score.write("mxl", tmp_path / "x.mxl")
    assert PianoRoll.from_file(path) == PianoRoll.from_stream(score)


@pytest.mark.parametrize("suffix", [".krn", ".xml", ".musicxml", ".mxl", ".abc"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe broken", b"PK\x03\x04"])
def test_a_broken_score_is_refused_in_one_line(tmp_path, suffix, content):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(content)
    with pytest.raises(MusicFileError) as caught:
        PianoRoll.from_file(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
