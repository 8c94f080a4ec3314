"""Similarity: overlaps of densities, their distances, and their intervals."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from support.toy import tune

from deepmusician.evaluation import compare_with_human, interval_table, mean_interval
from deepmusician.evaluation.music_metrics import pitch_entropy
from deepmusician.evaluation.similarity import (
    overlapping_area,
    similarity,
    similarity_interval,
)
from deepmusician.music import KEYS, PianoRoll

SILENT = PianoRoll.from_plane(np.zeros((32, KEYS), bool))


def normal(mean, count=4000, seed=0):
    return np.random.default_rng(seed).normal(mean, 1, count)


def test_two_normal_densities_overlap_by_twice_the_tail():
    for distance in (0.0, 1.0, 2.0):
        wanted = 2 * norm.cdf(-distance / 2)
        area = overlapping_area(normal(0), normal(distance, seed=1))
        assert area == pytest.approx(wanted, abs=0.03)


def test_overlap_is_symmetric_and_has_no_unit():
    first, second = normal(0, 50), normal(0.7, 80, seed=1)
    area = overlapping_area(first, second)
    assert overlapping_area(second, first) == pytest.approx(area)
    scaled = overlapping_area(1000 * first, 1000 * second)
    assert scaled == pytest.approx(area, rel=1e-6)


def test_far_apart_there_is_no_overlap_and_with_itself_there_is_all():
    assert overlapping_area(normal(0), normal(50)) < 1e-6
    assert overlapping_area(normal(0), normal(0)) == pytest.approx(1, abs=1e-3)


def test_values_all_alike_overlap_only_with_the_same_value():
    assert overlapping_area([2, 2, 2], [2, 2]) == 1
    assert overlapping_area([2, 2, 2], [3, 3]) == 0
    assert overlapping_area([2, 2, 2], [1, 2, 3]) == 0


def test_what_is_not_defined_is_left_out():
    values = np.append(normal(0, 30), [np.nan, np.nan])
    assert overlapping_area(values, values) == pytest.approx(1, abs=1e-3)
    assert math.isnan(overlapping_area([np.nan], normal(0)))
    assert mean_interval([np.nan, 2.0, 4.0])[0] == 3.0
    assert all(map(math.isnan, mean_interval([np.nan])))


def test_distances_from_the_human_pieces_are_compared_with_those_among_them():
    human = [1, 4, 9]  # 3, 5 and 8 apart
    expected = overlapping_area([1, 2, 7, 9, 6, 1], [3, 5, 8])
    assert similarity([2, 10], human) == pytest.approx(expected)
    assert math.isnan(similarity([], human))
    assert math.isnan(similarity(human, []))


def test_more_of_the_same_is_likest_and_a_narrow_or_distant_set_is_less_like():
    human = normal(0, 60)
    same = similarity(normal(0, 60, seed=1), human)
    narrow = similarity(0.05 * normal(0, 60, seed=1) + 1.5, human)
    distant = similarity(normal(4, 60, seed=1), human)
    assert same > 0.9 > narrow > distant


def test_an_interval_holds_its_value_and_narrows_with_more_pieces():
    human = normal(0, 40)
    like, low, high = similarity_interval(normal(0.5, 20, seed=1), human)
    assert low <= like <= high + 0.05
    _, low_many, high_many = mean_interval(normal(0, 400))
    _, low_few, high_few = mean_interval(normal(0, 25))
    assert high_many - low_many < (high_few - low_few) / 2
    assert high_many - low_many == pytest.approx(2 * 1.96 / 20, rel=0.25)


def test_the_same_seed_gives_the_same_interval():
    assert mean_interval(normal(0, 9)) == mean_interval(normal(0, 9))


def test_silent_pieces_are_counted_apart_and_turn_no_mean_into_nan():
    human = [tune(seed) for seed in range(6)]
    composers = {"half silent": [tune(7), SILENT, tune(8), SILENT]}
    table = compare_with_human(composers, human, ["pitch entropy", "notes per step"])
    assert list(table.silent) == [0.5, 0.5]
    played = np.mean([pitch_entropy(tune(7)), pitch_entropy(tune(8))])
    assert table["mean"][0] == pytest.approx(played)
    nobody = compare_with_human({"nobody": []}, human, ["pitch entropy"])
    assert nobody.silent.isna().all()


def test_a_composer_who_is_always_silent_has_no_pitches_at_all():
    table = compare_with_human(
        {"mute": [SILENT] * 3}, [tune(1), tune(2)], ["pitch entropy"]
    )
    assert table.silent[0] == 1
    assert table[["mean", "similarity", "similarity_low"]].isna().all(axis=None)


def test_intervals_are_shown_in_the_order_given_and_a_dash_where_there_is_none():
    human = [tune(seed) for seed in range(4)]
    composers = {"some": [tune(5)] * 3, "mute": [SILENT] * 2}
    table = interval_table(
        compare_with_human(composers, human, ["pitch range", "keys used"])
    )
    assert list(table.index) == ["some", "mute"]
    assert list(table.columns) == ["pitch range", "keys used"]
    assert table.loc["mute", "pitch range"] == "–"
    assert table.loc["mute", "keys used"] == "0.00 [0.00, 0.00]"
