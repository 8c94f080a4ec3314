import os
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from support import zoo
from support.rolls import roll_of_notes
from symusic import Note, Score, Track

from deepmusician.music import (
    KEYS,
    MusicFileError,
    PianoRoll,
    midi_events,
    note_name,
    read_midi,
)

planes = st.integers(0, 40).flatmap(
    lambda steps: arrays.arrays(bool, (steps, KEYS), fill=st.just(False))
)


@pytest.fixture
def midi_file(tmp_path):
    def write(*tracks: bytes, division: int = 96) -> str:
        path = tmp_path / "piece.mid"
        head = zoo.header(tracks=len(tracks), division=division)
        path.write_bytes(head + b"".join(map(zoo.track, tracks)))
        return str(path)

    return write


def note(pitch: int, held: int, after: int = 0) -> bytes:
    return b"".join(
        [
            zoo.wait(after),
            bytes([0x90, pitch, 80]),
            zoo.wait(held),
            bytes([0x80, pitch, 0]),
        ]
    )


def test_a_note_reads_in_quarters(midi_file):
    notes = read_midi(midi_file(note(60, held=144, after=96)))
    assert notes.onsets.tolist() == [1.0]
    assert notes.durations.tolist() == [1.5]
    assert notes.pitches.tolist() == [60]


def test_the_first_tempo_counts(midi_file):
    tempo = b"\x00\xff\x51\x03" + (750_000).to_bytes(3, "big")
    assert read_midi(midi_file(tempo + note(60, 96))).tempo == 80.0


def test_drums_are_dropped_and_counted(midi_file):
    roll = PianoRoll.from_midi(midi_file(zoo.NOTE, zoo.STROKE + zoo.STROKE))
    assert roll.notes() == [(0, 60, 4)]
    assert roll.reading.dropped["drums"] == 2


def test_pitches_off_the_piano_are_dropped_and_counted(midi_file):
    events = note(20, 96) + note(21, 96) + note(108, 96) + note(109, 96)
    roll = PianoRoll.from_midi(midi_file(events))
    assert [pitch for _, pitch, _ in roll.notes()] == [21, 108]
    assert roll.reading.dropped["out of range"] == 2


def test_notes_without_length_are_dropped_and_counted(midi_file):
    roll = PianoRoll.from_midi(midi_file(note(64, 0) + note(60, 96)))
    assert roll.notes() == [(0, 60, 4)]
    assert roll.reading.dropped["grace"] == 1


def test_the_sustain_pedal_is_ignored(midi_file):
    pedal = b"\x00\xb0\x40\x7f"
    roll = PianoRoll.from_midi(midi_file(pedal + note(60, 96) + note(62, 96)))
    assert roll.notes() == [(0, 60, 4), (4, 62, 4)]


def test_all_tracks_go_to_one_piano_and_unisons_collapse(midi_file):
    roll = PianoRoll.from_midi(midi_file(note(60, 96), note(60, 192)))
    assert roll.notes() == [(0, 60, 8)]
    assert roll.reading.dropped["unison"] == 1


def test_the_quantisation_error_is_reported_in_quarters(midi_file):
    roll = PianoRoll.from_midi(midi_file(note(60, 96), note(64, 84, after=12)))
    assert roll.notes() == [(0, 60, 4), (1, 64, 3)]
    assert roll.reading.largest_error == pytest.approx(1 / 8)
    assert roll.reading.mean_error == pytest.approx(1 / 16)


@given(
    plane=planes,
    hold=st.integers(1, 9),
    steps_per_quarter=st.integers(1, 48),
    tempo=st.floats(4, 1000),
)
@settings(max_examples=60)
def test_roll_to_midi_to_roll_is_the_identity(
    tmp_path_factory, plane, hold, steps_per_quarter, tempo
):
    plane = np.vstack([plane, np.eye(1, KEYS, 39, dtype=bool)])  # at least one note
    roll = PianoRoll.from_plane(plane, "onsets", hold, steps_per_quarter, tempo)
    path = roll.to_midi(tmp_path_factory.mktemp("identity") / "roll.mid")
    assert PianoRoll.from_midi(path, steps_per_quarter) == roll


