"""Measures of cells, pinned by hand, and their limits."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from deepmusician.evaluation import cell_metrics as metrics

TARGET = np.array([[1, 0, 0, 1], [0, 0, 0, 0]], bool)
PREDICTED = np.array([[1, 1, 0, 0], [0, 0, 0, 0]], bool)

cells_of_any_shape = array_shapes(min_dims=2, max_dims=3, max_side=6).flatmap(
    lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape))
)


def test_one_hit_one_false_alarm_one_miss_give_the_textbook_values():
    assert metrics.confusion(PREDICTED, TARGET) == (1, 1, 1, 5)
    assert metrics.accuracy(PREDICTED, TARGET) == 6 / 8
    assert metrics.precision(PREDICTED, TARGET) == 1 / 2
    assert metrics.recall(PREDICTED, TARGET) == 1 / 2
    assert metrics.f1(PREDICTED, TARGET) == 1 / 2


def test_silence_is_accurate_without_precision_and_with_zero_recall():
    silence = np.zeros_like(TARGET)
    assert metrics.accuracy(silence, TARGET) == 6 / 8
    assert math.isnan(metrics.precision(silence, TARGET))
    assert metrics.recall(silence, TARGET) == 0.0
    assert metrics.f1(silence, TARGET) == 0.0


def test_where_nothing_sounds_recall_and_f1_are_undefined():
    silence = np.zeros_like(TARGET)
    assert math.isnan(metrics.recall(PREDICTED, silence))
    assert metrics.f1(PREDICTED, silence) == 0.0
    assert math.isnan(metrics.f1(silence, silence))
    assert metrics.accuracy(silence, silence) == 1.0


def test_no_steps_at_all_leave_every_share_undefined():
    nothing = np.zeros((0, 88))
    for share in (metrics.density, metrics.silent_share):
        assert math.isnan(share(nothing))
    assert math.isnan(metrics.accuracy(nothing, nothing))
    assert math.isnan(metrics.nll_per_step(nothing, nothing))


@given(cells_of_any_shape)
def test_f1_is_the_harmonic_mean_where_both_means_exist(pair):
    predicted, target = pair
    precision = metrics.precision(predicted, target)
    recall = metrics.recall(predicted, target)
    if precision > 0 and recall > 0:
        harmonic = 2 / (1 / precision + 1 / recall)
        assert metrics.f1(predicted, target) == pytest.approx(harmonic)
    assert sum(metrics.confusion(predicted, target)) == target.size


@given(cells_of_any_shape)
def test_tensors_and_arrays_give_the_same_measures(pair):
    tensors = [torch.from_numpy(cells) for cells in pair]
    for measure in (metrics.accuracy, metrics.f1, metrics.nll_per_step):
        np.testing.assert_equal(measure(*tensors), measure(*pair))


def test_a_tensor_that_needs_gradients_is_read_all_the_same():
    logits = torch.zeros(2, 4, requires_grad=True)
    assert metrics.nll_per_step(logits, TARGET) == pytest.approx(4 * math.log(2))


def test_probabilities_are_refused_where_decisions_are_asked_for():
    with pytest.raises(ValueError, match="apply a threshold"):
        metrics.f1(np.full((2, 4), 0.5), TARGET)


@pytest.mark.parametrize(
    "measure",
    [metrics.f1, metrics.nll_per_step, metrics.average_precision],
)
def test_cells_of_different_shapes_are_refused_with_both_shapes(measure):
    with pytest.raises(ValueError, match=r"\(3, 4\) against \(2, 4\)"):
        measure(np.zeros((3, 4)), TARGET)


def test_average_precision_of_a_perfect_ranking_is_one_and_of_a_pinned_one_its_sum():
    scores = np.array([[0.9, 0.8, 0.1, 0.7], [0.2, 0.0, 0.3, 0.1]])
    assert metrics.average_precision(TARGET.astype(float), TARGET) == 1.0
    # notes at ranks 1 and 3: recall rises by 1/2 at precision 1 and at precision 2/3
    assert metrics.average_precision(scores, TARGET) == pytest.approx(1 / 2 + 1 / 3)


def test_average_precision_of_a_constant_score_is_the_share_of_notes():
    assert metrics.average_precision(np.ones((2, 4)), TARGET) == 2 / 8
    assert math.isnan(metrics.average_precision(np.ones((2, 4)), np.zeros((2, 4))))


def test_the_curve_passes_through_the_measures_at_each_of_its_thresholds():
    generator = np.random.default_rng(3)
    target = generator.random((50, 8)) < 0.2
    scores = np.clip(target * 0.3 + generator.random((50, 8)), 0, 1)
    curve = metrics.precision_recall_curve(scores, target)
    assert len(curve.precision) == len(curve.recall) == len(curve.thresholds)
    assert (np.diff(curve.thresholds) > 0).all()
    for precision, recall, threshold in zip(*curve, strict=True):
        predicted = scores >= threshold
        assert metrics.precision(predicted, target) == pytest.approx(precision)
        assert metrics.recall(predicted, target) == pytest.approx(recall)


def test_a_curve_without_a_true_note_is_an_error():
    with pytest.raises(ValueError, match="at least one note"):
        metrics.precision_recall_curve(np.ones((2, 4)), np.zeros((2, 4)))


def test_density_counts_notes_per_step_and_adds_up_probabilities():
    assert metrics.density(TARGET) == 1.0
    assert metrics.density(np.full((3, 5, 4), 0.25)) == 1.0
    assert metrics.silent_share(TARGET) == 0.5


def test_likelihood_adds_keys_and_averages_steps():
    logits = np.log([[3.0, 1.0], [1.0, 1.0]])  # probabilities 3/4 and 1/2
    target = np.array([[1, 0], [0, 1]])
    first, second = -math.log(3 / 4 * 1 / 2), -math.log(1 / 4)
    expected = (first + second) / 2
    assert metrics.nll_per_step(logits, target) == pytest.approx(expected)


@given(arrays(float, (3, 5), elements=st.floats(-30, 30)), arrays(bool, (3, 5)))
def test_likelihood_is_that_of_independent_outputs(logits, target):
    probability = 1 / (1 + np.exp(-logits))
    each = np.where(target, probability, 1 / (1 + np.exp(logits)))
    expected = -np.log(each).sum(axis=1).mean()
    assert metrics.nll_per_step(logits, target) == pytest.approx(expected)


def test_likelihood_is_exact_at_extreme_logits_and_infinite_only_where_excluded():
    extreme = np.array([[1000.0, -1000.0]])
    assert metrics.nll_per_step(extreme, np.array([[1, 0]])) == 0.0
    assert metrics.nll_per_step(extreme, np.array([[0, 1]])) == 2000.0
    certain = np.array([[np.inf, -np.inf]])
    assert metrics.nll_per_step(certain, np.array([[1, 0]])) == 0.0
    assert metrics.nll_per_step(certain, np.array([[0, 0]])) == np.inf


def test_drawn_keys_score_as_often_as_they_hit():
    probability = np.array([0.5, 0.5, 0.0])
    assert metrics.sampled_f1(probability, np.array([1, 0, 0])) == 2 * 0.5 / (1 + 1)
    assert metrics.sampled_f1(np.array([1.0, 0.0]), np.array([1, 0])) == 1
    assert math.isnan(metrics.sampled_f1(np.zeros(2), np.zeros(2)))


def test_many_draws_come_to_the_predicted_score():
    generator = np.random.default_rng(0)
    probability = generator.random(200_000) ** 4
    target = generator.random(probability.size) < probability
    drawn = generator.random(probability.size) < probability
    predicted = metrics.sampled_f1(probability, target)
    assert predicted == pytest.approx(metrics.f1(drawn, target), abs=0.01)


SCORES = np.array([[0.9, 0.2, 0.1, 0.1], [0.6, 0.4, 0.3, 0.1]])
MUSIC = np.array([[1, 0, 0, 0], [0, 1, 0, 0]])


def test_the_best_cutoff_has_the_highest_f1_of_all_cells_above_it():
    best = metrics.best_cutoff(SCORES, MUSIC)
    assert best == (pytest.approx(0.8), pytest.approx(0.35))  # 0.9, 0.6 and 0.4 pass
    assert metrics.f1(best.threshold < SCORES, MUSIC) == best.f1
    silent = metrics.best_cutoff(SCORES, np.zeros_like(MUSIC))
    assert math.isnan(silent.f1)
    assert math.isnan(silent.threshold)


def test_as_many_cells_exceed_the_density_threshold_as_there_are_notes():
    assert metrics.density_threshold(SCORES, MUSIC) == pytest.approx(0.5)
    assert metrics.density_threshold(SCORES, np.ones_like(MUSIC)) == pytest.approx(0.05)
    silence = metrics.density_threshold(SCORES, np.zeros_like(MUSIC))
    assert silence == pytest.approx(0.95)
    assert math.isnan(metrics.density_threshold(SCORES[:0], MUSIC[:0]))


@given(
    arrays(float, (3, 4), elements=st.sampled_from([0.1, 0.2, 0.5, 0.9])),
    arrays(bool, (3, 4)),
)
def test_cutoffs_never_part_equal_cells_and_never_play_too_much(probability, target):
    threshold = metrics.density_threshold(probability, target)
    assert (probability > threshold).sum() <= target.sum()
    if target.any():
        best = metrics.best_cutoff(probability, target)
        every = [metrics.f1(probability > cut, target) for cut in (0, 0.1, 0.2, 0.5)]
        assert best.f1 == pytest.approx(max(every))
        assert metrics.f1(probability > best.threshold, target) == best.f1
