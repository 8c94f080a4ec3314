"""What moves the weights: the optimizer, its rate, and their running mean."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import AdamW

OPTIMIZERS = ("adamw", "muon")
_MOMENTUM, _TINY = 0.95, 1e-7
_SCHULZ, _TIMES = (3.4445, -4.7750, 2.0315), 5  # Jordan's coefficients


class MuonBesideAdamW(AdamW):
    """Muon for the weight matrices and AdamW for the biases, as one optimizer.

    Muon replaces a matrix's momentum by the nearest orthogonal matrix, so that all
    directions of a weight learn at one pace: a rare note's as fast as a frequent one's.
    Its steps are scaled to the size of AdamW's, and the same rate does for both.
    PyTorch's own takes products in bfloat16 everywhere, and takes thirty times as long
    where the processor does not have it; here `low` says whether. Sources: Jordan et
    al. 2024, "Muon: An optimizer for hidden layers in neural networks"; Liu et al.
    2025, "Muon is scalable for LLM training", section 2.2.
    """

    def __init__(self, weights: Iterable[Tensor], low: bool = True, **how: Any) -> None:
        super().__init__(weights, **how)
        self._format = torch.bfloat16 if low else torch.float32

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Move all weights once; return what the closure does, if there is one."""
        with torch.enable_grad():
            loss = closure() if closure else None
        group = self.param_groups[0]
        matrices = [each for each in group["params"] if each.ndim == 2]
        gradients = [matrix.grad for matrix in matrices]
        for matrix in matrices:
            matrix.grad = None  # out of AdamW's sight
        super().step()
        for matrix, gradient in zip(matrices, gradients, strict=True):
            matrix.grad = gradient
            if gradient is not None:
                self._move(matrix, gradient, group["lr"], group["weight_decay"])
        return loss

    def _move(
        self, matrix: Tensor, gradient: Tensor, rate: float, decay: float
    ) -> None:
        """Move a matrix once, by Nesterov's momentum made orthogonal."""
        state = self.state[matrix]
        if not state:  # AdamW asks for the number of the step when states are loaded
            state |= {"momentum_buffer": 0 * matrix, "step": torch.tensor(0.0)}
        momentum = state["momentum_buffer"].lerp_(gradient, 1 - _MOMENTUM)
        update = _orthogonal(gradient.lerp(momentum, _MOMENTUM).to(self._format))
        matrix.mul_(1 - rate * decay)
        matrix.add_(update, alpha=-rate * 0.2 * math.sqrt(max(matrix.shape)))


def _orthogonal(matrix: Tensor) -> Tensor:
    """Return about the nearest orthogonal matrix, by Newton and Schulz's iteration."""
    is_tall, (a, b, c) = matrix.shape[0] > matrix.shape[1], _SCHULZ
    wide = matrix.T if is_tall else matrix
    wide = wide / wide.norm().clamp(min=_TINY)
    for _ in range(_TIMES):
        square = wide @ wide.T
        change = torch.addmm(square, square, square, beta=b, alpha=c)
        wide = torch.addmm(wide, change, wide, beta=a)
    return wide.T if is_tall else wide


def running_mean(decay: float, mean: Tensor, weights: Tensor, count: Tensor) -> Tensor:
    """Return the exponential mean after one more update.

    `count`: updates that are in it. While they are few each weighs more, so that the
    mean soon forgets where the weights began.
    """
    n = float(count)
    return torch.lerp(mean, weights, 1 - min(decay, (1 + n) / (10 + n)))


def rate_share(update: int, total: int, warm_up: float) -> float:
    """Return the share of the learning rate in force at an update, from 0 on.

    It rises in a line over the first `warm_up` of `total` updates, then falls as half
    a cosine; update `total` would have the rate 0.
    """
    rising = max(1, round(total * warm_up))
    if update < rising:
        return (update + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (update - rising) / max(1, total - rising)))
