import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rolls import notes_in_quarters, plane_of, roll_of_notes

from deepmusician.music import (
    MusicFileError,
    PianoRoll,
    grid_distances,
    possible_cells,
)

C4 = 39  # key of middle C, MIDI 60


def test_a_note_has_one_onset_and_is_held():
    roll = roll_of_notes((0.5, 0.75, 60))
    assert np.array_equal(roll.onsets, plane_of(5, (2, C4)))
    assert np.array_equal(roll.sounding, plane_of(5, (2, C4), (3, C4), (4, C4)))


def test_key_0_is_a0_and_key_87_is_c8():
    roll = roll_of_notes((0, 1, 21), (0, 1, 108))
    assert np.flatnonzero(roll.onsets[0]).tolist() == [0, 87]


def test_a_held_key_may_be_struck_again():
    roll = roll_of_notes((0, 2, 60), (1, 1, 60))
    assert roll.notes() == [(0, 60, 4), (4, 60, 4)]


def test_planes_that_contradict_each_other_are_refused():
    empty, one = plane_of(2), plane_of(2, (1, C4))
    with pytest.raises(ValueError, match="has an onset and does not sound"):
        PianoRoll(one, empty)
    with pytest.raises(ValueError, match="sounds without an onset"):
        PianoRoll(empty, one)
    with pytest.raises(ValueError, match="planes differ"):
        PianoRoll(empty, plane_of(3))


@pytest.mark.parametrize("shape", [(4, 128), (4,), (2, 4, 88)])
def test_a_plane_has_88_keys(shape):
    with pytest.raises(ValueError, match=r"\(steps, 88\)"):
        PianoRoll.from_plane(np.zeros(shape))


@pytest.mark.parametrize("steps_per_quarter", [0, -4, 481, 2.5, 4.0])
def test_an_impossible_grid_is_refused(steps_per_quarter):
    with pytest.raises(ValueError, match="from 1 to 480"):
        PianoRoll.from_plane(plane_of(4), steps_per_quarter=steps_per_quarter)
    with pytest.raises(ValueError, match="from 1 to 480"):
        roll_of_notes((0, 1, 60), steps_per_quarter=steps_per_quarter)


@pytest.mark.parametrize("tempo", [0, -1, 1e6, float("nan"), float("inf")])
def test_an_impossible_tempo_is_refused(tempo):
    with pytest.raises(ValueError, match="tempo"):
        PianoRoll.from_plane(plane_of(4), tempo=tempo)


def test_the_planes_cannot_be_changed():
    roll, source = roll_of_notes((0, 1, 60)), plane_of(4, (0, C4))
    with pytest.raises(ValueError, match="read-only"):
        roll.onsets[0, 0] = True
    copied = PianoRoll.from_plane(source)
    source[:] = False
    assert copied.onsets[0, C4]


def test_notes_are_held_for_a_quarter_or_until_struck_again():
    onsets = plane_of(8, (0, C4), (2, C4), (7, 0))
    notes = PianoRoll.from_plane(onsets, "onsets").notes()
    assert notes == [(0, 60, 2), (2, 60, 4), (7, 21, 1)]
    notes = PianoRoll.from_plane(onsets, "onsets", hold=1).notes()
    assert notes == [(0, 60, 1), (2, 60, 1), (7, 21, 1)]


def test_a_sounding_plane_has_onsets_where_keys_begin_to_sound():
    sounding = plane_of(6, (0, C4), (1, C4), (3, C4), (3, 0))
    roll = PianoRoll.from_plane(sounding, "sounding")
    assert roll.notes() == [(0, 60, 2), (3, 21, 1), (3, 60, 1)]


def test_a_plane_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="'onsets', 'sounding'"):
        PianoRoll.from_plane(plane_of(4), "offsets")
    with pytest.raises(ValueError, match="at least 1 step"):
        PianoRoll.from_plane(plane_of(4), hold=0)


def test_a_slice_strikes_again_what_is_held_across_the_cut():
    roll = roll_of_notes((0, 1, 60), (0.5, 1, 64))
    assert roll[1:3].notes() == [(0, 60, 2), (1, 64, 1)]
    assert roll[3:].notes() == [(0, 60, 1), (0, 64, 3)]
    assert len(roll[2:2]) == 0
    assert roll[:] == roll


def test_a_roll_is_cut_by_slices_in_order_alone():
    roll = roll_of_notes((0, 1, 60))
    for wrong in (3, slice(None, None, 2), slice(None, None, -1)):
        with pytest.raises(TypeError, match=r"roll\[16:32\]"):
            roll[wrong]


def test_transposing_moves_all_keys_and_stops_at_the_keyboards_ends():
    roll = roll_of_notes((0, 1, 60), (1, 1, 108), name="piece")
    assert roll.transpose(-12).notes() == [(0, 48, 4), (4, 96, 4)]
    assert roll.fits(-39)
    assert not roll.fits(-40)
    assert not roll.fits(1)
    with pytest.raises(ValueError, match="piece leaves the piano's 88 keys"):
        roll.transpose(1)


@given(notes_in_quarters, st.integers(-30, 30))
@settings(max_examples=40)
def test_transposing_there_and_back_changes_nothing(notes, semitones):
    roll = roll_of_notes(*notes)
    if roll.fits(semitones):
        assert roll.transpose(semitones).transpose(-semitones) == roll


def test_density_and_silence_count_steps_on_either_plane():
    roll = PianoRoll.from_plane(plane_of(8, (0, C4), (0, 0), (4, C4)), hold=2)
    assert roll.density() == 3 / 8
    assert roll.density("sounding") == 6 / 8
    assert roll.silent_share() == 6 / 8
    assert roll.silent_share("sounding") == 4 / 8


