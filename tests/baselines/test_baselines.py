"""Baselines: proper distributions, counted rightly, composing what they claim."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest

from deepmusician.baselines import (
    BeatUnigram,
    ChordMarkov,
    ConstantDensity,
    NoteUnigram,
    Silence,
    StepMarkov,
    fit_baselines,
    repeat_last_bar,
)
from deepmusician.baselines.independent import RepeatBar
from deepmusician.baselines.markov import BASELINES, decode, encode, held_out_split
from deepmusician.music import PianoRoll

PROPER = [ConstantDensity, NoteUnigram, BeatUnigram, RepeatBar, StepMarkov, ChordMarkov]
KEYS = 3
EVERY_STEP = np.array(list(itertools.product([False, True], repeat=KEYS)))


@dataclass
class LittleRoll:
    """A roll with any number of keys, so that all its steps can be enumerated."""

    onsets: np.ndarray
    steps_per_quarter: int = 4
    tempo: float = 90.0

    def plane(self, kind):
        return self.onsets

    def __len__(self):
        return len(self.onsets)


def little_rolls(seed=0, pieces=6, steps=40):
    """Return random pieces over three keys in which some steps come back."""
    generator = np.random.default_rng(seed)
    codes = generator.choice([0, 0, 0, 1, 5, 6], size=(pieces, steps))
    return [LittleRoll(EVERY_STEP[row]) for row in codes]


def real_rolls(pieces=6, steps=64):
    """Return pieces for 88 keys: a chord on each beat, now and then a passing note."""
    generator = np.random.default_rng(1)
    rolls = []
    for _ in range(pieces):
        plane = np.zeros((steps, 88), bool)
        for step in range(0, steps, 4):
            plane[step, generator.choice([[30, 37], [32, 39], [35, 42]])] = True
        plane[2::8, 44] = generator.random(len(plane[2::8])) < 0.5
        rolls.append(PianoRoll.from_plane(plane, tempo=80.0))
    return rolls


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


def test_each_finer_baseline_predicts_chords_on_beats_better():
    train, held_out = real_rolls(30)[:25], real_rolls(30)[25:]
    kinds = (ConstantDensity, NoteUnigram, BeatUnigram, ChordMarkov)
    nlls = [kind().fit(train).nll(held_out) for kind in kinds]
    assert nlls == sorted(nlls, reverse=True)
    # three chords alike, and a passing note after one beat in four
    note = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)
    assert nlls[-1] == pytest.approx((math.log(3) + note) / 4, rel=0.05)


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


def test_all_baselines_are_fitted_at_once_under_names_of_their_own():
    fitted = fit_baselines(real_rolls())
    assert [type(baseline) for baseline in fitted.values()] == list(BASELINES)
    assert list(fitted) == [kind.label for kind in BASELINES]
