"""The drawings of chapters 3 and 4: what they say is what the network and losses do."""

import numpy as np
import pytest
import torch

from deepmusician.classifiers import DependentClassifier
from deepmusician.model import NetworkConfig
from deepmusician.pianoroll import PianoRoll
from deepmusician.plots.losses import expected_losses, mean_loss
from deepmusician.plots.network import draw_masks, draw_network, draw_unrolled
from deepmusician.plots.steps import by_step, in_blocks, keys_a_step, sizes_of_chords


def words(figure):
    """Return all that is written on a figure's axes."""
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_the_networks_arrows_carry_its_own_shapes():
    written = words(draw_network(NetworkConfig(hidden=64, layers=3, context=48)))
    assert "(B, 48, 88)" in written
    assert "(3, B, 64)" in written
    assert "classifier\n64 → 256 → 88" in written


def test_a_teacher_gives_true_steps_and_free_running_drawn_ones():
    written = words(draw_unrolled(steps=3))
    assert written.count("SOS") == 2
    assert {"$x_1$", "$x_2$", r"$\hat{x}_1$", r"$\hat{x}_2$"} <= set(written)


def test_no_way_is_drawn_from_a_key_to_itself_or_a_lower_one():
    figure = draw_masks(DependentClassifier(hidden=4, keys=6, width=12))
    ways = np.asarray(figure.axes[2].images[0].get_array())
    assert (np.triu(ways) == 0).all()
    assert (ways[np.tril_indices(6, -1)] > 0).all()


@pytest.mark.parametrize("share", [0.0125, 0.3])
def test_bce_is_lowest_at_the_true_share_and_focal_loss_is_not(share):
    chance = torch.linspace(0.001, 0.999, 9981, dtype=torch.float64)
    lowest = {
        gamma: float(
            chance[mean_loss(torch.logit(chance), share, gamma=gamma).argmin()]
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


def test_chords_are_counted_among_the_steps_with_a_touch():
    plane = np.zeros((5, 88), dtype=bool)
    plane[0, :1] = plane[1, :2] = plane[2, :2] = plane[3, :9] = True
    piece = PianoRoll.from_plane(plane)
    assert sizes_of_chords([piece], most=4).tolist() == [0.25, 0.5, 0.0, 0.25]
    silence = PianoRoll.from_plane(plane[4:])
    assert sizes_of_chords([silence], most=3).tolist() == [0.0, 0.0, 0.0]
    bars = keys_a_step({"human": [piece], "independent": [piece]}, most=4)
    assert len(bars.axes[0].patches) == 8
