"""The switch of the kernels, and what is left without them."""

import sys

import pytest
import torch

from deepmusician.model import DeepMusician, NetworkConfig, bce_loss, kernels


@pytest.fixture
def anew():
    """Let the switch be read again, now and after the test."""
    kernels.cache_clear()
    yield
    kernels.cache_clear()


def update():
    """Return the loss and a gradient of a small network, with dropout."""
    torch.manual_seed(0)
    model = DeepMusician(NetworkConfig(hidden=16))
    context, target = (torch.rand(2, 2, 20, 88) < 0.05).float().unbind()
    loss = bce_loss(model(context, target), target)
    loss.backward()
    return loss.detach(), model.encoder.gru.weight_hh_l0.grad


def test_off_means_pytorchs_own_operations(anew, monkeypatch):
    assert kernels() is sys.modules["deepmusician.model.fused"]
    kernels.cache_clear()
    monkeypatch.setenv("DEEPMUSICIAN_KERNELS", "off")
    assert kernels() is None
    first, second = update(), update()
    assert all(one.equal(two) for one, two in zip(first, second, strict=True))


def test_without_numba_all_works_too(anew, monkeypatch):
    monkeypatch.delitem(sys.modules, "deepmusician.model.fused", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    assert kernels() is None
    loss, grad = update()
    assert loss.isfinite()
    assert grad.any()
