"""New music from a network on tokens: it writes on, token by token."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from deepmusician.model.token_network import TokenNetwork
from deepmusician.music import PianoRoll, TokenReader, known_cells

Chooser = Callable[[Tensor], int]
"""Takes the logits (size,) of the tokens that may come, returns one of them."""


def write_on(
    network: TokenNetwork, steps: int, prime: PianoRoll, choose: Chooser
) -> PianoRoll:
    """Return the prime, as it is, and `steps` new steps.

    `network`: in float64, in evaluation mode, and on the CPU.
    """
    words, length = network.vocabulary, len(prime) + steps
    reader, memory, given, last = TokenReader(words, length), None, 0, words.start
    waiting = _until_its_last_note(words.encode(prime), words.longest)
    while not reader.is_over:
        allowed = reader.allowed()
        if (left := len(prime) - reader.step) > 0 and not waiting:  # on to its end
            allowed[words.pitches.start :] = False
            allowed[: min(left, words.longest) - 1] = False
        here = slice(max(0, given - 1), reader.step + 1)
        cells = known_cells(reader.onsets[here], reader.sounding[here])
        cells = cells[given - here.start :]
        given = reader.step + 1
        logits, memory = network(
            torch.tensor([[last]]),
            torch.from_numpy(allowed)[None, None],
            torch.tensor([[reader.step]]),
            torch.tensor([[True]]),
            torch.from_numpy(cells)[None],
            memory,
        )
        last = waiting.pop(0) if waiting else choose(logits[0, 0])
        reader.read(last)
    return replace(prime, onsets=reader.onsets, sounding=reader.sounding, reading=None)


def choose_token(
    logits: Tensor,
    uniform: float,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> int:
    """Return the token that a number in [0, 1) draws from logits (size,).

    `top_k`: of so many of the likeliest, 0 for all. `top_p`: of the likeliest that
    have this probability together, and at least one. Source: Holtzman et al. 2020,
    "The curious case of neural text degeneration".
    """
    probabilities, order = (logits / temperature).softmax(-1).sort(descending=True)
    if top_k:
        probabilities[top_k:] = 0
    before = probabilities.cumsum(0) - probabilities
    probabilities[before >= top_p] = 0
    ends = probabilities.cumsum(0)
    return int(order[int((ends > uniform * ends[-1]).nonzero()[0])])


def _until_its_last_note(tokens: np.ndarray, longest: int) -> list[int]:
    """Return a piece's tokens without the shifts to its end."""
    kept = tokens.tolist()
    while kept and kept[-1] < longest:
        kept.pop()
    return kept
