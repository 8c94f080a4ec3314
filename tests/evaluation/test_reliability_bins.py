"""Reliability: perfect, wrong and no predictions, and the bins themselves."""

import numpy as np
import pytest

from deepmusician.evaluation import calibration_error, reliability


def test_a_diagram_pools_what_each_bin_predicts_and_what_is_observed():
    probability = np.array([[0.1, 0.2], [0.3, 0.9]])
    target = np.array([[0, 1], [0, 1]])
    diagram = reliability(probability, target, np.array([0, 0.2, 0.4, 0.6, 1]))
    assert diagram.cells.tolist() == [2, 1, 0, 1]
    np.testing.assert_allclose(diagram.predicted, [0.15, 0.3, np.nan, 0.9])
    np.testing.assert_allclose(diagram.observed, [0.5, 0.0, np.nan, 1.0])
    error = calibration_error(probability, target, diagram.edges)
    assert error == pytest.approx((2 * 0.35 + 0.3 + 0.1) / 4)


def test_the_error_of_labels_drawn_from_the_predictions_is_near_zero():
    generator = np.random.default_rng(0)
    probability = generator.beta(0.3, 12, size=(5000, 88))
    target = generator.random(probability.shape) < probability
    assert calibration_error(probability, target) < 5e-4
    halved = calibration_error(probability / 2, target)
    assert halved == pytest.approx(probability.mean() / 2, rel=0.05)


def test_bins_are_of_equal_width_in_the_logit_and_hold_zero_and_one():
    edges = reliability(np.array([0.0, 1.0]), np.array([0, 1])).edges
    assert edges[[0, -1]].tolist() == [0, 1]
    logits = np.log(edges[1:-1] / (1 - edges[1:-1]))
    np.testing.assert_allclose(logits, np.linspace(-8.25, 8.25, 23), atol=1e-9)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0, 1])) == 0
    one = reliability(np.array([0.2, 0.4]), np.array([0, 1]), np.array([0.0, 1.0]))
    assert (one.predicted.tolist(), one.observed.tolist()) == (
        [pytest.approx(0.3)],
        [0.5],
    )


def test_no_cells_have_no_error():
    nothing = np.zeros((0, 88))
    assert np.isnan(calibration_error(nothing, nothing))


@pytest.mark.parametrize(
    ("probability", "target", "edges", "message"),
    [
        ([0.1], [0, 1], [0, 1], "1 probabilities of 2 cells"),
        ([1.1], [1], [0.0, 1.0], "must lie between 0.0 and 1.0"),
        ([np.nan], [1], [0.0, 1.0], "must lie between 0.0 and 1.0"),
        ([0.1], [1], [0.2, 0.9], "must lie between 0.2 and 0.9"),
        ([0.1], [0.5], [0, 1], "zeros and ones"),
    ],
)
def test_what_cannot_be_binned_is_refused(probability, target, edges, message):
    with pytest.raises(ValueError, match=message):
        reliability(np.array(probability), np.array(target), np.array(edges))
