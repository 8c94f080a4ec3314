"""Hidden states of a decoder: its inputs, and where its steps stand in the beat."""

import numpy as np
import pytest
import torch

from deepmusician.evaluation import hidden_states
from deepmusician.model import DeepMusician, NetworkConfig
from deepmusician.music import PianoRoll


@pytest.fixture
def model():
    torch.manual_seed(0)
    sizes = {"hidden": 6, "classifier_hidden": 5, "context": 8}
    return DeepMusician(NetworkConfig(**sizes)).eval()


def clock(steps):
    """Return a roll in which step n has key n, so that every step is known."""
    return PianoRoll.from_plane(np.eye(steps, 88, dtype=bool))


def test_a_step_is_the_input_one_step_after_it_is_predicted(model):
    along = hidden_states(model, [clock(40)], per_piece=3, steps=12)
    key = along.inputs.argmax(axis=1)
    walked = along.age > 0
    assert along.states.shape == (36, 6)
    assert (along.position[walked] == (key[walked] + 1) % 4).all()
    assert (along.inputs[~walked] == 0).all()


def test_stretches_begin_anywhere_in_the_beat(model):
    along = hidden_states(model, [clock(80)], per_piece=40, steps=4)
    assert set(along.position[along.age == 0]) == {0, 1, 2, 3}


def test_states_are_those_that_the_network_predicts_from(model):
    roll = clock(12)
    along = hidden_states(model, [roll], per_piece=1, steps=12)
    target = torch.tensor(roll.onsets).float()[None]
    with torch.no_grad():
        expected = model(torch.zeros(1, 8, 88), target)[0]
        logits = model.classifier(torch.from_numpy(along.states))
    assert torch.allclose(logits, expected, atol=1e-6)


def test_the_start_changes_what_the_first_steps_know(model):
    states = {
        start: hidden_states(model, [clock(40)], steps=12, start=start).states
        for start in ("guided", "zero", "random")
    }
    assert not np.allclose(states["guided"][0], states["zero"][0])
    assert not np.allclose(states["zero"][0], states["random"][0])


def test_the_same_seed_reads_the_same_stretches(model):
    first, again, other = (
        hidden_states(model, [clock(80)], per_piece=5, steps=4, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first.states, again.states)
    assert not np.array_equal(first.position, other.position)


def test_pieces_shorter_than_a_stretch_are_left_out(model):
    along = hidden_states(model, [clock(5), clock(12)], per_piece=1, steps=12)
    assert len(along.age) == 12
    with pytest.raises(ValueError, match="no piece has 12 steps"):
        hidden_states(model, [clock(5)], steps=12)
