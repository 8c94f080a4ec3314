"""Networks on tokens: causal, exact, the same in one go and token by token."""

import numpy as np
import pytest
import torch
from support.rolls import busy_pieces as pieces

from deepmusician.corpora import TokenWindows
from deepmusician.evaluation import whole_nll
from deepmusician.model import (
    NetworkConfig,
    TokenNetwork,
    build_network,
    compose,
    token_nll,
)
from deepmusician.music import TokenReader, known_cells

KINDS = [(kind, heads) for kind in ("gru", "steps", "transformer") for heads in (0, 2)]
every_kind = pytest.mark.parametrize(("kind", "heads"), KINDS)


def network_of(kind, heads, **changes):
    """A small network with weights that matter, in float64 and without dropout."""
    torch.manual_seed(1)
    settings = {"hidden": 16, "context": 32, "representation": "tokens"}
    config = NetworkConfig(
        **{"plane": "both", "start": "zero", "body": kind, "heads": heads},
        **settings | changes,
    )
    network = build_network(config).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return network


def batch_of(rolls):
    (batch,) = TokenWindows(rolls).in_order()
    return batch


@every_kind
def test_no_prediction_changes_when_the_future_does(kind, heads):
    network, batch = network_of(kind, heads), batch_of(pieces())
    before, _ = network(*batch.network_inputs)
    cut = 30
    assert batch.mask[:, cut + 1].all()
    step = batch.places[:, cut]  # what is known as it begins may be known
    others = torch.randint(0, 120, batch.inputs.shape)
    inputs = torch.where(torch.arange(others.shape[1]) > cut, others, batch.inputs)
    cells = batch.cells.clone()
    for piece, last in enumerate(step.tolist()):
        cells[piece, last + 1 :] = torch.rand_like(cells[piece, last + 1 :]).round()
    after, _ = network(inputs, batch.allowed, batch.places, batch.mask, cells)
    assert torch.allclose(before[:, : cut + 1], after[:, : cut + 1])
    if (kind, heads) != ("transformer", 0):  # which sees one token alone
        assert not torch.allclose(before[:, -1], after[:, -1])


@every_kind
def test_token_by_token_is_the_same_as_in_one_go(kind, heads):
    network = network_of(kind, heads, context=8)  # less than a piece, so some is past
    for roll in pieces():
        batch = batch_of([roll])
        whole, _ = network(*batch.network_inputs)
        memory, known, one_by_one = None, 0, []
        for number, place in enumerate(batch.places[0].tolist()):
            here = slice(number, number + 1)
            logits, memory = network(
                *(each[:, here] for each in batch.network_inputs[:4]),
                batch.cells[:, known : place + 1],
                memory,
            )
            known = place + 1
            one_by_one.append(logits)
        assert torch.allclose(whole, torch.cat(one_by_one, dim=1))


@every_kind
def test_a_piece_counts_the_same_in_a_batch_and_alone(kind, heads, monkeypatch):
    network, rolls = network_of(kind, heads), pieces()
    together = network.nlls(batch_of(rolls))
    monkeypatch.setattr("deepmusician.model.token_network.CHUNK", 7)
    apart = [network.nlls(batch_of([roll])) for roll in rolls]
    assert torch.allclose(together, torch.cat(apart))


@every_kind
def test_the_probabilities_of_all_rolls_add_up_to_one(kind, heads):
    network, steps = network_of(kind, heads, keys=2), 3
    waiting, total, rolls = [()], 0.0, set()
    while waiting:
        tokens, reader = waiting.pop(), TokenReader(network.vocabulary, steps)
        allowed, places = [], []
        for token in tokens:
            allowed.append(reader.allowed())
            places.append(reader.step)
            reader.read(token)
        waiting += [(*tokens, int(token)) for token in np.flatnonzero(reader.allowed())]
        if not reader.is_over:
            continue
        logits, _ = network(
            torch.tensor([[network.vocabulary.start, *tokens[:-1]]]),
            torch.tensor(np.array(allowed))[None],
            torch.tensor([places]),
            torch.ones(1, len(tokens), dtype=torch.bool),
            torch.tensor(known_cells(reader.onsets, reader.sounding))[None],
        )
        total += np.exp(-token_nll(logits, torch.tensor([tokens])).sum().item())
        rolls.add((reader.onsets.tobytes(), reader.sounding.tobytes()))
    assert len(rolls) == 13**2  # of each key there are 13
    assert total == pytest.approx(1)


@every_kind
def test_whole_music_is_the_sum_over_tokens_by_quarters(kind, heads):
    network, rolls = network_of(kind, heads), pieces()
    found = whole_nll(network, rolls)
    nlls = network.nlls(batch_of(rolls))
    assert found.total == pytest.approx(4 * float(nlls.sum()) / sum(map(len, rolls)))
    assert found.lengths > 0
    assert found.onsets > 0


@every_kind
def test_a_prime_is_kept_and_a_piece_does_not_depend_on_the_others(kind, heads):
    network, prime = network_of(kind, heads), pieces()[0]
    one, two = compose(network, 16, prime, pieces=2, seed=5)
    assert len(one) == 40
    for piece in (one, two):
        assert np.array_equal(piece.onsets[:24], prime.onsets)
        assert np.array_equal(piece.sounding[:24], prime.sounding)
    assert one != two
    assert compose(network, 16, prime, seed=5) == [one]


@every_kind
def test_greedy_is_the_limit_of_a_low_temperature(kind, heads):
    network = network_of(kind, heads)
    greedy = compose(network, 40, rule="greedy")
    assert greedy == compose(network, 40, rule="greedy", seed=8)
    assert greedy == compose(network, 40, temperature=1e-6)
    assert greedy == compose(network, 40, top_k=1)
    assert greedy == compose(network, 40, top_p=1e-9)
    assert compose(network, 40) != greedy


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"rule": "threshold"}, "rule"),
        ({"top_k": -1}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.5}, "top_p"),
    ],
)
def test_what_no_network_on_tokens_does_is_refused(options, why):
    with pytest.raises(ValueError, match=why):
        compose(network_of("gru", 0), 8, **options)


def test_a_network_on_rolls_has_no_likeliest_tokens():
    with pytest.raises(ValueError, match="top_k"):
        compose(build_network(NetworkConfig(hidden=8)), 8, top_k=3)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"plane": "onsets"}, "plane"),
        ({"start": "guided"}, "start"),
        ({"heads": 3}, "hidden"),
        ({"body": "lstm"}, "body"),
        ({"representation": "roll", "heads": 2}, "heads"),
        ({"representation": "roll", "body": "steps"}, "body"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, why):
    tokens = {"representation": "tokens", "plane": "both", "start": "zero"}
    with pytest.raises(ValueError, match=why):
        NetworkConfig(**tokens | settings)


def test_the_bias_starts_at_the_shares_of_the_tokens():
    network = TokenNetwork(network_of("gru", 0).config)
    network.set_output_bias(torch.full((120,), 0.25))
    assert torch.allclose(network.output.bias, torch.tensor(0.25).log())
