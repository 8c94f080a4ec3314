"""Counted lengths: a distribution over lengths, fitted, scored and drawn from."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rolls import plane_of

from deepmusician.baselines import CountedLengths
from deepmusician.music import PianoRoll


def voices(steps: int = 400, seed: int = 0) -> PianoRoll:
    """Two voices that hold each note until their own next one, mostly."""
    generator = np.random.default_rng(seed)
    onsets = np.zeros((steps, 88), bool)
    sounding = np.zeros((steps, 88), bool)
    for middle in (30, 60):
        at = 0
        while at < steps:
            key = middle + int(generator.integers(-3, 4))
            length = int(generator.choice([2, 4, 4, 8]))
            onsets[at, key] = True
            sounding[at : at + length, key] = True
            at += length
    return PianoRoll(onsets, sounding)


@pytest.fixture(scope="module")
def counted() -> CountedLengths:
    return CountedLengths().fit([voices(seed=seed) for seed in range(4)])


def test_all_lengths_of_the_same_onsets_have_probabilities_that_add_up_to_one():
    counted = CountedLengths().fit([voices(24)])
    onsets = plane_of(4, (0, 30), (0, 60), (2, 31))
    held = [*itertools.product((0, 1), repeat=8)]
    rolls = {}
    for bits in held:
        sounding = onsets.copy()
        sounding[1:, 30] = np.logical_and.accumulate(bits[:3])
        sounding[1:, 60] = np.logical_and.accumulate(bits[3:6])
        sounding[3, 31] = bits[6]
        rolls[sounding.tobytes()] = PianoRoll(onsets, sounding)
    logs = [counted.log_probabilities(roll).sum() for roll in rolls.values()]
    assert len(rolls) == 4 * 4 * 2
    assert np.exp(logs).sum() == pytest.approx(1, abs=1e-12)
    assert max(logs) < -0.01


def test_no_step_before_a_hold_or_a_release_costs_anything(counted):
    roll = PianoRoll.from_plane(plane_of(6, (2, 30)), hold=2)
    nats = -counted.log_probabilities(roll)
    assert (nats[:3] == 0).all()
    assert (nats[3:5] > 0).all()
    assert nats[5] == 0


def test_the_model_learns_what_voices_do(counted):
    guess = CountedLengths().fit([voices(30)])
    unseen = voices(seed=9)
    nats = [-each.log_probabilities(unseen).mean() for each in (guess, counted)]
    assert nats[1] < nats[0]


def test_drawn_lengths_keep_the_onsets_and_are_distributed_as_in_training(counted):
    unseen = [voices(2000, seed) for seed in (7, 8)]
    drawn = [counted.lengthen(roll, seed) for seed, roll in enumerate(unseen)]
    means = []
    for rolls in (unseen, drawn):
        lengths = [held for roll in rolls for _, _, held in roll.notes()]
        means.append(np.mean(lengths))
    assert all(
        np.array_equal(one.onsets, two.onsets)
        for one, two in zip(unseen, drawn, strict=True)
    )
    assert means[1] == pytest.approx(means[0], rel=0.1)
    again = counted.lengthen(unseen[1], 1)
    assert np.array_equal(again.sounding, drawn[1].sounding)


@settings(max_examples=25)
@given(st.integers(0, 1000))
def test_what_is_drawn_is_scored_as_it_was_drawn(seed):
    """The features seen in drawing are those seen in scoring."""
    counted = CountedLengths().fit([voices(200)])
    seen = []
    counted._probability = lambda answers: seen.append(answers) or 0.7
    roll = counted.lengthen(voices(24, seed), seed)
    drawn, seen[:] = list(seen), []
    counted.log_probabilities(roll)
    assert seen == drawn


def test_rolls_without_a_hold_and_mixed_grids_are_refused():
    short = PianoRoll.from_plane(plane_of(4, (0, 30)), hold=1)
    with pytest.raises(ValueError, match="lengths are counted from"):
        CountedLengths().fit([PianoRoll.from_plane(plane_of(1, (0, 30)))])
    with pytest.raises(ValueError, match="steps per quarter"):
        CountedLengths().fit(
            [voices(20), PianoRoll.from_plane(plane_of(4, (0, 3)), steps_per_quarter=2)]
        )
    counted = CountedLengths().fit([short])
    other = PianoRoll.from_plane(plane_of(4, (0, 3)), steps_per_quarter=2)
    with pytest.raises(ValueError, match="another grid"):
        counted.log_probabilities(other)
