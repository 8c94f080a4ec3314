import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rolls import notes_in_quarters, roll_of_notes


def test_times_snap_to_the_nearest_step_and_halves_go_up():
    roll = roll_of_notes(
        (0, 0.25, 60), (0.1, 0.25, 62), (0.125, 0.25, 64), (0.2, 0.25, 65)
    )
    assert roll.notes() == [(0, 60, 1), (0, 62, 1), (1, 64, 1), (1, 65, 1)]
    assert roll.reading.largest_error == pytest.approx(0.125)
    assert roll.reading.mean_error == pytest.approx((0.1 + 0.125 + 0.05) / 4)


def test_a_note_shorter_than_a_step_is_held_for_one():
    roll = roll_of_notes((0, 0.01, 60))
    assert roll.notes() == [(0, 60, 1)]


def test_unisons_collapse_into_the_longer_note_and_are_counted():
    roll = roll_of_notes((0, 1, 60), (0, 2, 60))
    assert roll.notes() == [(0, 60, 8)]
    assert roll.reading.dropped["unison"] == 1
    assert roll.reading.dropped["same step"] == 0


def test_onsets_that_the_grid_cannot_tell_apart_are_counted():
    roll = roll_of_notes((0, 0.05, 60), (0.06, 0.2, 60))
    assert roll.notes() == [(0, 60, 1)]
    assert roll.reading.dropped["same step"] == 1


def test_every_cause_is_reported_even_at_zero():
    causes = {"drums", "grace", "out of range", "same step", "unison"}
    assert roll_of_notes((0, 1, 60)).reading.dropped == dict.fromkeys(causes, 0)


def test_notes_before_the_beginning_are_refused():
    with pytest.raises(ValueError, match="before its beginning"):
        roll_of_notes((-1, 1, 60))


@given(notes_in_quarters, st.sampled_from([1, 2, 3, 4, 12, 24]))
@settings(max_examples=60)
def test_no_onset_moves_by_more_than_half_a_step(notes, steps_per_quarter):
    roll = roll_of_notes(*notes, steps_per_quarter=steps_per_quarter)
    assert roll.reading.largest_error <= 0.5 / steps_per_quarter + 1e-6
    assert roll.reading.mean_error <= roll.reading.largest_error + 1e-12


@given(notes_in_quarters)
@settings(max_examples=60)
def test_a_rolls_notes_make_the_same_roll(notes):
    roll = roll_of_notes(*notes)
    again = roll_of_notes(
        *((on / 4, held / 4, pitch) for on, pitch, held in roll.notes())
    )
    assert again == roll
