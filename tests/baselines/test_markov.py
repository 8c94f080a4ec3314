"""Chains of steps: what they keep, count and trust."""

import math

import numpy as np
import pytest
from support.baseline_rolls import (
    EVERY_STEP,
    KEYS,
    LittleRoll,
    little_rolls,
    real_rolls,
)

from deepmusician.baselines import ChordMarkov, StepMarkov
from deepmusician.baselines.markov import decode, encode, held_out_split


def test_a_step_that_followed_is_likelier_than_one_that_never_did():
    alternating = np.tile(EVERY_STEP[[5, 0, 2, 0]], (30, 1))
    rolls = [LittleRoll(alternating)] * 6
    ln_p = StepMarkov().fit(rolls).log_probabilities(EVERY_STEP[[5, 0, 2, 0, 5, 0, 7]])
    assert ln_p[4] > math.log(0.9)
    assert ln_p[6] < math.log(0.1)


def test_the_last_sounding_step_is_kept_across_silence():
    codes = encode(EVERY_STEP[[5, 0, 0, 6, 0]])
    states = ChordMarkov().fit(little_rolls())._states(codes)
    assert [state[1] for state in states] == [0, 1, 2, 3, 0]
    assert [state[0] for state in states] == [b""] + [codes[0]] * 3 + [codes[3]]


def test_the_plain_chain_keeps_the_step_before_and_no_more():
    codes = encode(EVERY_STEP[[5, 0, 0, 6, 0]])
    states = StepMarkov().fit(little_rolls())._states(codes)
    assert [state[0] for state in states] == [b"", *codes[:-1]]


def test_chords_that_come_back_draw_more_trust_than_random_chords():
    regular = [LittleRoll(np.tile(EVERY_STEP[[5, 0, 2, 0]], (10, 1)))] * 10
    generator = np.random.default_rng(0)
    noise = [LittleRoll(generator.random((40, KEYS)) < 0.5) for _ in range(10)]
    trusting, wary = StepMarkov().fit(regular), StepMarkov().fit(noise)
    assert trusting.trust < 1 < wary.trust
    assert trusting.share.mean() > wary.share.mean()


@pytest.mark.parametrize(
    ("pieces", "held_out"), [(1, []), (2, [1]), (4, [3]), (5, [4]), (11, [4, 9])]
)
def test_weights_are_chosen_on_pieces_that_are_not_counted(pieces, held_out):
    names = [f"piece {n}" for n in range(pieces)]
    counted, chosen_on = held_out_split(names)
    assert chosen_on == [names[n] for n in held_out]
    assert sorted(counted + chosen_on) == sorted(names)


def test_one_piece_alone_and_one_step_alone_still_make_a_chain():
    alone = StepMarkov().fit([LittleRoll(EVERY_STEP[[5]])])
    pieces = [np.stack([EVERY_STEP[5], step]) for step in EVERY_STEP]
    total = sum(math.exp(alone.log_probabilities(p)[-1]) for p in pieces)
    assert total == pytest.approx(1.0)
    assert alone.draw(0, seed=0).shape == (0, KEYS)


def test_steps_survive_their_packing():
    cells = np.random.default_rng(0).random((7, 88)) < 0.5
    np.testing.assert_array_equal(decode(encode(cells), 88), cells)


def test_a_walk_takes_only_transitions_that_the_corpus_has():
    chain = StepMarkov().fit(real_rolls(30))
    walked = encode(chain.walk(500, seed=2).onsets)
    for state, code in zip(chain._states(walked), walked, strict=True):
        assert code in chain.transitions[state]
    assert chain.walk(500, seed=2) != chain.walk(500, seed=3)


def test_a_walk_out_of_a_dead_end_goes_on_with_a_step_played_at_that_position():
    only = EVERY_STEP[[5, 2]]
    chain = StepMarkov().count([only, only], steps_per_quarter=2)
    walked = encode(chain.draw(9, seed=0, smoothed=False))
    assert walked[:2] == encode(only)
    assert set(walked[::2]) == {walked[0]}
    assert set(walked[1::2]) == {walked[1]}
