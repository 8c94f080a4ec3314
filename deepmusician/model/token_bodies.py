"""What a network on tokens remembers of them: three ways from tokens to states.

Each is called with the tokens' vectors and where they stand, and, to go on from what
was read before, with the memory that the call before returned.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from deepmusician.model.attention import CausalAttention
from deepmusician.model.dropout import dropout
from deepmusician.model.gru import FusedGRU

WIDER = 4  # than a token's vector is what a transformer's layer makes of it


class RecurrentBody(nn.Module):
    """A GRU that reads token by token; with heads, its outputs look back once.

    GRU and attention as in Jagannathan et al. 2022, "Original music generation using
    recurrent neural networks with self-attention".
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.gru = _gru(config, config.hidden, config.layers)
        self.attention = _attention(config)

    def forward(
        self, vectors: Tensor, places: Tensor, real: Tensor, cells: Tensor, memory: Any
    ) -> tuple[Tensor, Any]:
        """Return the states (batch, tokens, hidden) and the memory.

        `vectors`: (batch, tokens, hidden); `places`, `real`: (batch, tokens), the step
        of each token, and whether it is one; `cells`: (batch, steps, 2 * keys), what
        is known as each step begins.
        """
        start, past = memory or (None, None)
        states, last = self.gru(vectors, start)
        states = states.to(vectors.dtype)
        if self.attention:
            states, past = self.attention(states, places, real, past)
            past = self.attention.recent(past)
        return states, (last, past)


class TransformerBody(nn.Module):
    """A small causal transformer, normalised before each part.

    Without heads each token is seen alone. Source of the layout: Xiong et al. 2020,
    "On layer normalization in the transformer architecture".
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))

    def forward(
        self, vectors: Tensor, places: Tensor, real: Tensor, cells: Tensor, memory: Any
    ) -> tuple[Tensor, Any]:
        """Return the states and the memory; see `RecurrentBody`."""
        states, pasts, unread = vectors, [], [None] * len(self.layers)
        for layer, past in zip(self.layers, memory or unread, strict=True):
            if layer.attention:
                states, past = layer.attention(states, places, real, past)
                past = layer.attention.recent(past)
            states = layer.digest(states)
            pasts.append(past)
        return states, pasts


class _Layer(nn.Module):
    """Attention, if there are heads, then two linear layers on each token."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.attention, self.p = _attention(config), config.dropout
        self.norm = nn.LayerNorm(config.hidden)
        self.wide = nn.Linear(config.hidden, WIDER * config.hidden)
        self.narrow = nn.Linear(WIDER * config.hidden, config.hidden)

    def digest(self, states: Tensor) -> Tensor:
        """Return states (..., hidden) with what two layers make of each added."""
        added = self.narrow(gelu(self.wide(self.norm(states))))
        return states + dropout(added, self.p, self.training)


class SteppingBody(nn.Module):
    """One GRU takes a step of music at a time, a second one the tokens of a step.

    The first reads the cells that are known as each step begins. The second starts
    from its state there, and reads what is written at that step. With heads, the
    steps look back on steps.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.outer = _gru(config, config.cells, config.layers)
        nn.init.uniform_(self.outer.weight_ih_l0, -1, 1)  # few cells are set
        self.attention = _attention(config)
        self.inner = _gru(config, config.hidden, 1)
        self.p = config.dropout

    def forward(
        self, vectors: Tensor, places: Tensor, real: Tensor, cells: Tensor, memory: Any
    ) -> tuple[Tensor, Any]:
        """Return the states and the memory; see `RecurrentBody`.

        To go on there is one sequence; its `cells` are those of the steps after the
        last that were given before.
        """
        steps, memory = self._steps(cells, memory)
        first = memory["steps"] - steps.shape[1]  # the place of the first of them
        at = (places - first).clamp(0, steps.shape[1] - 1)
        at = at[..., None].expand(-1, -1, steps.shape[2])
        outer = dropout(steps.gather(1, at), self.p, self.training)[real]
        vectors = vectors[real]  # (tokens of all, hidden)
        number, place, heads = _groups(places, real)
        shape = (len(heads), int(place.max()) + 1, vectors.shape[1])
        padded = vectors.new_zeros(shape).index_put((number, place), vectors)
        starts = outer[heads]
        if memory["inner"] is not None and int(places[0, 0]) == memory["place"]:
            starts = torch.cat([memory["inner"], starts[1:]])
        states, _ = self.inner(padded, starts[None].contiguous())
        states = states.to(vectors.dtype)[number, place]
        memory |= {"inner": states[-1:], "place": int(places[0, -1])}
        whole = vectors.new_zeros(*real.shape, vectors.shape[1])
        return whole.masked_scatter(real[..., None], states), memory

    def _steps(self, cells: Tensor, memory: Any) -> tuple[Tensor, dict]:
        """Return the states of the steps (batch, steps, hidden), one before included.

        When there is a memory, the first is the last state of the call before.
        """
        start = memory or {"hidden": None, "past": None, "steps": 0, "inner": None}
        memory = dict(start, steps=start["steps"] + cells.shape[1])
        if not cells.shape[1]:
            return memory["state"], memory
        states, memory["hidden"] = self.outer(cells, start["hidden"])
        states = states.to(cells.dtype)
        if self.attention:
            places = torch.arange(start["steps"], memory["steps"], device=cells.device)
            places = places.expand(len(cells), -1)
            real = torch.ones_like(places, dtype=torch.bool)
            states, past = self.attention(states, places, real, start["past"])
            memory["past"] = self.attention.recent(past)
        if "state" in start:
            states = torch.cat([start["state"], states], dim=1)
        memory["state"] = states[:, -1:]
        return states, memory


BODIES = {"gru": RecurrentBody, "steps": SteppingBody, "transformer": TransformerBody}


def _groups(places: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return each real token's group, its place within, and each group's first token.

    The tokens of a group stand at one step of one sequence. Numbers count real tokens
    from the first sequence on.
    """
    fresh = torch.ones_like(real)
    fresh[:, 1:] = places[:, 1:] != places[:, :-1]
    fresh = fresh[real]  # (tokens,)
    heads = fresh.nonzero()[:, 0]
    number = fresh.long().cumsum(0) - 1
    return number, torch.arange(len(fresh), device=places.device) - heads[number], heads


def _gru(config: Any, inputs: int, layers: int) -> FusedGRU:
    """Return a stack of GRU layers; a single one has no place for dropout."""
    p = config.dropout if layers > 1 else 0.0
    return FusedGRU(inputs, config.hidden, layers, batch_first=True, dropout=p)


def _attention(config: Any) -> CausalAttention | None:
    """Return the attention that the settings ask for, if they do."""
    if not config.heads:
        return None
    return CausalAttention(config.hidden, config.heads, config.context, config.dropout)
