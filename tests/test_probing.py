"""Overhearing a decoder: which steps it heard, and where they stand in the beat."""

import numpy as np
import pytest
import torch

from deepmusician.model import DeepMusician, NetworkConfig
from deepmusician.pianoroll import PianoRoll
from deepmusician.probing import overhear


@pytest.fixture
def model():
    torch.manual_seed(0)
    sizes = {"hidden": 6, "classifier_hidden": 5, "context": 8}
    return DeepMusician(NetworkConfig(**sizes)).eval()


def clock(steps):
    """Return a roll in which step n touches key n, so that every step is known."""
    return PianoRoll.from_plane(np.eye(steps, 88, dtype=bool))


def test_a_step_was_heard_one_step_before_it_is_judged(model):
    heard = overhear(model, [clock(40)], per_piece=3, steps=12)
    key = heard.heard.argmax(axis=1)
    walked = heard.age > 0
    assert heard.states.shape == (36, 6)
    assert (heard.position[walked] == (key[walked] + 1) % 4).all()
    assert (heard.heard[~walked] == 0).all()


def test_stretches_begin_anywhere_in_the_beat(model):
    heard = overhear(model, [clock(80)], per_piece=40, steps=4)
    assert set(heard.position[heard.age == 0]) == {0, 1, 2, 3}


def test_states_are_those_that_the_network_judges_from(model):
    roll = clock(12)
    heard = overhear(model, [roll], per_piece=1, steps=12)
    target = torch.tensor(roll.onsets).float()[None]
    with torch.no_grad():
        expected = model(torch.zeros(1, 8, 88), target)[0]
        logits = model.classifier(torch.from_numpy(heard.states))
    assert torch.allclose(logits, expected, atol=1e-6)


def test_the_start_changes_what_the_first_steps_know(model):
    states = {
        start: overhear(model, [clock(40)], steps=12, start=start).states
        for start in ("guided", "zero", "random")
    }
    assert not np.allclose(states["guided"][0], states["zero"][0])
    assert not np.allclose(states["zero"][0], states["random"][0])


def test_the_same_seed_overhears_the_same_stretches(model):
    first, again, other = (
        overhear(model, [clock(80)], per_piece=5, steps=4, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first.states, again.states)
    assert not np.array_equal(first.position, other.position)


def test_pieces_shorter_than_a_stretch_are_left_out(model):
    heard = overhear(model, [clock(5), clock(12)], per_piece=1, steps=12)
    assert len(heard.age) == 12
    with pytest.raises(ValueError, match="no piece has 12 steps"):
        overhear(model, [clock(5)], steps=12)
