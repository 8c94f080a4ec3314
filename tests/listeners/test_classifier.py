"""The classifier: what it can tell apart, and how sure its number is."""

import numpy as np
import pytest

from deepmusician.listeners import classify_excerpts
from deepmusician.listeners.classifier import excerpts_of
from deepmusician.music import KEYS, PianoRoll


def pieces(count, share, seed, steps=96):
    """Random pieces of a given density."""
    generator = np.random.default_rng(seed)
    return [
        PianoRoll.from_plane(generator.random((steps, KEYS)) < share)
        for _ in range(count)
    ]


def test_excerpts_are_whole_and_do_not_overlap():
    (piece,) = pieces(1, 0.02, 0, steps=100)
    (cut,) = excerpts_of([piece], steps=32)
    assert [len(each) for each in cut] == [32, 32, 32]
    assert cut[2] == piece[64:96]
    assert excerpts_of([piece], steps=101) == []


def test_music_of_the_same_kind_cannot_be_told_apart():
    result = classify_excerpts(pieces(30, 0.02, 1), pieces(30, 0.02, 2), steps=32)
    assert result.low < 0.5 < result.high
    assert result.excerpts == 180


def test_music_of_another_density_is_told_apart_without_fail():
    result = classify_excerpts(pieces(12, 0.02, 1), pieces(12, 0.08, 2), steps=32)
    assert result.accuracy == 1.0
    assert result.low > 0.8


def test_many_excerpts_of_few_pieces_do_not_narrow_the_interval():
    few = classify_excerpts(pieces(3, 0.02, 1), pieces(3, 0.08, 2), steps=8)
    assert few.excerpts == 72
    assert few.low == pytest.approx(0.025 ** (1 / 6), abs=1e-6)  # six of six pieces


def test_a_rare_kind_weighs_as_much_as_a_frequent_one():
    result = classify_excerpts(pieces(4, 0.02, 1), pieces(40, 0.02, 2), steps=32)
    assert 0.2 < result.accuracy < 0.8  # always saying "composed" would give one half


def test_silent_excerpts_have_no_pitches_and_are_judged_all_the_same():
    silent = [PianoRoll.from_plane(np.zeros((64, KEYS), bool)) for _ in range(6)]
    result = classify_excerpts(pieces(6, 0.02, 1, steps=64), silent, steps=32)
    assert result.accuracy == 1.0


def test_the_same_seed_gives_the_same_result():
    human, composed = pieces(8, 0.02, 1), pieces(8, 0.022, 2)
    once, again = (classify_excerpts(human, composed, steps=32) for _ in range(2))
    assert once == again


def test_pieces_that_are_too_short_or_too_few_are_refused():
    with pytest.raises(ValueError, match="two pieces of 128 steps"):
        classify_excerpts(pieces(9, 0.02, 1), pieces(9, 0.02, 2))
    with pytest.raises(ValueError, match="at least one step"):
        excerpts_of(pieces(1, 0.02, 1), steps=0)
