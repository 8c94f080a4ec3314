"""Pictures of scores: marks and lines stand where the numbers say."""

import numpy as np
import pytest
from support.pictures import line_named, roll_of

from deepmusician.evaluation import mean_interval, precision_recall_curve
from deepmusician.plots import music_measure_bars, nll_bars, precision_recall
from deepmusician.plots.scores import point_at, sweep_thresholds


def test_likelihoods_stand_in_order_and_an_infinite_one_leaves_the_page():
    ax = nll_bars({"a": 3.0, "silence": float("inf"), "b": 2.0}).axes[0]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "a", "silence"]
    assert [t.get_text() for t in ax.texts] == ["2.00", "3.00", "∞"]
    assert ax.patches[2].get_width() > 3.0


def test_the_marker_stands_where_the_threshold_flags_cells():
    target = np.array([[1, 0, 1, 1, 0, 0]], bool)
    probabilities = np.array([[0.9, 0.8, 0.6, 0.3, 0.2, 0.1]])
    curve = precision_recall_curve(probabilities, target)
    assert point_at(curve, 0.5) == pytest.approx((2 / 3, 2 / 3))
    assert point_at(curve, 0.95) is None
    ax = precision_recall({"model": curve}, chance=0.5).axes[0]
    mark = line_named(ax, "threshold of model")
    assert mark.get_xydata()[0] == pytest.approx((2 / 3, 2 / 3))


def test_a_sweep_measures_density_and_f1_at_every_threshold():
    target = np.array([[1, 0], [0, 1]], bool)
    probabilities = np.array([[0.9, 0.6], [0.2, 0.4]])
    densities, f1s = sweep_thresholds(probabilities, target, np.array([0.1, 0.5, 0.95]))
    assert densities.tolist() == [2.0, 1.0, 0.0]
    assert f1s == pytest.approx([4 / 6, 2 / 4, 0.0])


def test_an_interval_covers_its_mean_and_shrinks_with_more_pieces():
    few, many = np.arange(4.0), np.tile(np.arange(4.0), 100)
    mean, low, high = mean_interval(np.append(few, np.nan))
    assert low < mean == 1.5 < high
    _, closer, _ = mean_interval(many)
    assert low < closer < mean
    assert mean_interval([2.0, 2.0]) == (2.0, 2.0, 2.0)
    assert np.isnan(mean_interval([np.nan])).all()


def test_a_measure_that_silence_lacks_is_said_to_be_undefined():
    pieces = {"Bach": [roll_of([(0, 40), (4, 44)])], "silence": [roll_of([])]}
    ax = music_measure_bars(pieces, measures=["scale consistency"]).axes[0]
    assert [text.get_text() for text in ax.texts] == ["undefined"]
    assert ax.get_title(loc="left") == "scale consistency"