def test_a_roll_without_steps_is_silent():
    roll = PianoRoll.from_plane(plane_of(0))
    assert (len(roll), roll.density(), roll.silent_share()) == (0, 0.0, 1.0)
    assert roll.notes() == []


def test_rolls_are_equal_by_their_music():
    roll = roll_of_notes((0, 1, 60), name="a")
    assert roll == roll_of_notes((0, 1, 60), name="b")
    assert roll != roll_of_notes((0, 2, 60))
    assert roll != roll_of_notes((0, 1, 60), steps_per_quarter=2)
    assert roll != PianoRoll(roll.onsets, roll.sounding, tempo=120.0)
    assert roll != "a roll"


def test_a_roll_says_what_it_is():
    roll = roll_of_notes((0, 2, 60), name="piece")
    expected = "PianoRoll('piece', 8 steps, 4 per quarter, 0.12 notes per step)"
    assert repr(roll) == expected


def test_saving_chooses_the_format_by_the_suffix(tmp_path):
    roll = roll_of_notes((0, 4, 60))
    for name in ("x.mid", "x.midi", "x.MID", "x.musicxml", "x.xml"):
        assert PianoRoll.from_file(roll.save(tmp_path / name)) == roll
    with pytest.raises(ValueError, match=r"saved as \.mid"):
        roll.save(tmp_path / "x.mp3")


def test_a_file_of_no_known_kind_is_refused(tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF")
    with pytest.raises(MusicFileError, match="no known kind"):
        PianoRoll.from_file(path)


def test_a_rolls_name_is_its_files(tmp_path):
    assert (
        PianoRoll.from_midi(
            roll_of_notes((0, 1, 60)).to_midi(tmp_path / "air.mid")
        ).name
        == "air"
    )


def test_a_triplet_moves_by_a_twelfth_of_a_quarter():
    fine = roll_of_notes(
        *((third / 3, 0.25, 60) for third in range(3)), steps_per_quarter=48
    )
    assert grid_distances([fine], 4) == pytest.approx([0, -1 / 12, 1 / 12])
    assert grid_distances([fine], 12) == pytest.approx([0, 0, 0])


def test_half_a_step_goes_up_as_it_does_in_a_roll():
    fine = roll_of_notes((0.5, 0.25, 60), (1.5, 0.25, 62), steps_per_quarter=2)
    assert grid_distances([fine, fine], 1).tolist() == [0.5, 0.5, 0.5, 0.5]


@settings(max_examples=50)
@given(notes_in_quarters)
def test_the_cells_of_both_planes_lose_nothing(notes):
    roll = roll_of_notes(*notes)
    cells = roll.plane("both")
    again = PianoRoll.from_plane(cells, "both", tempo=roll.tempo)
    assert cells.shape == (len(roll), 176)
    assert again == roll
    assert cells.sum() == roll.sounding.sum()
    before = np.concatenate([np.zeros((1, 176), bool), cells[:-1]])
    assert (cells <= possible_cells(before, cells)).all()


def test_the_cells_of_a_key_are_its_onset_and_its_hold():
    roll = roll_of_notes((0, 0.5, 60), (0.5, 0.25, 60))  # two steps, then one
    onset, hold = roll.plane("both")[:, 2 * C4 : 2 * C4 + 2].T.tolist()
    assert onset == [True, False, True]
    assert hold == [False, True, False]


def test_a_hold_of_a_key_that_did_not_sound_is_refused():
    cells = np.zeros((2, 176), bool)
    cells[1, 2 * C4 + 1] = True
    with pytest.raises(ValueError, match="sounds without an onset"):
        PianoRoll.from_plane(cells, "both")


def test_what_is_possible_depends_on_the_step_before_and_on_the_onsets():
    before = np.array([1, 0, 0, 1, 0, 0, 0, 1])  # struck, held, silent, held
    cells = np.array([0, 0, 0, 0, 0, 0, 1, 0])  # the last is struck again
    assert possible_cells(before, cells).tolist() == [1, 1, 1, 1, 1, 0, 1, 0]


VOICES = [[72, 67, 64, 48], [72, 67, 64, 48], [-1, 65, 62, 50], [71, 65, 65, -1]]


def test_voices_sound_and_come_back_from_their_cells():
    roll = PianoRoll.from_voices(VOICES, name="four")
    assert sorted(roll.notes())[:4] == [
        (0, 48, 2),
        (0, 64, 2),
        (0, 67, 2),
        (0, 72, 2),
    ]
    again = PianoRoll.from_plane(roll.plane("voices"), "voices")
    assert again == roll
    assert again.voices.tolist() == VOICES
    assert roll.plane("voices").sum(axis=1).tolist() == [4, 4, 3, 3]


def test_voices_are_cut_and_moved_with_the_roll():
    roll = PianoRoll.from_voices(VOICES)
    assert roll[1:3].voices.tolist() == VOICES[1:3]
    moved = roll.transpose(2)
    assert moved.voices.tolist()[2] == [-1, 67, 64, 52]
    assert PianoRoll.from_voices(moved.voices) == moved


@pytest.mark.parametrize("voices", [[[60, 60, 60]], [[60, 60, 60, 200]]])
def test_what_is_no_four_voices_is_refused(voices):
    with pytest.raises(ValueError, match=r"voice|pitches"):
        PianoRoll.from_voices(voices)


def test_a_roll_without_voices_says_where_to_find_some():
    with pytest.raises(ValueError, match="jsb-sixteenths"):
        PianoRoll.from_plane(np.zeros((2, 88)), name="mine").plane("voices")
