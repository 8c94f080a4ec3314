"""Pictures of what networks play, and of how it sounds."""

import numpy as np
import pytest
from support.pictures import roll_of

from deepmusician.plots import (
    by_step,
    density_by_bar,
    rule_sweep,
    waveform,
)
from deepmusician.plots.playing import bar_densities, in_blocks


def test_a_bar_of_sixteen_steps_with_four_notes_has_a_density_of_a_quarter():
    rolls = [roll_of([(0, 40), (0, 44), (4, 40), (15, 9)]), roll_of([(16, 3)], 40)]
    assert bar_densities(rolls).tolist() == [[0.25, 0.0], [0.0, 0.0625]]


def test_a_line_of_on_beat_shares_has_a_gap_where_nothing_was_played():
    played = {"report": {0.5: [roll_of([])], 1.0: [roll_of([(0, 40), (1, 44)])]}}
    densities, shares = rule_sweep(played, [roll_of([(4, 40)])]).axes
    assert densities.lines[0].get_ydata().tolist() == [0.0, 2 / 32]
    assert np.isnan(shares.lines[0].get_ydata()[0])
    assert shares.lines[0].get_ydata()[1] == 0.5
    assert shares.lines[1].get_ydata()[0] == 1.0  # the human level


def test_the_thick_line_of_densities_is_the_mean_of_the_pieces():
    rolls = [roll_of([(0, 40)]), roll_of([(0, 40), (1, 40), (2, 40)])]
    ax = density_by_bar({"report": rolls}, reference=1.0).axes[0]
    (mean,) = [line for line in ax.lines if line.get_label() == "report"]
    assert mean.get_ydata().tolist() == [2 / 16, 0.0]


def test_the_band_lies_around_the_reference_by_a_quarter():
    ax = density_by_bar({"report": [roll_of([])]}, reference=2.0).axes[0]
    box = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (box.y0, box.y1) == (pytest.approx(1.5), pytest.approx(2.5))


def test_blocks_are_means_at_their_middle_step():
    places, means = in_blocks(np.array([1.0, 3.0, 5.0, 7.0, 100.0]), block=2)
    assert places.tolist() == [1.5, 3.5]
    assert means.tolist() == [2.0, 6.0]
    assert in_blocks(np.array([4.0, 5.0]), block=1)[0].tolist() == [1.0, 2.0]


def test_lines_of_one_colour_differ_in_their_dashes():
    lines = by_step({"zero": np.ones(8), "random": np.zeros(8)}, level=(0.25, "chance"))
    first, second, _ = lines.axes[0].lines
    assert first.get_color() == second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


def test_a_moment_of_a_waveform_is_drawn_sample_by_sample():
    samples = np.linspace(-0.7, 0.9, 1000)
    whole, moment = waveform(samples, 1000, zoom=(0.5, 0.01)).axes
    assert whole.lines[0].get_ydata().tolist() == samples.tolist()
    assert moment.lines[0].get_xdata() == pytest.approx(np.arange(11))
    assert moment.lines[0].get_ydata().tolist() == samples[500:511].tolist()
