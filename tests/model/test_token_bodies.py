"""The bodies of networks on tokens, against plain loops."""

import torch
from support.rolls import busy_pieces

from deepmusician.corpora import TokenWindows
from deepmusician.model import NetworkConfig
from deepmusician.model.token_bodies import BODIES


def body_of(kind, heads=0):
    torch.manual_seed(2)
    tokens = {"representation": "tokens", "plane": "both", "start": "zero"}
    config = NetworkConfig(hidden=16, context=64, body=kind, heads=heads, **tokens)
    return BODIES[kind](config).double().eval()


def batch_of(*lengths):
    (batch,) = TokenWindows(busy_pieces(*lengths)).in_order()
    vectors = torch.randn(*batch.inputs.shape, 16, dtype=torch.float64)
    return batch, vectors, (batch.places, batch.mask, batch.cells.double())


def test_the_gru_goes_from_token_to_token():
    body, (batch, vectors, rest) = body_of("gru"), batch_of(24, 40)
    states, _ = body(vectors, *rest, None)
    expected, _ = torch.nn.GRU.forward(body.gru, vectors)
    assert torch.allclose(states[batch.mask], expected[batch.mask])


def test_steps_and_their_tokens_have_a_gru_each():
    body, (batch, vectors, rest) = body_of("steps"), batch_of(24, 40)
    states, _ = body(vectors, *rest, None)
    steps, _ = torch.nn.GRU.forward(body.outer, batch.cells.double())
    for piece, mask in enumerate(batch.mask):
        hidden, last = None, -1
        for number in range(int(mask.sum())):
            place = int(batch.places[piece, number])
            if place != last:
                hidden, last = steps[piece, place][None, None], place
            state, hidden = body.inner(vectors[piece, number][None, None], hidden)
            assert torch.allclose(states[piece, number], state[0, 0])


def test_a_transformers_layers_add_to_what_they_get():
    body, (batch, vectors, rest) = body_of("transformer", heads=2), batch_of(24)
    for layer in body.layers:
        torch.nn.init.zeros_(layer.narrow.weight)
        torch.nn.init.zeros_(layer.narrow.bias)
        torch.nn.init.zeros_(layer.attention.output.weight)
        torch.nn.init.zeros_(layer.attention.output.bias)
    states, _ = body(vectors, *rest, None)
    assert torch.equal(states[batch.mask], vectors[batch.mask])


def test_without_heads_a_transformer_sees_one_token_alone():
    body, (_, vectors, rest) = body_of("transformer"), batch_of(24)
    others = torch.randn_like(vectors)
    others[:, 7] = vectors[:, 7]
    one, two = (body(each, *rest, None)[0] for each in (vectors, others))
    assert torch.allclose(one[:, 7], two[:, 7])
    assert not torch.allclose(one[:, 8], two[:, 8])
