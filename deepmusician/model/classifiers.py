"""From the decoder's state to the 88 keys of a step, in two ways."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, relu

from deepmusician.model.calibration import IDENTITY
from deepmusician.model.dropout import Dropout


class Classifier(nn.Module):
    """The report's classifier: 88 outputs, independent given the past."""

    def __init__(
        self, hidden: int, keys: int = 88, width: int = 256, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.hidden = nn.Linear(hidden, width)
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(width, keys)

    def forward(self, states: Tensor, keys: Tensor | None = None) -> Tensor:
        """Return the logits (..., keys) of every key.

        `states`: (..., hidden). `keys` is not looked at: it is there so that both
        classifiers are called alike.
        """
        return self.output(self.dropout(relu(self.hidden(states))))

    @torch.no_grad()
    def sample(
        self,
        states: Tensor,
        uniforms: Tensor,
        temperature: float = 1.0,
        calibrate: Callable[[Tensor], Tensor] = IDENTITY,
    ) -> Tensor:
        """Return one draw of the keys (batch, keys), 0 or 1, without dropout.

        `states`: (batch, hidden); `uniforms`: (batch, keys) in [0, 1), one per key: the
        key is played if its probability exceeds it, the sigmoid of the logits that
        `calibrate` gives, divided by `temperature`.
        """
        logits = calibrate(self.output(relu(self.hidden(states))))
        return (uniforms < torch.sigmoid(logits / temperature)).to(states.dtype)


class DependentClassifier(nn.Module):
    """A masked network (MADE): key k given the state and the keys below k.

    With h the decoder's state and x the keys of the step,

        a     = relu(W h + (M1 * V) x + b)           (width,)
        logit = (M2 * U) a + D h + L x + c           (keys,)

    Hidden unit j has a degree d_j, spread evenly over 0 … keys - 1: M1 lets it see
    the keys below d_j, M2 lets key k see the units with d_j <= k; L is strictly lower
    triangular. So logit k depends on h and x[:k], one pass gives the exact
    likelihood of a step, and the step's probabilities sum to 1.
    Source: Germain et al. 2015, "MADE: Masked Autoencoder for Distribution
    Estimation".
    """

    def __init__(
        self, hidden: int, keys: int = 88, width: int = 256, dropout: float = 0.5
    ) -> None:
        super().__init__()
        order = torch.arange(keys)
        degrees = torch.arange(width) * keys // width
        self.hidden = nn.Linear(hidden, width)
        self.lower_to_hidden = MaskedLinear(order < degrees[:, None])  # (width, keys)
        self.dropout = Dropout(dropout)
        seen = degrees <= order[:, None]  # (keys, width)
        self.output = MaskedLinear(seen, bias=True)
        self.direct = nn.Linear(hidden, keys, bias=False)
        self.lower_to_keys = MaskedLinear(order < order[:, None])  # (keys, keys)
        nn.init.zeros_(self.lower_to_keys.weight)

    def forward(self, states: Tensor, keys: Tensor) -> Tensor:
        """Return the logits (..., keys), each given the keys below it.

        `states`: (..., hidden); `keys`: (..., keys), 0 or 1.
        """
        units = self.dropout(self._units(self.hidden(states), keys))
        return self._logits(units, self.direct(states), keys)

    @torch.no_grad()
    def sample(
        self,
        states: Tensor,
        uniforms: Tensor,
        temperature: float = 1.0,
        calibrate: Callable[[Tensor], Tensor] = IDENTITY,
    ) -> Tensor:
        """Return one draw of the keys (batch, keys) from low to high; see `Classifier`.

        The same keys as a loop over all of them, in as many passes as the fullest
        step has notes, and one: until a key is played, those above it are predicted
        rightly. Each pass finds every piece's next key.
        """
        to_hidden, direct = self.hidden(states), self.direct(states)
        order = torch.arange(direct.shape[1], device=states.device)
        keys = torch.zeros_like(direct)  # (batch, keys)
        decided = order.new_zeros(len(states), 1)  # the keys below this are settled
        while True:
            units = self._units(to_hidden, keys)
            logits = calibrate(self._logits(units, direct, keys))
            played = uniforms < torch.sigmoid(logits / temperature)
            played &= order >= decided
            more = played.any(dim=1, keepdim=True)  # (batch, 1)
            if not more.any():
                return keys
            lowest = played.to(torch.uint8).argmax(dim=1, keepdim=True)
            keys.scatter_add_(1, lowest, more.to(keys.dtype))
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
