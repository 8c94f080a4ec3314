"""Which token is drawn, and that a prime is read to its end."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepmusician.model.token_composing import choose_token, write_on
from deepmusician.music import KEYS, PianoRoll, Vocabulary

LOGITS = torch.tensor([0.1, 0.4, 0.2, 0.3]).double().log()
EVENLY = [(number + 0.5) / 1000 for number in range(1000)]
WORDS = Vocabulary()


def shares(**how):
    """How often each token is drawn by numbers that lie evenly."""
    drawn = [choose_token(LOGITS, uniform, **how) for uniform in EVENLY]
    return np.bincount(drawn, minlength=4) / len(EVENLY)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, [0.1, 0.4, 0.2, 0.3]),
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_p": 0.65}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_p": 0.71}, [0, 4 / 9, 2 / 9, 3 / 9]),
        ({"top_k": 1}, [0, 1, 0, 0]),
        ({"top_p": 1e-9}, [0, 1, 0, 0]),
        ({"temperature": 0.5}, np.array([1, 16, 4, 9]) / 30),
        ({"temperature": 0.5, "top_k": 2}, [0, 16 / 25, 0, 9 / 25]),
    ],
)
def test_tokens_are_drawn_by_what_is_left_of_their_probabilities(how, expected):
    assert np.allclose(shares(**how), expected, atol=2e-3)


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.floats(1e-6, 1))
def test_what_cannot_come_is_never_drawn(uniform, top_k, top_p):
    logits = torch.tensor([-1e4, 0.0, -1e4, 2.0]).double()
    assert choose_token(logits, uniform, 1.5, top_k, top_p) in (1, 3)


class Recorder:
    """A network that wants the next note at once, and notes what it is given."""

    vocabulary = WORDS

    def __init__(self):
        self.read, self.cells = [], []

    def __call__(self, inputs, allowed, places, real, cells, memory):
        self.read.append((inputs.item(), places.item()))
        self.cells.append(cells[0])
        return torch.where(allowed, 0.0, -1e4), None


def test_a_prime_is_read_to_its_end_before_anything_is_added():
    onsets = np.zeros((50, KEYS), bool)
    onsets[3, [20, 30]] = True
    prime = PianoRoll.from_plane(onsets, hold=4)
    network, chosen = Recorder(), []

    def choose(logits):
        chosen.append(int(logits.argmax()))  # the first that may come
        return chosen[-1]

    piece = write_on(network, 10, prime, choose)
    assert np.array_equal(piece.onsets[:50], prime.onsets)
    assert np.array_equal(piece.sounding[:50], prime.sounding)
    assert len(piece) == 60
    names = [WORDS.name(token) for token in chosen]
    # From step 3 in long shifts to 35, then at least to the prime's end.
    assert names[:3] == ["shift 16", "shift 16", "shift 15"]
    assert network.read[0] == (WORDS.start, 0)
    assert len(torch.cat(network.cells)) == network.read[-1][1] + 1
