"""Pictures of training: curves, levels, marks and bands."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pictures import line_named

from deepmusician.plots import learning_rates, seed_curves, training_history
from deepmusician.plots.learning import spaced
from deepmusician.training import TrainConfig


def history(valid, free=None):
    epochs = np.arange(1, len(valid) + 1)
    free = [float("nan")] * len(valid) if free is None else free
    return pd.DataFrame(
        {"epoch": epochs, "train_nll": valid, "valid_nll": valid, "free_density": free}
    )


def test_the_best_epoch_is_marked_where_validation_is_lowest():
    fig = training_history(history([4.0, 3.0, 2.5, 2.7]))
    mark = line_named(fig.axes[0], "best epoch")
    assert mark.get_xydata().tolist() == [[3, 2.5]]
    assert "best: 2.50" in [text.get_text() for text in fig.axes[0].texts]


def test_finite_baselines_are_levels_and_free_running_has_its_band():
    run = history([4.0, 3.0], free=[float("nan"), 0.9])
    levels = {"silence": float("inf"), "note 1-gram": 4.9}
    top, bottom = training_history(run, levels, density=1.2).axes
    assert set(line_named(top, "note 1-gram").get_ydata()) == {4.9}
    assert not [line for line in top.lines if line.get_gid() == "silence"]
    (band,) = bottom.patches
    assert band.get_y() == pytest.approx(0.9)
    assert band.get_height() == pytest.approx(0.6)
    assert bottom.lines[-1].get_xydata().tolist() == [[2.0, 0.9]]


@pytest.mark.parametrize(("level", "side"), [(2.6, "top"), (2.4, "bottom")])
def test_the_best_value_is_written_where_no_level_is_near(level, side):
    run = history([4.0, 3.0, 2.5]).assign(train_nll=[5.0, 4.0, 3.5])
    (ax,) = training_history(run, {"chain": level}).axes
    texts = {text.get_text(): text for text in ax.texts}
    assert texts["best: 2.50"].get_verticalalignment() == side
    assert texts[f"chain  {level:.2f}"].get_horizontalalignment() == "left"
    assert ax.get_ylim()[0] < min(level, 2.5)


def test_without_free_running_there_is_no_second_picture():
    assert len(training_history(history([2.0, 1.0]), density=1.1).axes) == 1


@given(st.lists(st.floats(0, 10), min_size=1, max_size=8), st.floats(0.05, 1))
def test_names_of_levels_keep_their_order_and_their_distance(values, gap):
    places = spaced(sorted(values), gap)
    assert len(places) == len(values)
    assert (np.diff(places) >= gap - 1e-9).all()
    assert places.mean() == pytest.approx(np.mean(values))


def test_names_that_do_not_collide_stay_on_their_levels():
    assert spaced([1.0, 2.0, 3.0], 0.5).tolist() == [1.0, 2.0, 3.0]


def test_a_line_of_seeds_is_their_mean_as_far_as_all_go_and_its_best_is_marked():
    epochs = pd.DataFrame(
        {
            "variant": ["BCE"] * 5,
            "seed": [0, 0, 1, 1, 1],
            "updates": [10, 20, 10, 20, 30],
            "valid_nll": [4.0, 3.0, 6.0, 3.5, 1.0],
        }
    )
    ax = seed_curves(epochs, {"BCE": "#000000"}, log=True).axes[0]
    line, mark = ax.lines
    assert line.get_xydata().tolist() == [[10, 5.0], [20, 3.25]]
    assert mark.get_xydata().tolist() == [[20, 3.25]]
    band = ax.collections[0].get_paths()[0].get_extents()
    assert (band.ymin, band.ymax) == (3.0, 6.0)


def test_the_line_peaks_at_the_learning_rate_and_ends_near_zero():
    config = TrainConfig(epochs=4, windows_per_epoch=800, batch=8, learning_rate=3e-3)
    (line,) = learning_rates({"the report's network": config}).axes[0].lines
    rates = line.get_ydata()
    assert len(rates) == 400
    assert max(rates) == pytest.approx(3e-3)
    assert rates.argmax() == round(0.05 * 400) - 1
    assert rates[-1] < 3e-7
