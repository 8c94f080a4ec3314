"""The steps of `fused` in PyTorch's own operations, where there are no kernels.

Names and shapes are the kernels', but for tensors instead of tuples of arrays.
"""

import torch
from torch import Tensor


def forward_step(
    step: int,
    projected: Tensor,
    product: Tensor,
    slopes: Tensor,
    bias: Tensor,
    state: Tensor,
    states: Tensor,
) -> None:
    """Go on from the state before `step` to the one after it, and keep the slopes."""
    r, z = torch.add(projected[:2, :, step], product[:2]).sigmoid_()
    recurrent = product[2] + bias[:, None]
    n = torch.addcmul(projected[2, :, step], r, recurrent).tanh_()
    by_n, by_r, by_z, by_recurrent, by_state = slopes[:, step % slopes.shape[1]]
    torch.mul(1 - z, 1 - n * n, out=by_n)
    torch.mul(by_n, r, out=by_recurrent)
    torch.mul(by_recurrent * recurrent, 1 - r, out=by_r)
    torch.mul((state - n) * z, 1 - z, out=by_z)
    by_state.copy_(z)
    torch.lerp(n, states[:, step], z, out=states[:, step + 1])
    state.copy_(states[:, step + 1])


def backward_step(
    step: int,
    slopes: Tensor,
    grads: Tensor,
    operand: Tensor,
    direct: Tensor,
    product: Tensor,
    carry: Tensor,
) -> None:
    """Write the gradients at `step` of n, r, z and U_n h + c_n before their curves."""
    grad = carry + direct[:, step]
    torch.mul(slopes[:4, step], grad, out=grads[:, :, step])
    operand.copy_(grads[1:, :, step])
    torch.mul(grad, slopes[4, step], out=carry)
