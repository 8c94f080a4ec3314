"""From the decoder's state to the keys of a step, in two ways.

A cell is a key or, where a network reads both planes, a key's onset or its hold: cells
2k and 2k + 1. What a hold needs (see `possible_cells`) is looked after in drawing.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, relu

from deepmusician.model.calibration import IDENTITY
from deepmusician.model.dropout import Dropout
from deepmusician.model.intervals import IntervalScores
from deepmusician.model.phrases import Past, PhraseScores
from deepmusician.music import possible_cells

Heated = Callable[[Tensor], Tensor]
EXCLUDED = -1e4  # the logit of what cannot be: its probability and its loss are 0


class Classifier(nn.Module):
    """The report's classifier: 88 outputs, independent given the past.

    `planes`: cells of a key. `reach`: the widest interval, in semitones, by which the
    step before adds to the logits (`IntervalScores`), and `longest`: the steps of the
    longest phrase whose return does (`PhraseScores`); 0 for none.
    """

    def __init__(
        self,
        hidden: int,
        keys: int = 88,
        width: int = 256,
        dropout: float = 0.5,
        planes: int = 1,
        reach: int = 0,
        longest: int = 0,
    ) -> None:
        super().__init__()
        self.planes, self.reach = planes, reach
        self.hidden = nn.Linear(hidden, width)
        self.dropout = Dropout(dropout)
        self._add_outputs(hidden, keys * planes, width)
        if reach:
            self.from_before = IntervalScores(hidden, planes, -reach, reach)
        self.phrases = None
        if longest:
            self.phrases = PhraseScores(hidden, longest, self._turns(keys * planes))

    @staticmethod
    def _turns(cells: int) -> Tensor:
        """Return when each cell's turn is to be drawn, (cells,)."""
        return torch.arange(cells)

    def _add_outputs(self, hidden: int, cells: int, width: int) -> None:
        """Add what makes logits of the units."""
        self.output = nn.Linear(width, cells)

    def forward(
        self, states: Tensor, cells: Tensor | None = None, past: Past | None = None
    ) -> Tensor:
        """Return the logits (..., cells) of every cell.

        `states`: (..., hidden); `past` is wanted with intervals or phrases alone.
        `cells` is not looked at: it is there so that both classifiers are called alike.
        """
        logits = self.output(self.dropout(relu(self.hidden(states))))
        return logits + self._from_past(states, None, past)

    def _from_past(
        self, states: Tensor, cells: Tensor | None, past: Past | None
    ) -> Tensor | float:
        """Return the scores of the step before and of phrases, 0 without either."""
        scores = self.from_before(states, past.before) if past and self.reach else 0.0
        if past and self.phrases:
            scores = scores + self.phrases(states, cells, past)
        return scores

    @torch.no_grad()
    def sample(
        self,
        states: Tensor,
        uniforms: Tensor,
        temperature: float = 1.0,
        calibrate: Callable[[Tensor], Tensor] = IDENTITY,
        past: Past | None = None,
    ) -> Tensor:
        """Return one draw of the cells (batch, cells), 0 or 1, without dropout.

        `states`: (batch, hidden). `uniforms`: (batch, cells) in [0, 1), one per cell,
        which is set if its probability exceeds it: the sigmoid of the logits that
        `calibrate` gives, divided by `temperature`. `past`: wanted with both planes,
        intervals or phrases alone.
        """
        return self._draw(states, uniforms, lambda z: calibrate(z) / temperature, past)

    def _draw(
        self, states: Tensor, uniforms: Tensor, heated: Heated, past: Past | None
    ) -> Tensor:
        """Return one draw of the cells; see `sample`."""
        logits = self.output(relu(self.hidden(states)))
        logits = logits + self._from_past(states, None, past)
        drawn = uniforms < torch.sigmoid(heated(logits))
        if self.planes == 2:
            drawn &= possible_cells(past.before, drawn)
        return drawn.to(states.dtype)


