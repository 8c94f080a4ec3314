"""A network that reads and writes tokens: vectors, a body that remembers, a softmax."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from deepmusician.model.dropout import Dropout
from deepmusician.model.network import (
    EXCLUDED,
    DeepMusician,
    NetworkConfig,
    disturbed,
)
from deepmusician.model.token_bodies import BODIES, SteppingBody
from deepmusician.music import Vocabulary

CHUNK = 512  # tokens that are scored at a time, so that attention's tables stay small


class TokenNetwork(nn.Module):
    """Predicts each token from those before it: one of as many as may come next.

    `config.body` names the body (see `BODIES`), `heads` its attention. Tokens that
    cannot come have the logit `EXCLUDED`, so that nothing is spent on what is no roll.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config, self.vocabulary = config, Vocabulary(config.keys)
        self.embedding = nn.Embedding(self.vocabulary.size + 1, config.hidden)
        self.body = BODIES[config.body](config)
        self.norm = nn.LayerNorm(config.hidden)
        self.dropout = Dropout(config.classifier_dropout)
        self.output = nn.Linear(config.hidden, self.vocabulary.size)

    @property
    def parameter_count(self) -> int:
        """Return how many numbers training adjusts."""
        return sum(parameter.numel() for parameter in self.parameters())

    def set_output_bias(self, shares: Tensor, calibration: object = None) -> None:
        """Put the logarithms of the tokens' shares, (size,), on the last layer's bias.

        `calibration` is not looked at: tokens are learnt by their cross-entropy.
        """
        with torch.no_grad():
            self.output.bias.copy_(shares.log())

    def forward(
        self,
        inputs: Tensor,
        allowed: Tensor,
        places: Tensor,
        real: Tensor,
        cells: Tensor,
        memory: Any = None,
        noise: float = 0.0,
    ) -> tuple[Tensor, Any]:
        """Return the logits (batch, tokens, size) of the next tokens, and the memory.

        `inputs`: (batch, tokens), each the token before the one to predict, with
        probability `noise` another of the batch, as with a step's cells; `allowed`:
        (batch, tokens, size);
        `places`, `real`: (batch, tokens), where each stands and whether it is one;
        `cells`: (batch, steps, 2 * keys), what is known as each step begins (see
        `TokenBatch`). The memory lets a later call go on: it is given the tokens, and
        the steps' cells, that come after.
        """
        cells = cells.to(self.output.weight.dtype)
        if noise:
            inputs = disturbed(inputs[..., None], noise)[..., 0]
            cells = disturbed(cells, noise)
        vectors = self.embedding(inputs)
        states, memory = self.body(vectors, places, real, cells, memory)
        logits = self.output(self.dropout(self.norm(states)))
        logits = logits.to(self.output.weight.dtype)
        return logits.masked_fill(~allowed, EXCLUDED), memory

    @torch.no_grad()
    def nlls(self, batch: Any) -> Tensor:
        """Return the negative log-likelihood of every token, (tokens,), in nats.

        `batch`: a `TokenBatch`; its pieces one after the other. Without dropout.
        """
        was_training = self.training
        self.eval()
        nlls, memory = self.output.weight.new_zeros(batch.target.shape), None
        length = batch.target.shape[1]
        chunk = length if isinstance(self.body, SteppingBody) else CHUNK
        for first in range(0, length, chunk):
            here = slice(first, first + chunk)
            logits, memory = self(
                *(each[:, here] for each in batch.network_inputs[:4]),
                batch.cells,
                memory,
            )
            nlls[:, here] = token_nll(logits, batch.target[:, here])
        self.train(was_training)
        return nlls[batch.mask]


def token_nll(logits: Tensor, target: Tensor) -> Tensor:
    """Return the negative log-likelihood (batch, tokens) of targets, in nats.

    `logits`: (batch, tokens, size); `target`: (batch, tokens).
    """
    return cross_entropy(logits.transpose(1, 2), target, reduction="none")


def build_network(config: NetworkConfig) -> DeepMusician | TokenNetwork:
    """Return a new network of these settings, for rolls or for tokens."""
    return (TokenNetwork if config.representation == "tokens" else DeepMusician)(config)
