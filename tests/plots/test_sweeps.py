"""The pictures of many runs: what is drawn is the mean and the reach of their seeds."""

import numpy as np
import pandas as pd
import pytest

from deepmusician.plots import Panel, heat_maps, measured_rows, seed_lines
from deepmusician.plots.sweeps import badness, written


def runs(cells):
    """Return a tidy table of {(alpha, gamma): nats of each seed}."""
    return pd.DataFrame(
        [
            {"alpha": alpha, "gamma": gamma, "seed": seed, "nats": value}
            for (alpha, gamma), values in cells.items()
            for seed, value in enumerate(values)
        ]
    )


CELLS = runs({(0.5, 0.0): [2, 3], (0.5, 2.0): [4, 4], (0.9, 0.0): [8, 8]})


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_a_map_has_small_alphas_at_the_bottom_and_says_half_the_range():
    ax = heat_maps(CELLS, [Panel("NLL", "nats")]).axes[0]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0.5", "0.9"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "2"]
    places = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert places == {"2.50\n±0.5": 0.5, "4.00\n±0": 1.5, "8.00\n±0": 0.5}


def test_the_frame_stands_around_bce_and_nowhere_else():
    def framed(cells):
        ax = heat_maps(cells, [Panel("NLL", "nats")]).axes[0]
        return [patch for patch in ax.patches if patch.get_gid() == "mark"]

    (frame,) = framed(CELLS)
    assert frame.get_x() == pytest.approx(0.02)
    assert frame.get_y() == pytest.approx(0.02)
    assert framed(CELLS[CELLS.alpha > 0.5]) == []
    assert framed(CELLS[CELLS.gamma > 0]) == []


def test_the_best_cell_is_palest_whichever_way_is_better():
    means = np.array([[1.0, 2.0], [3.0, np.nan]])
    assert badness(means, "low")[0].tolist() == [0.0, 0.5]
    assert badness(means, "high")[0].tolist() == [1.0, 0.5]
    assert np.isnan(badness(means, "low")[1, 1])
    assert badness(np.ones((1, 2)), "low").tolist() == [[0.0, 0.0]]


def test_a_density_is_as_bad_when_halved_as_when_doubled():
    densities = np.array([[0.5, 1, 2, 0.0]])
    halved, met, doubled, silent = badness(densities, 1.0)[0]
    assert halved == -doubled
    assert badness(densities, 1.0, fold=2.0)[0, 2] == 1.0
    assert (met, silent) == (0.0, -1.0)


@pytest.mark.parametrize(
    ("value", "figures", "said"),
    [
        (2.9123, 3, "2.91"),
        (17.04, 3, "17.0"),
        (366.2, 3, "366"),
        (0.0123, 3, "0.012"),
        (0.0042, 1, "0.004"),
        (0.26, 1, "0.3"),
        (0.0, 3, "0.00"),
        (float("nan"), 3, "–"),
    ],
)
def test_figures_are_short(value, figures, said):
    assert written(value, figures) == said


def test_lines_pass_through_the_means_and_bars_reach_to_the_outermost_seeds():
    figure = seed_lines(
        CELLS, {"NLL": "nats"}, "gamma", "alpha", ["#000000", "#555555"]
    )
    ax = figure.axes[0]
    first, second = ax.containers
    assert first.lines[0].get_ydata().tolist() == [2.5, 4.0]
    (bars,) = first.lines[2]
    assert bars.get_segments()[0][:, 1].tolist() == [2.0, 3.0]
    assert second.lines[0].get_ydata().tolist() == [8.0]
    assert [line.get_label() for line in ax.containers] == ["alpha 0.5", "alpha 0.9"]


def test_what_was_predicted_and_the_level_are_drawn_beside_what_was_measured():
    predicted = np.array([0.5, 0.9]), np.array([1.0, 3.0]), "predicted"
    figure = seed_lines(
        CELLS, {"NLL": "nats"}, "alpha", "gamma", ["#000000", "#555555"],
        predicted, level=(1.1, "the music"), log=True,
    )  # fmt: skip
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert lines["predicted"].get_ydata().tolist() == [1.0, 3.0]
    (level,) = [line for line in figure.axes[0].lines if line.get_gid() == "level"]
    assert set(level.get_ydata()) == {1.1}
    assert figure.axes[0].get_yscale() == "log"


def test_a_row_shows_every_run_their_mean_and_where_nothing_is_defined():
    table = pd.DataFrame(
        {
            "label": ["BCE", "BCE", "focal loss"],
            "nats": [2.0, 4.0, np.nan],
            "notes": [1.0, 1.0, 3.0],
        }
    )
    panels = {"NLL": "nats", "density": "notes"}
    nats, notes = measured_rows(
        table, panels, levels={"density": 1.1}, reference="BCE"
    ).axes
    marks = [line for line in nats.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == [3.0]
    assert words(nats) == ["undefined"]
    (band,) = nats.patches
    box = band.get_extents().transformed(nats.transData.inverted())
    assert (box.x0, box.x1) == (pytest.approx(2.0), pytest.approx(4.0))
    assert any(set(line.get_xdata()) == {1.1} for line in notes.lines)
    assert [tick.get_text() for tick in nats.get_yticklabels()] == ["BCE", "focal loss"]
