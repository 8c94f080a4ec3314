"""The kernels: a compiled layer is PyTorch's, in float32 and with bfloat16 products."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepmusician.model import DeepMusician, FusedGRU, NetworkConfig, bce_loss, fused
from deepmusician.model.compiled import array_of

BFLOAT16 = 2**-8  # the format's step, as a share of a number


def twins(**sizes) -> tuple[nn.GRU, FusedGRU]:
    """Return PyTorch's GRU and ours with the same weights, in float32."""
    torch.manual_seed(0)
    theirs, ours = (
        nn.GRU(batch_first=True, **sizes),
        FusedGRU(batch_first=True, **sizes),
    )
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def gradients(network: nn.GRU, inputs, start, low: bool = False) -> list:
    """Return outputs, last state and all gradients of a loss that reads everything."""
    leaves = [inputs.clone().requires_grad_(), start.clone().requires_grad_()]
    with torch.autocast("cpu", torch.bfloat16, enabled=low):
        outputs, last = network(*leaves)
    torch.manual_seed(9)
    loss = (outputs.float() * torch.randn(outputs.shape)).sum() + (last**2).sum()
    wanted = [*leaves, *network.parameters()]
    return [outputs.float(), last, *torch.autograd.grad(loss, wanted)]


def differences(theirs: list, ours: list) -> list[float]:
    """Return how far each tensor is from the other, as a share of its length."""
    pairs = [(a.detach(), b.detach()) for a, b in zip(theirs, ours, strict=True)]
    return [float((a - b).norm() / a.norm().clamp_min(1e-30)) for a, b in pairs]


@settings(max_examples=20)
@given(
    batch=st.sampled_from([1, 3, 16, 33]),
    steps=st.sampled_from([2, 5, 24]),
    sizes=st.tuples(st.integers(1, 4), st.sampled_from([1, 5, 16]), st.integers(1, 3)),
)
def test_in_float32_values_and_gradients_are_those_of_nn_gru(batch, steps, sizes):
    names = ("input_size", "hidden_size", "num_layers")
    theirs, ours = twins(**dict(zip(names, sizes, strict=True)))
    inputs = torch.randn(batch, steps, sizes[0])
    start = torch.randn(sizes[2], batch, sizes[1])
    pairs = gradients(theirs, inputs, start), gradients(ours, inputs, start)
    assert max(differences(*pairs)) < 2e-5


def test_without_gradients_the_values_are_the_same():
    theirs, ours = twins(input_size=8, hidden_size=32, num_layers=2)
    inputs = torch.randn(4, 40, 8)
    with torch.no_grad():
        for one, other in zip(theirs(inputs), ours(inputs), strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=2e-6)


@pytest.mark.parametrize("hidden", [64, 128])  # one narrow enough for float32 steps
def test_with_bfloat16_products_gradients_lie_within_the_formats_error(hidden):
    theirs, ours = twins(input_size=88, hidden_size=hidden, num_layers=2)
    inputs = (torch.rand(16, 48, 88) < 0.05).float()
    start = torch.randn(2, 16, hidden) / 2
    low = gradients(ours, inputs, start, low=True)
    assert low[1].dtype == torch.float32 == low[-1].dtype
    found = differences(gradients(theirs, inputs, start), low)
    assert BFLOAT16 / 100 < max(found) < 5 * BFLOAT16, found


def test_extreme_inputs_stay_finite_and_saturate():
    theirs, ours = twins(input_size=2, hidden_size=16)
    inputs = torch.tensor([-1e4, 0.0, 1e4, -80.0, 90.0, 1e-30])
    inputs = inputs[None, :, None].expand(3, 6, 2).contiguous()
    start = torch.zeros(1, 3, 16)
    pairs = gradients(theirs, inputs, start), gradients(ours, inputs, start)
    assert all(other.isfinite().all() for other in pairs[1])
    assert max(differences(*pairs)) < 1e-3


@pytest.mark.parametrize("outputs", ["independent", "dependent"])
def test_a_whole_network_learns_in_the_same_direction(outputs):
    torch.manual_seed(0)
    sizes = {"hidden": 64, "dropout": 0.0, "classifier_dropout": 0.0}
    model = DeepMusician(NetworkConfig(outputs=outputs, **sizes))
    context, target = (torch.rand(2, 8, 96, 88) < 0.02).float().unbind()
    found = []
    for low in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            logits = model(context, target)
        assert logits.dtype == torch.float32
        loss = bce_loss(logits, target)
        found.append([loss, *torch.autograd.grad(loss, list(model.parameters()))])
    for one, other in zip(*found, strict=True):
        cosine = torch.cosine_similarity(one.flatten(), other.flatten(), dim=0)
        assert cosine > 0.99
    torch.testing.assert_close(found[0][0], found[1][0], rtol=1e-2, atol=0)


@given(st.floats(-(2.0**100), 2.0**100, width=32))
def test_a_float32_is_rounded_to_bfloat16_as_by_torch(number):
    values, left = torch.tensor([number]), torch.empty(1, dtype=torch.bfloat16)
    fused.drop(array_of(values), array_of(left), 0.0, 1, 2)
    assert left.equal(values.bfloat16())


def test_arrays_share_their_tensors_memory():
    for dtype in (torch.float32, torch.bfloat16):
        tensor = torch.zeros(3, dtype=dtype)
        array_of(tensor)[1] = np.uint16(0x3F80) if dtype == torch.bfloat16 else 1
        assert tensor.tolist() == [0, 1, 0]
