"""The pictures of what networks play."""

import numpy as np
import pytest

from deepmusician.pianoroll import PianoRoll
from deepmusician.plots import compare_rolls
from deepmusician.plots.playing import bar_densities, density_by_bar, rule_sweep


def roll_of(touches, steps=32):
    """Return a roll touched at (step, key) cells."""
    plane = np.zeros((steps, 88), bool)
    plane[tuple(np.array(touches, int).reshape(-1, 2).T)] = True
    return PianoRoll.from_plane(plane)


def test_a_bar_of_sixteen_steps_with_four_touches_has_a_density_of_a_quarter():
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


def test_the_band_lies_around_the_reference_by_the_tolerance():
    ax = density_by_bar({"report": [roll_of([])]}, reference=2.0, tolerance=0.1).axes[0]
    box = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (box.y0, box.y1) == (pytest.approx(1.8), pytest.approx(2.2))


def test_a_line_stands_where_the_prime_ends():
    rolls = {"Bach": roll_of([(0, 40)]), "report": roll_of([(0, 40)])}
    for ax in compare_rolls(rolls, prime=16).axes:
        (line,) = [line for line in ax.lines if line.get_gid() == "end of the prime"]
        assert list(line.get_xdata()) == [16, 16]
    assert not any(ax.lines for ax in compare_rolls(rolls).axes)
