"""Measures of lengths: exact on small rolls, undefined on silent ones."""

import math

import numpy as np
import pytest
from support.rolls import plane_of, roll_of_notes

from deepmusician.evaluation import LENGTH_MEASURES, length_shares, music_measures
from deepmusician.evaluation.length_metrics import (
    held_share,
    legato_share,
    length_entropy,
    mean_length,
    onset_interval,
)
from deepmusician.music import PianoRoll

# A half note below a quarter and an eighth; then, after an eighth of rest, a quarter.
ROLL = roll_of_notes((0, 2, 48), (0, 1, 60), (1, 0.5, 62), (2.5, 1, 64))


def test_lengths_are_those_of_the_notes():
    assert mean_length(ROLL) == pytest.approx((2 + 1 + 0.5 + 1) / 4)
    assert length_shares([ROLL, ROLL]) == {2: 0.25, 4: 0.5, 8: 0.25}
    assert length_entropy(ROLL) == pytest.approx(1.5)


def test_onsets_are_a_quarter_and_a_half_and_more_apart():
    assert onset_interval(ROLL) == pytest.approx((1 + 1.5) / 2)
    assert math.isnan(onset_interval(roll_of_notes((0, 1, 60))))


def test_notes_are_legato_that_end_where_another_begins():
    # Of the three that end before the roll, the first quarter ends with an onset.
    assert legato_share(ROLL) == pytest.approx(1 / 3)


def test_keys_are_held_over_the_onsets_of_others():
    assert held_share(ROLL) == pytest.approx(1 / 3)  # at quarter 1, not at 0 and 2.5


def test_one_grid_twice_as_fine_changes_no_measure_in_quarters():
    fine = roll_of_notes(
        (0, 2, 48), (0, 1, 60), (1, 0.5, 62), (2.5, 1, 64), steps_per_quarter=8
    )
    measures = music_measures(fine, LENGTH_MEASURES)
    assert measures == pytest.approx(music_measures(ROLL, LENGTH_MEASURES))


@pytest.mark.parametrize("measure", LENGTH_MEASURES.values())
def test_silence_has_no_lengths(measure):
    for steps in (0, 8):
        silence = PianoRoll.from_plane(plane_of(steps))
        assert math.isnan(measure(silence))
    assert length_shares([silence]) == {}


def test_music_with_every_note_a_quarter_has_one_length():
    onsets = np.zeros((32, 88), bool)
    onsets[::4, 40] = True
    measures = music_measures(PianoRoll.from_plane(onsets), LENGTH_MEASURES)
    assert measures["mean length"] == 1
    assert measures["length entropy"] == 0
