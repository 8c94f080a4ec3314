"""Dropout by a hash: how much, where, and the same for the gradient."""

import pytest
import torch

from deepmusician.model.dropout import Dropout, dropout


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("p", [0.2, 0.5])
def test_the_share_that_is_dropped_is_p_and_the_mean_stays(dtype, p):
    torch.manual_seed(0)
    left = dropout(torch.ones(1000, 1000, dtype=dtype), p, True)
    scale = torch.tensor(1 / (1 - p), dtype=dtype)
    assert set(left.unique().tolist()) == {0.0, float(scale)}
    spread = (p * (1 - p) / 1e6) ** 0.5
    assert abs(float((left == 0).double().mean()) - p) < 4 * spread


def test_no_two_draws_and_no_two_places_are_alike():
    torch.manual_seed(0)
    first, second = (dropout(torch.ones(1 << 20), 0.5, True) > 0 for _ in range(2))
    agree = [(first == second).double().mean()]
    agree += [(first[n:] == first[:-n]).double().mean() for n in (1, 2, 32, 96, 512)]
    agree += [(first[n:] == second[:-n]).double().mean() for n in (1, 7)]
    assert all(abs(float(share) - 0.5) < 0.003 for share in agree)


def test_the_gradient_passes_where_the_value_did():
    values = torch.randn(4, 6, 5, requires_grad=True)
    left = dropout(values, 0.5, True)
    left.sum().backward()
    assert values.grad.equal(torch.where(left != 0, 2.0, 0.0))


def test_the_same_generator_draws_the_same():
    draws = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        draws.append(dropout(torch.ones(50), 0.5, True))
    assert draws[0].equal(draws[1])
    assert not draws[0].equal(draws[2])


def test_what_is_not_in_order_in_memory_is_read_by_its_places():
    values = torch.arange(12.0).view(3, 4).t()
    left = dropout(values, 0.5, True)
    assert left.shape == values.shape
    assert (left[left != 0] == 2 * values[left != 0]).all()


@pytest.mark.parametrize("layer", [Dropout(0.5).eval(), Dropout(0.0)])
def test_nothing_is_dropped_in_evaluation_or_with_p_zero(layer):
    values = torch.randn(5)
    assert layer(values).equal(values)


def test_without_kernels_and_in_float64_it_is_torchs_own(monkeypatch):
    def same(values):
        both = []
        for drop in (dropout, torch.nn.functional.dropout):
            torch.manual_seed(3)
            both.append(drop(values, 0.5, True))
        return both[0].equal(both[1])

    assert same(torch.ones(200, dtype=torch.float64))
    assert not same(torch.ones(200))
    monkeypatch.setattr("deepmusician.model.dropout.kernels", lambda: None)
    assert same(torch.ones(200))
