"""All baselines alike: proper distributions that compose what they claim."""

import math

import numpy as np
import pytest
from support.baseline_rolls import EVERY_STEP, little_rolls, real_rolls

from deepmusician.baselines import (
    BeatUnigram,
    ChordMarkov,
    ConstantDensity,
    NoteUnigram,
    Silence,
    StepMarkov,
    fit_baselines,
)
from deepmusician.baselines.independent import RepeatBar
from deepmusician.baselines.markov import BASELINES
from deepmusician.music import PianoRoll

PROPER = [ConstantDensity, NoteUnigram, BeatUnigram, RepeatBar, StepMarkov, ChordMarkov]


@pytest.mark.parametrize("kind", PROPER)
def test_the_probabilities_of_all_next_steps_sum_to_one(kind):
    baseline = kind().fit(little_rolls())
    for seed in range(3):
        for length in (0, 1, 2, 3, 17, 20):
            past = little_rolls(seed=seed + 9)[0].onsets[:length]
            pieces = [np.concatenate([past, step[None]]) for step in EVERY_STEP]
            total = sum(math.exp(baseline.log_probabilities(p)[-1]) for p in pieces)
            assert total == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("kind", PROPER)
def test_the_probability_of_a_key_is_that_of_all_steps_that_hold_it(kind):
    baseline = kind().fit(little_rolls())
    past = little_rolls(seed=5)[0].onsets[:18]
    pieces = [np.concatenate([past, step[None]]) for step in EVERY_STEP]
    weights = [math.exp(baseline.log_probabilities(piece)[-1]) for piece in pieces]
    expected = np.array(weights) @ EVERY_STEP
    np.testing.assert_allclose(
        baseline.cell_probabilities(pieces[0])[-1], expected, atol=1e-12
    )


@pytest.mark.parametrize("kind", PROPER)
def test_even_all_88_keys_at_once_are_possible(kind):
    loud = PianoRoll.from_plane(np.ones((8, 88), bool), kind="sounding")
    assert np.isfinite(kind().fit(real_rolls()).nll([loud]))


def test_each_finer_baseline_predicts_chords_on_beats_better():
    train, held_out = real_rolls(30)[:25], real_rolls(30)[25:]
    kinds = (ConstantDensity, NoteUnigram, BeatUnigram, ChordMarkov)
    nlls = [kind().fit(train).nll(held_out) for kind in kinds]
    assert nlls == sorted(nlls, reverse=True)
    # three chords alike, and a passing note after one beat in four
    note = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    assert nlls[-1] == pytest.approx((math.log(3) + note) / 4, rel=0.05)


@pytest.mark.parametrize("kind", BASELINES)
def test_a_seed_fixes_the_piece_and_another_seed_changes_it(kind):
    baseline = kind().fit(real_rolls())
    first, again, other = (baseline.compose(150, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert (first == other) == (kind is Silence)
    assert (len(first), first.tempo, first.name) == (150, 80.0, baseline.label)
    assert baseline.compose(7, name="mine").name == "mine"


@pytest.mark.parametrize("kind", PROPER)
def test_a_long_piece_is_about_as_dense_as_the_rolls_it_was_fitted_on(kind):
    rolls = real_rolls(pieces=30)
    density = np.mean([roll.density() for roll in rolls])
    composed = kind().fit(rolls).compose(4000, seed=0)
    assert composed.density() == pytest.approx(density, rel=0.15)


def test_all_baselines_are_fitted_at_once_under_names_of_their_own():
    fitted = fit_baselines(real_rolls())
    assert [type(baseline) for baseline in fitted.values()] == list(BASELINES)
    assert list(fitted) == [kind.label for kind in BASELINES]
