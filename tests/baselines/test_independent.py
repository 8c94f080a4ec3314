"""Baselines whose keys are independent: counted rightly, or refused."""

import math

import numpy as np
import pytest
from support.baseline_rolls import KEYS, LittleRoll, little_rolls, real_rolls

from deepmusician.baselines import (
    BeatUnigram,
    ConstantDensity,
    NoteUnigram,
    Silence,
    repeat_last_bar,
)
from deepmusician.baselines.independent import RepeatBar
from deepmusician.music import PianoRoll


def test_nll_pools_steps_and_not_pieces():
    rolls = real_rolls()
    long, short = rolls[0], rolls[1][:16]
    baseline = NoteUnigram().fit(rolls)
    pooled = (64 * baseline.nll([long]) + 16 * baseline.nll([short])) / 80
    assert baseline.nll([long, short]) == pytest.approx(pooled)


def test_constant_density_costs_88_times_the_entropy_of_one_cell():
    rolls = real_rolls(pieces=40)
    share = sum(roll.onsets.sum() for roll in rolls) / sum(map(len, rolls)) / 88
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    nll = ConstantDensity().fit(rolls).nll(rolls)
    assert nll == pytest.approx(88 * entropy, rel=1e-6)


def test_note_frequencies_are_drawn_to_the_pooled_probability_by_one_count():
    cells = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 0]], bool)
    baseline = NoteUnigram().fit([LittleRoll(cells)])
    pooled = 4.5 / 10
    expected = (np.array([3, 1, 0]) + pooled) / 4
    np.testing.assert_allclose(baseline.probability, expected)


def test_a_rhythm_is_seen_by_position_and_not_without_it():
    beat = np.zeros((40, 3), bool)
    beat[::4, 1] = True
    blind, seeing = NoteUnigram().fit([LittleRoll(beat)]), BeatUnigram()
    seeing.fit([LittleRoll(beat)])
    assert blind.probability[1] == pytest.approx((10 + 10.5 / 121) / 41)
    on, off = (10 + 10.5 / 31) / 11, (0.5 / 31) / 11
    np.testing.assert_allclose(seeing.probability[:, 1], [on, off, off, off])


def test_a_literal_repetition_is_learnt_as_near_certainty():
    bar = np.random.default_rng(2).random((16, 3)) < 0.3
    piece = LittleRoll(np.tile(bar, (20, 1)))
    baseline = RepeatBar().fit([piece])
    assert (baseline.probability[1] > 0.95).all()
    assert (baseline.probability[0] < 0.08).all()
    assert baseline.nll([piece]) < NoteUnigram().fit([piece]).nll([piece]) / 2


def test_rare_keys_follow_the_other_keys_in_how_often_they_return():
    played_once = np.zeros((200, 3), bool)
    played_once[::16, 0] = True  # always comes back
    played_once[5, 1] = True  # came once and did not
    probability = RepeatBar().fit([LittleRoll(played_once)]).probability[1]
    assert probability[0] > probability[2] > probability[1] > 0.5


def test_the_bar_before_the_first_is_silence():
    baseline = RepeatBar().fit(little_rolls())
    first_bar = baseline.cell_probabilities(np.ones((16, KEYS), bool))
    np.testing.assert_array_equal(first_bar, np.tile(baseline.probability[0], (16, 1)))


def test_to_silence_a_note_is_impossible_and_silence_certain():
    silence = Silence().fit(real_rolls())
    assert silence.nll(real_rolls()) == math.inf
    assert silence.nll([PianoRoll.from_plane(np.zeros((9, 88), bool))]) == 0.0
    assert not silence.compose(32).onsets.any()


def test_the_sounding_plane_is_fitted_and_composed_as_such():
    held = np.zeros((64, 88), bool)
    held[:, 40] = np.arange(64) % 8 < 6
    roll = PianoRoll.from_plane(held, kind="sounding")
    baseline = NoteUnigram().fit([roll], plane="sounding")
    assert baseline.probability[40] == pytest.approx(48 / 64, rel=0.02)
    composed = baseline.compose(2000, seed=0)
    assert composed.sounding[:, 40].mean() == pytest.approx(0.75, abs=0.05)
    assert composed.onsets.sum() < composed.sounding.sum() / 2


def test_a_repeated_bar_returns_literally_and_held_notes_begin_anew():
    plane = np.zeros((20, 88), bool)
    plane[2, 30] = plane[9, 44] = True
    prime = PianoRoll.from_plane(plane, hold=6)
    longer = repeat_last_bar(prime, bars=2)
    assert len(longer) == 52
    assert longer[:20] == prime
    assert longer[20:36] == longer[36:52] == prime[4:20]
    with pytest.raises(ValueError, match="16 steps, the prime only 12"):
        repeat_last_bar(prime[:12], bars=1)


@pytest.mark.parametrize("rolls", [[], [PianoRoll.from_plane(np.zeros((0, 88), bool))]])
def test_fitting_and_measuring_on_nothing_is_refused(rolls):
    with pytest.raises(ValueError, match="needs rolls with steps"):
        NoteUnigram().fit(rolls)
    with pytest.raises(ValueError, match="needs rolls with steps"):
        NoteUnigram().fit(real_rolls()).nll(rolls)


def test_rolls_on_different_grids_are_refused():
    coarse = PianoRoll.from_plane(np.zeros((8, 88), bool), steps_per_quarter=2)
    with pytest.raises(ValueError, match=r"steps per quarter \[2, 4\]"):
        BeatUnigram().fit([*real_rolls(), coarse])
    with pytest.raises(ValueError, match="another grid"):
        BeatUnigram().fit(real_rolls()).nll([coarse])
