"""Phrases that return: found in the past alone, and no more than scores."""

import numpy as np
import pytest
import torch
from support.toy import tunes

from deepmusician.corpora import Windows
from deepmusician.evaluation import evaluate, frame_nlls
from deepmusician.model import DeepMusician, NetworkConfig, compose
from deepmusician.model.phrases import Past, PhraseScores, phrase_sizes, recall
from deepmusician.music import PianoRoll

KEYS, HIDDEN = 12, 5
OUTPUTS = pytest.mark.parametrize("outputs", ["independent", "dependent"])


def music(steps: int, seed: int = 0) -> torch.Tensor:
    """A phrase of ten steps that comes again and again, (2, steps, KEYS)."""
    generator = torch.Generator().manual_seed(seed)
    phrase = (torch.rand(2, 10, KEYS, generator=generator) < 0.2).float()
    phrase[:, 0, 0] = 1
    return phrase[:, torch.arange(steps) % 10]


def by_search(steps, longest):
    """Return what `recall` does of one piece, by looking everywhere for each step."""
    rows, found = [tuple(row.tolist()) for row in steps], []
    first = next((n for n, row in enumerate(rows) if any(row)), 0)
    for step in range(len(rows)):
        best = (0, tuple([0.0] * steps.shape[1]))
        for number, size in enumerate(phrase_sizes(longest), start=1):
            wanted = rows[step - size : step]
            places = [
                end
                for end in range(first + size, step)
                if step - size >= first and rows[end - size : end] == wanted
            ]
            if places:
                best = number, rows[places[-1]]
        found.append(best)
    return found


def test_sizes_double_up_to_the_longest():
    assert phrase_sizes(40) == [4, 8, 16, 32]
    assert phrase_sizes(3) == []


@pytest.mark.parametrize("silence", [0, 7])
def test_what_is_recalled_is_what_a_search_finds(silence):
    generator = torch.Generator().manual_seed(3)
    steps = (torch.rand(1, 80, 2, generator=generator) < 0.4).float()  # few kinds
    steps[:, :silence] = 0
    steps[:, 60:] = steps[:, 30:50]
    cells, sizes = recall(steps, 80, 16)
    expected = by_search(steps[0], 16)
    assert sizes[0].tolist() == [size for size, _ in expected]
    assert cells[0].tolist() == [list(cells) for _, cells in expected]
    assert sizes.max() >= 2


def test_a_phrase_that_returns_is_recalled_to_its_end():
    steps = music(40)
    cells, sizes = recall(steps, 26, 64)
    assert torch.equal(cells, steps[:, 14:])
    assert sizes.min() == 1


def scores_of():
    torch.manual_seed(1)
    module = PhraseScores(HIDDEN, 16, torch.arange(KEYS)).double()
    for parameter in module.parameters():
        parameter.data.normal_()
    return module


def test_a_phrase_that_goes_on_otherwise_has_other_scores_from_there_on():
    module, steps = scores_of(), music(30).double()
    past = Past(steps[:, -2:-1], *recall(steps, 1, 16))
    states = torch.randn(2, 1, HIDDEN).double()
    same = module(states, past.recalled, past)
    assert torch.equal(same, module(states, None, past))
    other = past.recalled.clone()
    other[..., 5] = 1 - other[..., 5]
    differs = module(states, other, past)
    assert torch.equal(same[..., :6], differs[..., :6])
    assert (same[..., 6:] != differs[..., 6:]).all()


def test_without_a_phrase_nothing_is_added():
    module = scores_of()
    steps = torch.rand(1, 6, KEYS).round().double()
    past = Past(steps[:, :3], *recall(steps, 3, 16))
    states = torch.randn(1, 3, HIDDEN).double()
    assert not module(states, past.recalled, past).any()


def network_of(outputs, **changes):
    """A network with weights that matter, in float64."""
    torch.manual_seed(2)
    settings = {"hidden": 16, "classifier_hidden": 16, "context": 16, "phrases": 16}
    settings |= {"plane": "sounding", "start": "zero", "outputs": outputs}
    network = DeepMusician(NetworkConfig(**settings | changes)).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.3 * torch.randn_like(weight))
    return network


@OUTPUTS
def test_no_prediction_changes_when_the_future_does(outputs):
    network = network_of(outputs)
    whole = torch.zeros(2, 48, 88).double()
    whole[..., :KEYS] = music(48)
    other = whole.clone()
    other[:, 40:] = torch.rand(2, 8, 88).round()
    first = network(whole[:, :16], whole[:, 16:])
    second = network(other[:, :16], other[:, 16:])
    assert torch.equal(first[:, :24], second[:, :24])
    assert not torch.allclose(first[:, 24:], second[:, 24:])


def test_all_possible_steps_after_a_phrase_add_up_to_one():
    network = network_of("dependent", keys=4, intervals=3)
    cells = torch.cartesian_prod(*4 * [torch.tensor([0.0, 1.0])]).double()
    past = music(30)[:1, :, :4].double().expand(16, -1, -1)
    target = torch.cat([past[:, 16:], cells[:, None]], dim=1)
    logits = network(past[:, :16], target)[:, -1]
    margins = torch.where(cells > 0, logits, -logits)
    total = torch.nn.functional.logsigmoid(margins).sum(-1).exp().sum()
    assert total.item() == pytest.approx(1)


@OUTPUTS
def test_playing_on_draws_from_what_the_likelihood_is_of(outputs):
    network = network_of(outputs, context=64)
    plane = np.zeros((40, 88), bool)
    plane[:, 30 : 30 + KEYS] = music(40)[0] > 0
    prime = PianoRoll.from_plane(plane, "sounding")
    (long,) = compose(network, 8, prime, rule="threshold")
    drawn = torch.tensor(long.sounding[None], dtype=torch.float64)
    logits = network(torch.zeros_like(drawn[:, :1]), drawn)[0, 40:]
    assert ((logits > 0).numpy() == long.sounding[40:]).all()  # each of its lower ones
    assert recall(drawn, 8, 16)[1].any()


def test_a_piece_is_predicted_alike_by_both_ways_of_scoring():
    network, corpus = network_of("dependent", context=32), tunes()
    nlls = np.concatenate(frame_nlls(network, corpus.test))
    measures = evaluate(network, corpus.test)  # its pieces are one window long
    assert measures["nll_step"] == pytest.approx(nlls.mean())
    (batch,) = Windows(corpus.test, "sounding", 32, 32).in_order()
    past = network.past(batch.before, batch.context, batch.target)
    assert past.sizes.shape == (1, 32)


def test_a_network_without_phrases_recalls_nothing():
    network = network_of("dependent", phrases=0)
    silence = torch.zeros(1, 4, 88)
    assert network.past(silence, silence, silence).recalled is None
