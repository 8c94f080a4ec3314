"""Phrases that return: what followed when a piece's last steps were played before."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

_SHORTEST = 4  # steps of a phrase; then 8, 16, 32, ...


class Past(NamedTuple):
    """What is known before each of some steps, as far as a network asks for it.

    before: (..., cells) of 0 and 1, the last step. recalled: (..., cells), what
        followed the latest return of the longest phrase. sizes: (...), 0 where nothing
        returns, else from 1 on, for phrases of at least 4, 8, 16, ... steps. marks:
        (..., marks), for voices what `marks_of` gives. given: (..., cells), what voices
        that sing there sing, in composing.
    """

    before: Tensor
    recalled: Tensor | None = None
    sizes: Tensor | None = None
    marks: Tensor | None = None
    given: Tensor | None = None

    def at(self, step: int) -> "Past":
        """Return what is known before one of (batch, steps, ...)."""
        return Past(*(each if each is None else each[:, step] for each in self))


def phrase_sizes(longest: int) -> list[int]:
    """Return the sizes of phrases looked for: 4, 8, 16, ... up to `longest`."""
    sizes = [_SHORTEST << power for power in range(longest.bit_length())]
    return [size for size in sizes if size <= longest]


def recall(steps: Tensor, count: int, longest: int) -> tuple[Tensor, Tensor]:
    """Return `recalled` and `sizes` before each of the last `count` steps; see `Past`.

    `steps`: (batch, steps, cells) of 0 and 1; step t is looked at for what comes after
    it alone, the last one not at all. Silence before the music is no phrase.
    """
    played = steps.detach().cpu().numpy() > 0
    rows = np.packbits(played, axis=-1)
    places, sizes = np.zeros((2, *rows.shape[:2]), np.int64)
    for piece, (text, sounds) in enumerate(zip(rows, played.any(-1), strict=True)):
        first = int(sounds.argmax())
        seen: dict[bytes, int] = {}
        for step in range(first + _SHORTEST, len(text)):
            for number, size in enumerate(phrase_sizes(min(longest, step - first)), 1):
                phrase = text[step - size : step].tobytes()
                if phrase in seen:
                    places[piece, step], sizes[piece, step] = seen[phrase], number
                seen[phrase] = step
    where, size = (torch.from_numpy(each[:, -count:]) for each in (places, sizes))
    where, size = where.to(steps.device), size.to(steps.device)
    cells = steps.gather(1, where[..., None].expand(-1, -1, steps.shape[-1]))
    return cells * (size > 0)[..., None], size


class PhraseScores(nn.Module):
    """What a phrase that returns adds to the logits of a step.

    With r the cells that it went on with, s its size, h the decoder's state and x the
    cells of the step,

        score of cell k = a(h) if r[k] is set, else b(h)

    with other a and b for each s, and again where x[j] and r[j] differ for some j whose
    turn is before k's, so that a phrase that goes on otherwise is forgotten. Linear in
    h, 0 at the start. `turns`: (cells,), when each cell is drawn.
    """

    def __init__(self, hidden: int, longest: int, turns: Tensor) -> None:
        super().__init__()
        earlier = (turns[:, None] < turns).to(torch.get_default_dtype())
        self.register_buffer("earlier", earlier, persistent=False)  # (cells, cells)
        self.weights = nn.Linear(hidden, 4 * len(phrase_sizes(longest)))
        nn.init.zeros_(self.weights.weight)
        nn.init.zeros_(self.weights.bias)

    def forward(self, states: Tensor, cells: Tensor | None, past: Past) -> Tensor:
        """Return the scores (..., cells).

        `states`: (..., hidden); `cells`: (..., cells), the step's own, for outputs that
        depend on lower ones, or None.
        """
        weights = nn.functional.pad(self.weights(states), (4, 0)).unflatten(-1, (-1, 4))
        at = past.sizes[..., None, None].expand(*past.sizes.shape, 1, 4)
        weights = weights.gather(-2, at)[..., 0, :]  # (..., 4), of this size
        which = (past.recalled > 0).long()
        if cells is not None:
            differs = (cells != past.recalled).to(states.dtype)
            which = which + 2 * (differs @ self.earlier.to(states.dtype) > 0)
        return weights.gather(-1, which)
