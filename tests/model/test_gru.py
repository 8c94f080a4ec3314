"""FusedGRU against nn.GRU: values, gradients, and where it steps aside."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from deepmusician.model import FusedGRU, gru
from deepmusician.model.dropout import dropout


def twins(seed: int = 0, **changes) -> tuple[nn.GRU, FusedGRU]:
    """Return PyTorch's GRU and ours with the same weights."""
    torch.manual_seed(seed)
    sizes = {"input_size": 3, "hidden_size": 5, "num_layers": 2, "batch_first": True}
    theirs = nn.GRU(**{**sizes, **changes})
    ours = FusedGRU(**{**sizes, **changes})
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def gradients(network: nn.GRU, inputs, start=None, seed: int = 9) -> list:
    """Return outputs, last state and all gradients of a loss that reads everything."""
    torch.manual_seed(seed)
    leaves = [inputs.clone().requires_grad_()]
    if start is not None:
        leaves.append(start.clone().requires_grad_())
    outputs, last = network(*leaves)
    weights = torch.randn(outputs.shape)
    loss = (outputs * weights).sum() + (last**2).sum()
    wanted = [*leaves, *network.parameters()]
    return [outputs, last, *torch.autograd.grad(loss, wanted)]


def assert_same(first: list, second: list) -> None:
    for one, other in zip(first, second, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=2e-5)


@settings(max_examples=25)
@given(
    batch=st.sampled_from([1, 2, 4, 16, 18]),
    steps=st.sampled_from([1, 2, 5, 16, 17, 35]),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 3)),
    batch_first=st.booleans(),
    with_start=st.booleans(),
)
def test_values_and_all_gradients_are_those_of_nn_gru(
    batch, steps, sizes, batch_first, with_start
):
    names = ("input_size", "hidden_size", "num_layers")
    theirs, ours = twins(
        **dict(zip(names, sizes, strict=True)), batch_first=batch_first
    )
    shape = (batch, steps) if batch_first else (steps, batch)
    inputs = torch.randn(*shape, sizes[0])
    start = torch.randn(sizes[2], batch, sizes[1]) if with_start else None
    assert_same(gradients(theirs, inputs, start), gradients(ours, inputs, start))


def test_between_layers_each_state_is_dropped_or_scaled_as_in_nn_gru():
    theirs, ours = twins(num_layers=2, dropout=0.5)
    inputs = torch.randn(4, 6, 3)
    layers = [nn.GRU(size, 5, batch_first=True) for size in (3, 5)]
    for name, value in theirs.named_parameters():
        getattr(layers[int(name[-1])], f"{name[:-1]}0").data = value.data
    torch.manual_seed(7)
    filled = dropout(torch.ones(5, 6, 16), 0.5, True)  # four sequences, and silence
    mask = filled.permute(2, 1, 0)[:4]
    assert set(mask.unique().tolist()) == {0.0, 2.0}
    expected, _ = layers[1](layers[0](inputs)[0] * mask)
    torch.manual_seed(7)
    assert_same([expected], [ours(inputs)[0]])
    assert_same(gradients(theirs.eval(), inputs), gradients(ours.eval(), inputs))


def test_at_full_size_float32_gradients_agree():
    theirs, ours = twins(input_size=88, hidden_size=512)
    theirs, ours = theirs.float(), ours.float()
    inputs = (torch.rand(4, 24, 88) < 0.0125).float()
    for network in (theirs, ours):
        network(inputs)[0].pow(2).sum().backward()
    for one, other in zip(theirs.parameters(), ours.parameters(), strict=True):
        scale = one.grad.abs().max().item()
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-5 * scale)


def test_a_second_derivative_is_refused_and_never_wrong():
    _, ours = twins()
    loss = ours(torch.randn(2, 4, 3))[0].pow(2).sum()
    (slope,) = torch.autograd.grad(loss, ours.weight_hh_l0, create_graph=True)
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        torch.autograd.grad(slope.pow(2).sum(), ours.weight_hh_l0)


def test_an_input_without_gradient_and_an_unused_output_are_fine():
    theirs, ours = twins()
    inputs = torch.randn(2, 4, 3)
    grads = []
    for network in (theirs, ours):
        network(inputs)[1][0].sum().backward()  # only the first layer's last state
        weights = list(network.parameters())
        grads.append([value.grad for value in weights[:4]])
        assert not any(
            value.grad.any() for value in weights[4:] if value.grad is not None
        )
    assert_same(*grads)


def test_changing_the_outputs_before_the_backward_pass_is_noticed():
    _, ours = twins()
    outputs, _ = ours(torch.randn(2, 4, 3))
    loss = outputs.pow(2).sum()
    with torch.no_grad():
        outputs.zero_()
    with pytest.raises(RuntimeError, match="modified inplace"):
        loss.backward()


def calls_of_the_layer(monkeypatch) -> list:
    """Return a list that grows with every fused layer that runs."""
    calls, apply = [], gru._Layer.apply
    monkeypatch.setattr(
        gru._Layer, "apply", lambda *args: calls.append(1) or apply(*args)
    )
    return calls


def test_each_layer_is_one_function_while_training(monkeypatch):
    calls = calls_of_the_layer(monkeypatch)
    twins(num_layers=3)[1](torch.randn(2, 4, 3))
    assert len(calls) == 3


def test_it_steps_aside_where_nn_gru_serves_better(monkeypatch):
    calls = calls_of_the_layer(monkeypatch)
    inputs = torch.randn(2, 4, 3)
    theirs, ours = twins()
    packed = pack_sequence([inputs[0], inputs[1, :2]])
    assert_same([theirs(packed)[0].data], [ours(packed)[0].data])
    assert_same(list(theirs(inputs[0])), list(ours(inputs[0])))  # one piece, no batch
    assert_same(list(theirs(inputs[:, :1])), list(ours(inputs[:, :1])))  # one step
    for changes in ({"bidirectional": True}, {"bias": False}):
        theirs, ours = twins(**changes)
        assert_same(list(theirs(inputs)), list(ours(inputs)))
    theirs, ours = (network.double() for network in twins())
    assert_same(list(theirs(inputs.double())), list(ours(inputs.double())))
    assert twins()[1].to("meta")(inputs.to("meta"))[0].shape == (2, 4, 5)
    assert not calls


def test_inputs_that_do_not_fit_raise_what_nn_gru_raises():
    theirs, ours = twins()
    wide, start = torch.zeros(2, 4, 7), torch.zeros(2, 3, 5)
    for arguments in ([wide], [wide[..., :3], start]):
        with pytest.raises(RuntimeError) as theirs_says:
            theirs(*arguments)
        with pytest.raises(RuntimeError) as ours_says:
            ours(*arguments)
        assert str(ours_says.value) == str(theirs_says.value)
