"""Reliability: perfect, wrong and empty claims, and the bins themselves."""

import numpy as np
import pytest

from deepmusician.reliability import calibration_error, reliability


def test_a_diagram_pools_what_each_bin_claims_and_hears():
    probability = np.array([[0.1, 0.2], [0.3, 0.9]])
    target = np.array([[0, 1], [0, 1]])
    told = reliability(probability, target, bins=np.array([0, 0.2, 0.4, 0.6, 1]))
    assert told.cells.tolist() == [2, 1, 0, 1]
    np.testing.assert_allclose(told.claimed, [0.15, 0.3, np.nan, 0.9])
    np.testing.assert_allclose(told.heard, [0.5, 0.0, np.nan, 1.0])
    error = calibration_error(probability, target, told.edges)
    assert error == pytest.approx((2 * 0.35 + 0.3 + 0.1) / 4)


def test_the_error_of_labels_drawn_from_the_claims_is_near_zero():
    dice = np.random.default_rng(0)
    probability = dice.beta(0.3, 12, size=(5000, 88))
    target = dice.random(probability.shape) < probability
    assert calibration_error(probability, target) < 5e-4
    halved = calibration_error(probability / 2, target)
    assert halved == pytest.approx(probability.mean() / 2, rel=0.05)


def test_bins_are_of_equal_width_in_the_logit_and_hold_zero_and_one():
    edges = reliability(np.array([0.0, 1.0]), np.array([0, 1]), bins=6).edges
    assert edges[[0, -1]].tolist() == [0, 1]
    logits = np.log(edges[1:-1] / (1 - edges[1:-1]))
    np.testing.assert_allclose(logits, [-6, -3, 0, 3, 6], atol=1e-9)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0, 1])) == 0
    one = reliability(np.array([0.2, 0.4]), np.array([0, 1]), bins=1)
    assert (one.claimed.tolist(), one.heard.tolist()) == ([pytest.approx(0.3)], [0.5])


def test_no_cells_have_no_error():
    nothing = np.zeros((0, 88))
    assert np.isnan(calibration_error(nothing, nothing))


@pytest.mark.parametrize(
    ("probability", "target", "bins", "said"),
    [
        ([0.1], [0, 1], 5, "1 probabilities of 2 cells"),
        ([1.1], [1], 5, "must lie between 0.0 and 1.0"),
        ([np.nan], [1], 5, "must lie between 0.0 and 1.0"),
        ([0.1], [1], [0.2, 0.9], "must lie between 0.2 and 0.9"),
        ([0.1], [0.5], 5, "zeros and ones"),
        ([0.1], [1], 0, "at least one bin"),
        ([0.1], [1], [0, 0.5, 0.5, 1], "must rise"),
    ],
)
def test_what_cannot_be_binned_is_refused(probability, target, bins, said):
    with pytest.raises(ValueError, match=said):
        reliability(np.array(probability), np.array(target), bins)
