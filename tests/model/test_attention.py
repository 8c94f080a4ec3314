"""Causal attention: what a plain loop gives, and by distance alone."""

import math

import pytest
import torch

from deepmusician.model.attention import CausalAttention

STEPS = torch.tensor([[0, 0, 0, 2, 3, 3, 7, 9, 9, 12]])


def attention_of(reach=100, heads=2, hidden=16):
    torch.manual_seed(0)
    return CausalAttention(hidden, heads, reach, dropout=0.0).double()


def states_of(length=10, hidden=16):
    return torch.randn(1, length, hidden, generator=torch.Generator().manual_seed(1))


def real(length=10):
    return torch.ones(1, length, dtype=torch.bool)


def looped(attention, states, steps):
    """The same, one place and one head at a time, with the rotations as matrices."""
    size = states.shape[1] // attention.heads
    projected = attention.project(attention.norm(states))
    queries, keys, values = projected.chunk(3, dim=1)

    def turned(vector, number):
        angles = torch.cat(
            [step * attention.speeds for step in (steps[number], number)]
        )
        turned = vector.clone()
        half = size // 2
        for pair, angle in enumerate(angles[:half].tolist()):
            a, b = vector[pair], vector[pair + half]
            turned[pair] = a * math.cos(angle) - b * math.sin(angle)
            turned[pair + half] = a * math.sin(angle) + b * math.cos(angle)
        return turned

    found = torch.zeros_like(states)
    for at in range(len(states)):
        for head in range(attention.heads):
            part = slice(head * size, (head + 1) * size)
            seen = [
                other
                for other in range(at + 1)
                if other == at or steps[at] - steps[other] < attention.reach
            ]
            scores = torch.stack(
                [
                    turned(queries[at, part], at) @ turned(keys[other, part], other)
                    for other in seen
                ]
            )
            weights = (scores / math.sqrt(size)).softmax(0)
            found[at, part] = sum(
                weight * values[other, part]
                for weight, other in zip(weights, seen, strict=True)
            )
    return states + attention.output(found)


@pytest.mark.parametrize("reach", [100, 6])
def test_it_is_what_a_loop_gives(reach):
    attention, states = attention_of(reach), states_of().double()
    found, _ = attention(states, STEPS, real())
    assert torch.allclose(found[0], looped(attention, states[0], STEPS[0]))


def test_its_weights_are_those_that_it_adds_by():
    attention, states = attention_of(reach=6), states_of().double()
    weights = attention.weights(states, STEPS, real())  # (1, heads, n, n)
    assert torch.allclose(weights.sum(-1), torch.ones(1, 2, 10).double())
    values = attention.project(attention.norm(states)).chunk(3, dim=-1)[2]
    seen = weights @ values.unflatten(-1, (2, -1)).transpose(1, 2)
    joined = attention.output(seen.transpose(1, 2).flatten(2))
    assert torch.allclose(attention(states, STEPS, real())[0], states + joined)
    assert weights[0, :, 9, :6].max() == 0  # at steps 0 to 3, of 12
    assert weights.triu(1).max() == 0


def test_only_distances_count():
    attention, states = attention_of(), states_of().double()
    later = attention.weights(states, STEPS + 64, real())
    assert torch.allclose(attention.weights(states, STEPS, real()), later)
    stretched = attention.weights(states, 2 * STEPS, real())
    assert not torch.allclose(stretched, later)


def test_what_fills_up_is_not_seen():
    attention, states = attention_of(), states_of().double()
    short = real()
    short[:, 6:] = False
    others = states.clone()
    others[:, 6:] = 5
    one, past = attention(states, STEPS, short)
    two, _ = attention(others, STEPS, short)
    assert torch.equal(one[:, :6], two[:, :6])
    assert torch.isfinite(one).all()
    assert past.numbers[0, -1] == 6


def test_what_lies_out_of_reach_is_forgotten():
    attention, states = attention_of(reach=6), states_of().double()
    _, past = attention(states, STEPS, real())
    kept = attention.recent(past)
    assert kept.steps[0].tolist() == [7, 9, 9, 12]
    new = torch.randn(1, 1, 16).double()
    more = torch.tensor([[12]])
    whole, _ = attention(new, more, real(1), past)
    assert torch.allclose(whole, attention(new, more, real(1), kept)[0])
