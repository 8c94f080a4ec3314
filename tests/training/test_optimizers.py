"""Muon for matrices beside AdamW for the rest: one optimizer, resumable."""

import copy

import pytest
import torch
from torch import nn
from torch.optim import AdamW, Muon
from torch.optim.lr_scheduler import LambdaLR

from deepmusician.training.optimizers import MuonBesideAdamW

KINDS = {"adamw": AdamW, "muon": MuonBesideAdamW}


def optimizer_of(kind, net, rate=0.01, decay=0.1):
    options = {"lr": rate, "weight_decay": decay, "fused": False}
    return KINDS[kind](net.parameters(), **options)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))


def moved(net, optimizer, steps=3, scheduler=None):
    """Return a network's weights after some steps on made-up data."""
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.randn(5, 6, generator=generator)).square().sum().backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
    return [weight.detach().clone() for weight in net.parameters()]


def equal(some, others):
    return all(torch.equal(one, two) for one, two in zip(some, others, strict=True))


class Both:
    """Muon and AdamW side by side, each stepped by hand."""

    def __init__(self, net):
        matrices = [net[0].weight, net[2].weight]
        self.parts = [
            Muon(matrices, 0.01, 0.1, adjust_lr_fn="match_rms_adamw"),
            AdamW([net[0].bias, net[2].bias], 0.01, weight_decay=0.1),
        ]

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        for part in self.parts:
            part.step()


def test_matrices_are_muons_and_biases_adamws():
    one, two = network(), network()
    apart = moved(one, Both(one))
    assert equal(moved(two, optimizer_of("muon", two)), apart)
    three = network()
    alone = moved(three, optimizer_of("adamw", three))
    assert torch.equal(alone[1], apart[1]) is False  # the other weights have moved on
    assert not torch.equal(alone[0], apart[0])


def test_in_float32_muon_goes_where_pytorchs_goes_but_for_rounding():
    one, two = network(), network()
    options = {"lr": 0.01, "weight_decay": 0.1, "fused": False}
    low = moved(one, MuonBesideAdamW(one.parameters(), **options))
    precise = moved(two, MuonBesideAdamW(two.parameters(), low=False, **options))
    for was, mine, theirs in zip(network().parameters(), precise, low, strict=True):
        assert (mine - theirs).norm() < 0.2 * (mine - was).norm()
    assert not torch.equal(precise[0], low[0])


def test_a_rate_changed_on_the_whole_is_changed_in_the_parts():
    still = network()
    optimizer = optimizer_of("muon", still)
    scheduler = LambdaLR(optimizer, lambda step: 0.0)
    before = [weight.detach().clone() for weight in still.parameters()]
    assert equal(moved(still, optimizer, scheduler=scheduler), before)


@pytest.mark.parametrize("kind", ["adamw", "muon"])
def test_it_goes_on_from_a_stored_state_as_if_it_had_never_stopped(kind):
    whole, half = network(), network()
    optimizer = optimizer_of(kind, whole)
    moved(whole, optimizer)
    first = optimizer_of(kind, half)
    moved(half, first)
    state = copy.deepcopy(first.state_dict())
    second = optimizer_of(kind, half, 0.5, 0.5)
    second.load_state_dict(state)
    for group in second.param_groups:
        assert group["lr"] == 0.01
    assert equal(moved(half, second), moved(whole, optimizer))


def test_the_closure_is_called_and_its_loss_returned():
    net = network()
    optimizer = optimizer_of("muon", net)

    def closure():
        loss = net(torch.ones(1, 6)).square().sum()
        loss.backward()
        return loss

    before = net[0].weight.detach().clone()
    assert optimizer.step(closure).item() > 0
    assert not torch.equal(net[0].weight, before)
