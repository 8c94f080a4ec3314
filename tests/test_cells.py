"""The cells of a sweep: their settings, and the grid."""

from dataclasses import replace

import pytest
from toy import TINY

from deepmusician.cells import Cell, cell_config, cell_of, grid


def test_alpha_one_half_without_focus_is_binary_cross_entropy():
    config = cell_config(TINY, 0.5, 0, seed=3)
    assert config == replace(TINY, loss="bce", alpha=None, gamma=0.0, seed=3)


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 0.0), (0.5, 2.0), (0.9, 5.0)])
def test_every_other_cell_is_focal_loss(alpha, gamma):
    config = cell_config(TINY, alpha, gamma, seed=1)
    assert config == replace(TINY, loss="focal", alpha=alpha, gamma=gamma, seed=1)


def test_a_cell_is_the_same_whatever_loss_the_base_has():
    focal = replace(TINY, loss="focal", alpha=0.7, gamma=4.0, seed=9)
    for cell in grid((0.25, 0.5), (0, 2), (0, 1)):
        assert cell.config(focal) == cell.config(TINY)


def test_settings_tell_their_cell():
    for cell in grid((0.25, 0.5), (0, 2), (0, 1)):
        assert cell_of(cell.config(TINY)) == cell
    assert cell_of(replace(TINY, loss="focal")) == Cell(0.5, 2.0, 0)


def test_a_grid_has_every_cell_of_a_seed_before_the_next():
    assert grid((0.5, 0.75), (0, 2), (0, 1)) == [
        *(Cell(0.5, 0, 0), Cell(0.5, 2, 0), Cell(0.75, 0, 0), Cell(0.75, 2, 0)),
        *(Cell(0.5, 0, 1), Cell(0.5, 2, 1), Cell(0.75, 0, 1), Cell(0.75, 2, 1)),
    ]


@pytest.mark.parametrize("axis", ["alphas", "gammas", "seeds"])
@pytest.mark.parametrize("values", [(), (1, 1)])
def test_an_axis_without_values_or_with_one_twice_is_refused(axis, values):
    axes = {"alphas": (0.5,), "gammas": (0,), "seeds": (0,)} | {axis: values}
    with pytest.raises(ValueError, match=f"{axis} must be different values"):
        grid(**axes)


def test_an_impossible_alpha_is_refused():
    with pytest.raises(ValueError, match="alpha must lie between 0 and 1"):
        cell_config(TINY, 1.5, 2, seed=0)