@given(steps=st.lists(st.integers(0, 30), min_size=1), rest=st.integers(0, 40))
@settings(max_examples=30)
def test_midi_to_roll_to_midi_keeps_every_note(tmp_path_factory, steps, rest):
    plane = np.zeros((max(steps) + 1 + rest, KEYS), bool)
    plane[steps, 39] = True
    folder = tmp_path_factory.mktemp("again")
    first = PianoRoll.from_plane(plane).to_midi(folder / "first.mid")
    second = PianoRoll.from_midi(first).to_midi(folder / "second.mid")
    assert second.read_bytes() == first.read_bytes()


def test_repeated_and_held_notes_stay_apart_in_midi(tmp_path):
    sounding = np.zeros((8, KEYS), bool)
    sounding[:, 39] = True
    held = PianoRoll.from_plane(sounding, "sounding")
    onsets = held.onsets.copy()
    onsets[4, 39] = True
    repeated = PianoRoll(onsets, sounding)
    for roll in (held, repeated):
        assert PianoRoll.from_midi(roll.to_midi(tmp_path / "x.mid")) == roll
    assert held != repeated


def test_every_broken_file_gives_its_name_its_cause_and_a_remedy(broken_files):
    for path, cause in broken_files.items():
        with pytest.raises(MusicFileError) as caught:
            PianoRoll.from_file(path)
        assert str(caught.value).startswith(f"{path}: "), path
        assert cause in caught.value.cause, path
        assert caught.value.remedy, path
        assert "\n" not in str(caught.value), path


def test_an_unreadable_file_says_why(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(MusicFileError, match=r"cannot be read \(Permission denied\)"):
        PianoRoll.from_midi(tmp_path / "x.mid")


def test_a_huge_tick_is_refused_before_memory_is_taken(tmp_path, monkeypatch):
    path = tmp_path / "huge.mid"
    path.write_bytes(zoo.BROKEN_BYTES["huge-tick"][0])
    monkeypatch.setattr(
        "deepmusician.music.grid._planes", lambda *_: pytest.fail("allocated")
    )
    with pytest.raises(MusicFileError, match="268,435,551 quarters"):
        PianoRoll.from_midi(path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.mid"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        PianoRoll.from_plane(np.eye(4, KEYS, dtype=bool)).to_midi(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@given(st.data())
@settings(max_examples=150)
def test_random_damage_is_read_or_refused_and_nothing_else(tmp_path_factory, data):
    content = bytearray(zoo.header() + zoo.track(zoo.NOTE * 4))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damage") / "x.mid"
    path.write_bytes(content)
    with suppress(MusicFileError):
        assert PianoRoll.from_midi(path).onsets.any()


def test_velocities_come_from_the_midi_file(tmp_path):
    score, piano = Score(480), Track(program=0)
    for tick, velocity in ((0, 30), (480, 110)):
        piano.notes.append(Note(tick, 480, 60, velocity))
    score.tracks.append(piano)
    (tmp_path / "piece.mid").write_bytes(score.dumps_midi())
    assert read_midi(tmp_path / "piece.mid").velocities.tolist() == [30, 110]


def test_a_key_struck_again_is_released_first(tmp_path):
    roll = roll_of_notes((0, 0.25, 60), (0.25, 0.25, 60))
    events = midi_events(roll.to_midi(tmp_path / "twice.mid"))
    assert [tuple(event) for event in events] == [
        (0.0, "note on", 60, "C4", 80),
        (0.25, "note off", 60, "C4", 0),
        (0.25, "note on", 60, "C4", 80),
        (0.5, "note off", 60, "C4", 0),
    ]


def test_events_of_what_is_no_midi_file_are_an_error(tmp_path):
    (tmp_path / "noise.mid").write_bytes(b"noise")
    with pytest.raises(MusicFileError, match=r"noise\.mid"):
        midi_events(tmp_path / "noise.mid")


@pytest.mark.parametrize(
    ("pitch", "name"), [(21, "A0"), (60, "C4"), (61, "C♯4"), (108, "C8")]
)
def test_pitches_have_the_names_of_a_pianos_keys(pitch, name):
    assert note_name(pitch) == name
