"""The pictures of what a claimed probability is worth."""

import numpy as np
import pytest

from deepmusician.plots.calibration import (
    map_curves,
    reliability_diagram,
    true_probability,
)
from deepmusician.reliability import Reliability


def test_without_focus_a_claim_is_worth_what_it_says():
    chance = np.array([0.1, 0.5, 0.9])
    assert true_probability(chance, 0.5, 0.0) == pytest.approx(chance)
    assert true_probability(np.array([0.5]), 0.25, 3.0) == pytest.approx([0.75])


def test_every_alpha_is_marked_where_a_claim_of_one_half_stands():
    left, right = map_curves(alphas=(0.25, 0.5)).axes
    marks = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for ax in (left, right)
        for line in ax.lines
        if line.get_gid() == "half"
    ]
    assert marks == [(0.5, 0.5), (0.5, 0.75), (0.5, 0.5)]


def test_the_curve_of_bce_is_straight_and_the_others_cross_it_at_one_half():
    curves = [line for line in map_curves(gammas=(0, 2)).axes[0].lines][:4]
    drawn = [line.get_xydata() for line in curves if len(line.get_xdata()) > 1]
    bce, focal = (curve[:, 1] for curve in drawn)
    chance = drawn[0][:, 0]
    assert bce == pytest.approx(chance)
    assert (focal[chance < 0.499] < chance[chance < 0.499]).all()
    assert (focal[chance > 0.501] > chance[chance > 0.501]).all()


def test_bins_with_few_cells_or_no_touch_are_left_out():
    told = Reliability(
        claimed=np.array([0.01, 0.1, 0.6]),
        heard=np.array([0.0, 0.2, 0.5]),
        cells=np.array([1000, 400, 3]),
        edges=np.array([0.0, 0.05, 0.3, 1.0]),
    )
    (ax,) = reliability_diagram({"as claimed": {"focal loss": told}}).axes
    (container,) = ax.containers
    assert container.lines[0].get_xydata().tolist() == [[0.1, 0.2]]
    (bars,) = container.lines[2]
    error = 2 * np.sqrt(0.2 * 0.8 / 400)
    assert bars.get_segments()[0][:, 1] == pytest.approx([0.2 - error, 0.2 + error])
