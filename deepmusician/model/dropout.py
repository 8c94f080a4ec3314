"""Dropout without a mask in memory: what it draws is a hash of the place and a seed."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from deepmusician.model.compiled import array_of, kernels


class Dropout(nn.Dropout):
    """`nn.Dropout`, in a tenth of the time where the kernels are compiled.

    Which values it drops depends on torch's generator, as there, but they are others.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the values (any shape), each zero with probability `p`, or scaled."""
        return dropout(input, self.p, self.training)


def dropout(values: Tensor, p: float, training: bool) -> Tensor:
    """Return what `torch.nn.functional.dropout` returns, but for which are dropped."""
    if not training or p == 0:
        return values
    known = values.dtype in (torch.float32, torch.bfloat16)
    if not known or values.device.type != "cpu" or not kernels():
        return nn.functional.dropout(values, p, training)
    return _Dropout.apply(values, p, torch.randint(2**31, (2,)))


class _Dropout(torch.autograd.Function):
    """Dropout by a seed, which draws the same again for the gradient."""

    @staticmethod
    def forward(ctx: FunctionCtx, values: Tensor, p: float, seed: Tensor) -> Tensor:
        """Return the values, zero or scaled by 1 / (1 - p); `seed`: two numbers."""
        ctx.settings = p, seed
        return _dropped(values, p, seed)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        """Return the gradient of the values."""
        return _dropped(grad, *ctx.settings), None, None


def _dropped(values: Tensor, p: float, seed: Tensor) -> Tensor:
    """Return the values that are left, scaled."""
    values = values.contiguous()
    left = torch.empty_like(values)
    arrays = array_of(values.flatten()), array_of(left.flatten())
    kernels().drop(*arrays, p, *seed.tolist())
    return left
