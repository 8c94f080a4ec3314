"""Pictures of the losses: curves, marks and what a prediction is worth."""

import numpy as np
import pytest
import torch

from deepmusician.evaluation import Reliability
from deepmusician.plots import (
    expected_losses,
    gradient_balance,
    map_curves,
    mean_loss,
    reliability_diagram,
)
from deepmusician.plots.losses import loss_of_a_note


def test_the_pulls_balance_where_the_prediction_is_the_density():
    up, down, *_ = gradient_balance(0.0126).axes[0].lines
    probability = up.get_xdata()
    ratio = np.interp([0.0126, 0.5], probability, down.get_ydata() / up.get_ydata())
    assert ratio == pytest.approx([1, (1 - 0.0126) / 0.0126], rel=1e-3)


def test_the_picture_of_the_pulls_marks_the_density():
    ax = gradient_balance(0.02).axes[0]
    assert [0.02, 0.02] in [list(line.get_xdata()) for line in ax.lines]


def test_gamma_zero_is_cross_entropy_and_gamma_weighs_easy_notes_down():
    probability = np.array([0.1, 0.5, 0.9])
    loss, gradient = loss_of_a_note(probability, gamma=0)
    np.testing.assert_allclose(loss, -np.log(probability))
    np.testing.assert_allclose(gradient, 1 - probability)
    focal, _ = loss_of_a_note(probability, gamma=2)
    np.testing.assert_allclose(focal / loss, (1 - probability) ** 2)


@pytest.mark.parametrize("share", [0.0125, 0.3])
def test_bce_is_lowest_at_the_true_share_and_focal_loss_is_not(share):
    probability = torch.linspace(0.001, 0.999, 9981, dtype=torch.float64)
    lowest = {
        gamma: float(
            probability[
                mean_loss(torch.logit(probability), share, gamma=gamma).argmin()
            ]
        )
        for gamma in (0.0, 2.0)
    }
    assert lowest[0.0] == pytest.approx(share, abs=2e-4)
    assert lowest[2.0] > share + 0.02


def test_the_marks_stand_at_the_lowest_points():
    figure = expected_losses(0.0125, {"BCE": (None, 0.0), "focal loss": (0.5, 2.0)})
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    places = [float(line.get_xdata()[0]) for line in marks]
    assert places == pytest.approx([0.0125, 0.1645], abs=1e-3)


def test_every_alpha_is_marked_where_a_prediction_of_one_half_stands():
    left, right = map_curves().axes
    marks = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for ax in (left, right)
        for line in ax.lines
        if line.get_gid() == "half"
    ]
    alphas = (0.1, 0.25, 0.5, 0.75, 0.9)
    assert marks == [(0.5, 0.5), *((0.5, 1 - alpha) for alpha in alphas)]
    for line in right.lines:
        if len(line.get_xdata()) > 2:
            alpha = float(line.get_label().removeprefix("α = "))
            assert np.interp(0.5, *line.get_data()) == pytest.approx(1 - alpha)


def test_the_curve_of_bce_is_straight_and_the_others_cross_it_at_one_half():
    lines = map_curves().axes[0].lines
    drawn = [line.get_xydata() for line in lines if len(line.get_xdata()) > 2]
    bce, *others = (curve[:, 1] for curve in drawn)
    probability = drawn[0][:, 0]
    assert bce == pytest.approx(probability)
    assert len(others) == 4
    for focal in others:
        assert (focal[probability < 0.499] < probability[probability < 0.499]).all()
        assert (focal[probability > 0.501] > probability[probability > 0.501]).all()


def test_bins_with_few_cells_or_no_onset_are_left_out():
    curve = Reliability(
        predicted=np.array([0.01, 0.1, 0.6]),
        observed=np.array([0.0, 0.2, 0.5]),
        cells=np.array([1000, 400, 3]),
        edges=np.array([0.0, 0.05, 0.3, 1.0]),
    )
    (ax,) = reliability_diagram({"as predicted": {"focal loss": curve}}).axes
    (container,) = ax.containers
    assert container.lines[0].get_xydata().tolist() == [[0.1, 0.2]]
    (bars,) = container.lines[2]
    error = 2 * np.sqrt(0.2 * 0.8 / 400)
    assert bars.get_segments()[0][:, 1] == pytest.approx([0.2 - error, 0.2 + error])