class DependentClassifier(Classifier):
    """A masked network (MADE): cell k given the state and the cells below k.

    With h the decoder's state and x the cells of the step,

        a     = relu(W h + (M1 * V) x + b)           (width,)
        logit = (M2 * U) a + D h + L x + c           (cells,)

    Hidden unit j has a degree d_j, spread evenly over 0 … cells - 1: M1 lets it see
    the cells below d_j, M2 lets cell k see the units with d_j <= k; L is strictly lower
    triangular. So logit k depends on h and x[:k], one pass gives the exact
    likelihood of a step, and the step's probabilities sum to 1. With a `reach`, the
    lower keys of the step add to the logits, too. Source: Germain et al. 2015, "MADE:
    Masked Autoencoder for Distribution Estimation".
    """

    def _add_outputs(self, hidden: int, cells: int, width: int) -> None:
        order = self._turns(cells)
        degrees = torch.arange(width) * (int(order.max()) + 1) // width
        self.lower_to_hidden = MaskedLinear(order < degrees[:, None])  # (width, cells)
        seen = degrees <= order[:, None]  # (cells, width)
        self.output = MaskedLinear(seen, bias=True)
        self.direct = nn.Linear(hidden, cells, bias=False)
        self.lower_to_keys = MaskedLinear(order < order[:, None])  # (cells, cells)
        nn.init.zeros_(self.lower_to_keys.weight)
        if self.reach:
            self.from_lower = IntervalScores(hidden, self.planes, 1, self.reach)

    def forward(  # type: ignore[override]  # here the cells are needed
        self, states: Tensor, cells: Tensor, past: Past | None = None
    ) -> Tensor:
        """Return the logits (..., cells), each given the cells below it.

        `states`: (..., hidden); `cells`: (..., cells), 0 or 1; `past`: as for all.
        """
        units = self.dropout(self._units(self.hidden(states), cells))
        logits = self._logits(units, self.direct(states), cells)
        if self.reach:
            logits = logits + self.from_lower(states, cells)
        return logits + self._from_past(states, cells, past)

    def _draw(
        self, states: Tensor, uniforms: Tensor, heated: Heated, past: Past | None
    ) -> Tensor:
        """Return one draw of the cells (batch, cells), low to high; see `sample`.

        The same cells as a loop over all of them, in as many passes as the fullest
        step has notes, and one: until a cell is set, those above it are predicted
        rightly. Each pass finds every piece's next cell.
        """
        to_hidden, direct = self.hidden(states), self.direct(states)
        if self.reach:
            by_interval = self.from_lower.weights(states)
        order = torch.arange(direct.shape[1], device=states.device)
        cells = torch.zeros_like(direct)  # (batch, cells)
        decided = order.new_zeros(len(states), 1)  # the cells below this are settled
        while True:
            units = self._units(to_hidden, cells)
            logits = self._logits(units, direct, cells)
            if self.reach:
                logits = logits + self.from_lower.scores(by_interval, cells)
            logits = logits + self._from_past(states, cells, past)
            drawn = uniforms < torch.sigmoid(heated(logits))
            drawn &= order >= decided
            if self.planes == 2:
                drawn &= possible_cells(past.before, cells)
            more = drawn.any(dim=1, keepdim=True)  # (batch, 1)
            if not more.any():
                return cells
            lowest = drawn.to(torch.uint8).argmax(dim=1, keepdim=True)
            cells.scatter_add_(1, lowest, more.to(cells.dtype))
            decided = torch.where(more, lowest + 1, len(order))

    def _units(self, to_hidden: Tensor, keys: Tensor) -> Tensor:
        """Return the hidden units (..., width), from the state's part and the keys."""
        return relu(to_hidden + self.lower_to_hidden(keys))

    def _logits(self, units: Tensor, direct: Tensor, keys: Tensor) -> Tensor:
        """Return the logits (..., keys) from the units, the state's part, the keys."""
        return self.output(units) + direct + self.lower_to_keys(keys)


class MaskedLinear(nn.Linear):
    """A linear layer whose weights count only where a mask is true."""

    def __init__(self, mask: Tensor, bias: bool = False) -> None:
        super().__init__(mask.shape[1], mask.shape[0], bias=bias)
        self.register_buffer("mask", mask, persistent=False)  # (outputs, inputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the layer's outputs (..., outputs) for inputs (..., inputs)."""
        return linear(inputs, self.weight * self.mask, self.bias)
