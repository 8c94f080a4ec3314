"""Causal self-attention: every place looks back on those before it, by distance."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from deepmusician.model.dropout import dropout

_LONGEST = 512.0  # steps or tokens of the slowest rotation


class Past(NamedTuple):
    """What was read so far and may be looked back on; m is how much.

    keys, values: (batch, heads, m, size). steps: (batch, m), where in the music each
    stands. numbers: (batch, m), its number from the first. real: (batch, m), false
    for what only fills a shorter sequence up.
    """

    keys: Tensor
    values: Tensor
    steps: Tensor
    numbers: Tensor
    real: Tensor


class CausalAttention(nn.Module):
    """Self-attention whose weights know the distance in steps and in tokens.

    With q, k and v linear in the states, and R_i a rotation by place i,

        weight of j for i = softmax over j <= i of  (R_i q_i) · (R_j k_j) / sqrt(size)

    so that only the distance counts: of each head's pairs of numbers half turn with
    the steps between i and j, half with the tokens. What lies `reach` steps back or
    more is not seen. Sources: Vaswani et al. 2017, "Attention is all you need"; Su et
    al. 2021, "RoFormer: Enhanced transformer with rotary position embedding".
    """

    def __init__(self, hidden: int, heads: int, reach: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.reach, self.dropout = heads, reach, dropout
        self.norm = nn.LayerNorm(hidden)
        self.project = nn.Linear(hidden, 3 * hidden)
        self.output = nn.Linear(hidden, hidden)
        pairs = hidden // heads // 2
        turns = torch.arange((pairs + 1) // 2) / max(1, (pairs + 1) // 2 - 1)
        speeds = math.pi * (math.pi / _LONGEST) ** turns  # radians a place
        self.register_buffer("speeds", speeds, persistent=False)

    def forward(
        self, states: Tensor, steps: Tensor, real: Tensor, past: Past | None = None
    ) -> tuple[Tensor, Past]:
        """Return the states with what they saw added, and what was read until now.

        `states`: (batch, n, hidden); `steps`, `real`: (batch, n), as in `Past`.
        """
        queries, visible, past = self._read(states, steps, real, past)
        found = scaled_dot_product_attention(queries, *past[:2], attn_mask=visible)
        joined = found.transpose(1, 2).flatten(2)  # (batch, n, hidden)
        added = dropout(self.output(joined), self.dropout, self.training)
        return states + added, past

    def weights(self, states: Tensor, steps: Tensor, real: Tensor) -> Tensor:
        """Return how much each state looks at each, (batch, heads, n, n)."""
        queries, visible, past = self._read(states, steps, real, None)
        scores = queries @ past.keys.transpose(2, 3) / math.sqrt(queries.shape[-1])
        return scores.masked_fill(~visible, -math.inf).softmax(dim=-1)

    def _read(
        self, states: Tensor, steps: Tensor, real: Tensor, past: Past | None
    ) -> tuple[Tensor, Tensor, Past]:
        """Return queries (batch, heads, n, size), what is visible, and all read."""
        split = self.project(self.norm(states)).chunk(3, dim=-1)
        queries, keys, values = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in split
        )  # (batch, heads, n, size)
        numbers = real.long().cumsum(dim=1)
        if past is not None:
            numbers = numbers + past.numbers[:, -1:]
        queries = self._turned(queries, steps, numbers)
        new = Past(self._turned(keys, steps, numbers), values, steps, numbers, real)
        if past is not None:
            new = Past(*(_joined(*each) for each in zip(past, new, strict=True)))
        return queries, self._visible(steps, numbers, new)[:, None], new

    def recent(self, past: Past) -> Past:
        """Return what a token to come may still see of what was read."""
        near = (past.steps[:, -1:] - past.steps < self.reach) & past.real
        near[:, -1] = True  # its number counts on
        return Past(
            *(each[..., near.any(0), :] for each in past[:2]),
            *(each[:, near.any(0)] for each in past[2:]),
        )

    def _visible(self, steps: Tensor, numbers: Tensor, past: Past) -> Tensor:
        """Return what each place may see, (batch, n, m): itself, and the past."""
        distance = steps[:, :, None] - past.steps[:, None]
        before = past.numbers[:, None] <= numbers[:, :, None]
        n, m = steps.shape[1], past.steps.shape[1]
        itself = torch.eye(n, m, dtype=torch.bool, device=steps.device).roll(m - n, 1)
        return (before & (distance < self.reach) & past.real[:, None]) | itself

    def _turned(self, vectors: Tensor, steps: Tensor, numbers: Tensor) -> Tensor:
        """Return vectors (batch, heads, n, size) turned by their places."""
        angles = torch.cat(
            [each[..., None] * self.speeds for each in (steps, numbers)], dim=-1
        )[:, None, :, : vectors.shape[-1] // 2]  # (batch, 1, n, pairs)
        first, second = vectors.chunk(2, dim=-1)
        cos, sin = angles.cos().to(vectors.dtype), angles.sin().to(vectors.dtype)
        turned = (first * cos - second * sin, first * sin + second * cos)
        return torch.cat(turned, dim=-1)


def _joined(before: Tensor, new: Tensor) -> Tensor:
    """Return what was read before and what is new, one after the other."""
    return torch.cat([before, new], dim=2 if before.ndim == 4 else 1)
