"""Drawings of the network: what they say is what the network does."""

import numpy as np

from deepmusician.model import DependentClassifier, NetworkConfig
from deepmusician.music import PianoRoll
from deepmusician.plots import (
    attention_map,
    draw_masks,
    draw_network,
    draw_unrolled,
)
from deepmusician.plots.network import by_similarity


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


def test_units_that_move_alike_stand_together():
    up = np.linspace(-1, 1, 9)
    down = -up
    order = by_similarity(np.stack([up, down, up, down], axis=1))
    assert sorted(order) == [0, 1, 2, 3]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {
        frozenset({0, 2}),
        frozenset({1, 3}),
    }


def test_units_on_a_line_are_ordered_along_it():
    steps = np.linspace(-1, 1, 9)
    assert by_similarity(np.outer(steps, [4.0, 3.0])).tolist() in ([0, 1], [1, 0])


def test_attention_s_two_axes_count_the_same_bars():
    roll = PianoRoll.from_plane(np.eye(48, 88, dtype=bool))
    _, ax = attention_map(np.eye(48), roll).axes
    bars = [text.get_text() for text in ax.get_yticklabels()]
    assert bars == [text.get_text() for text in ax.get_xticklabels()] == ["1", "2", "3"]
    (image,) = ax.images
    assert image.get_array().shape == (48, 48)
