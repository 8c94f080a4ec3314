"""The measures of networks on tokens."""

import math

import pytest
import torch
from support.rolls import busy_pieces
from support.toy import tunes

from deepmusician.corpora import TokenWindows
from deepmusician.evaluation import epoch_measures, evaluate, whole_nll
from deepmusician.model import NetworkConfig, build_network
from deepmusician.music import PianoRoll


@pytest.fixture
def even():
    """A network to which all tokens that may come are equally likely."""
    tokens = {"representation": "tokens", "plane": "both", "start": "zero"}
    network = build_network(NetworkConfig(hidden=8, **tokens))
    torch.nn.init.zeros_(network.output.weight)
    torch.nn.init.zeros_(network.output.bias)
    return network


def test_even_probabilities_cost_what_is_allowed(even):
    rolls = busy_pieces(24, 41)
    counts, tokens = 0.0, 0
    for batch in TokenWindows(rolls).in_order():
        counts += float(batch.allowed[batch.mask].sum(-1).double().log().sum())
        tokens += int(batch.mask.sum())
    measures = evaluate(even, rolls)
    assert measures["nll_step"] == pytest.approx(counts / 65, rel=1e-5)
    assert measures["nll_quarter"] == pytest.approx(4 * counts / 65, rel=1e-5)
    assert measures["nll_token"] == pytest.approx(counts / tokens, rel=1e-5)
    assert measures["tokens_per_step"] == pytest.approx(tokens / 65)
    parts = whole_nll(even, rolls)
    assert parts.total == pytest.approx(measures["nll_quarter"], rel=1e-5)


def test_after_an_epoch_the_likelihood_alone_is_watched(even):
    windows = TokenWindows(tunes().valid)
    measures = epoch_measures(even, windows, loss=None)
    assert measures["loss"] == measures["nll"] > 0
    assert math.isnan(measures["density"])


def test_a_piece_without_steps_is_named(even):
    empty = PianoRoll.from_plane(tunes().train[0].onsets[:0], name="nothing")
    with pytest.raises(ValueError, match="nothing"):
        whole_nll(even, [*busy_pieces(24), empty])
