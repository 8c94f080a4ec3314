"""Scores by interval: what is learnt in one key of the piano holds in every other."""

import torch
from torch import Tensor, nn


class IntervalScores(nn.Module):
    """What the cells that are set add to the logits of others, by distance alone.

    With x the cells of a step, h the decoder's state and d the distance in semitones
    from key j up to key k, from `nearest` to `farthest`,

        score of cell q of key k = sum over d, p of  w_dpq(h) x[p of key k - d]

    where p and q go over the planes, and w is linear in h. Source of the idea: Johnson
    2017, "Generating Polyphonic Music Using Tied Parallel Networks".
    """

    def __init__(self, hidden: int, planes: int, nearest: int, farthest: int) -> None:
        super().__init__()
        self.planes, self.nearest, self.farthest = planes, nearest, farthest
        distances = farthest - nearest + 1
        self.weights = nn.Linear(hidden, planes * distances * planes)
        nn.init.zeros_(self.weights.weight)
        nn.init.zeros_(self.weights.bias)

    def forward(self, states: Tensor, cells: Tensor) -> Tensor:
        """Return the scores (..., cells) of every cell.

        `states`: (..., hidden); `cells`: (..., cells), 0 or 1, key by key.
        """
        return self.scores(self.weights(states), cells)

    def scores(self, weights: Tensor, cells: Tensor) -> Tensor:
        """Return the scores that weights (..., planes * distances * planes) come to.

        Of a step's cells a few are set: each adds its row of weights, one run of
        neighbouring cells, at its own place. Keys beyond the keyboard fall away.
        """
        planes, count = self.planes, cells.shape[-1]
        flat = cells.reshape(-1, count)  # (steps, cells)
        rows = weights.reshape(len(flat) * planes, -1)  # (steps * planes, run)
        step, cell = flat.nonzero().unbind(1)
        low, high = max(0, -self.nearest) * planes, max(0, self.farthest) * planes
        width = low + count + high
        start = step * width + low + (cell // planes + self.nearest) * planes
        run = torch.arange(rows.shape[1], device=cells.device)
        at = (start[:, None] + run).flatten()
        chosen = rows.index_select(0, step * planes + cell % planes).flatten()
        sums = rows.new_zeros(len(flat) * width).scatter_add(0, at, chosen)
        return sums.view(len(flat), width)[:, low : low + count].view_as(cells)
