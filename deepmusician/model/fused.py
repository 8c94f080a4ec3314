"""What a GRU computes between two products, cell by cell in one pass: numba kernels.

PyTorch takes sums, curves and slopes one operation after another, and each of them
reads and writes every cell. Here one loop takes all of them while a cell's numbers lie
in registers; LLVM turns the loop over the batch into vector instructions. The first
call compiles, in some seconds, without a compiler; the result is kept on disk.

Numbers are float32, or bfloat16 where products are: the upper half of a float32, which
NumPy does not know, so such arrays come here as 16-bit integers.
"""

from typing import Any

import numpy as np
from numba import njit, types
from numba.core.compiler import Compiler
from numba.extending import overload

_f = np.float32
_EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2)
_EXP = tuple(map(_f, (*_EXP, 1.6666665459e-1, 5.0000001201e-1)))
_LOG2_E, _LN2_HIGH, _LN2_LOW = _f(1.44269504), _f(0.693359375), _f(-2.12194440e-4)
_ONE, _TWO, _HALF, _FARTHEST = _f(1), _f(2), _f(0.5), _f(87)


class _Apart(Compiler):
    """A compiler that takes its word for it that no two arrays overlap."""

    def __init__(self, *arguments: Any) -> None:
        flags = arguments[5]
        flags.noalias = True  # without it the loops do not become vectors
        super().__init__(*arguments)


_SUMS = {"contract", "nnan", "ninf", "nsz", "arcp"}  # all but another order of sums
_kernel = njit(
    cache=True, nogil=True, error_model="numpy", fastmath=_SUMS, pipeline_class=_Apart
)


@_kernel
def forward_step(
    step: int,
    projected: tuple,
    product: tuple,
    slopes: tuple,
    bias: np.ndarray,
    state: np.ndarray,
    states: np.ndarray,
) -> None:
    """Go on from the state before `step` to the one after it, and keep the slopes.

    `projected`: W x for r, z and n, with the other biases, each (hidden, steps, batch);
    `product`: U h for them, (hidden, batch) each; `slopes`: how the state answers to n,
    r, z and U_n h + c_n before their curves, and to the state before; five (steps,
    hidden, batch), or (1, hidden, batch) where nobody wants them. `bias`: c_n.
    `state` (hidden, batch), float32, is replaced; `states` (hidden, steps + 1, batch)
    gets it too. The formulas: `gru._Layer`.
    """
    of_r, of_z, of_n = projected
    to_r, to_z, to_n = product
    by_n, by_r, by_z, by_recurrent, by_state = slopes
    hidden, batch = state.shape
    kept = step % len(by_n)
    for i in range(hidden):
        for j in range(batch):
            r = _sigmoid(_wide(of_r[i, step, j]) + _wide(to_r[i, j]))
            z = _sigmoid(_wide(of_z[i, step, j]) + _wide(to_z[i, j]))
            recurrent = _wide(to_n[i, j]) + bias[i]
            bent = _TWO * (_wide(of_n[i, step, j]) + r * recurrent)
            n = _TWO * _sigmoid(bent) - _ONE  # tanh
            before = state[i, j]
            after = n + z * (before - n)
            state[i, j] = after
            states[i, step + 1, j] = _narrow(states, after)
            slope = (_ONE - z) * (_ONE - n * n)
            by_n[kept, i, j] = _narrow(by_n, slope)
            slope *= r
            by_recurrent[kept, i, j] = _narrow(by_recurrent, slope)
            by_r[kept, i, j] = _narrow(by_r, slope * recurrent * (_ONE - r))
            by_z[kept, i, j] = _narrow(by_z, (before - n) * z * (_ONE - z))
            by_state[kept, i, j] = _narrow(by_state, z)


@_kernel
def backward_step(
    step: int,
    slopes: tuple,
    grads: tuple,
    operand: tuple,
    direct: np.ndarray,
    product: np.ndarray,
    carry: np.ndarray,
) -> None:
    """Write the gradients at `step` of n, r, z and U_n h + c_n before their curves.

    `slopes`: see `forward_step`. `grads`: four (hidden, steps, batch); those of r, z
    and the recurrent part go to `operand` too, (hidden, batch) each. What reaches
    the state: the loss's own gradient, `direct` (hidden, steps, batch); what the gates
    of the next step sent back, in `product` (hidden, batch) or already in `carry`; and
    what its z let through, `carry` (hidden, batch), float32, replaced.
    """
    by_n, by_r, by_z, by_recurrent, by_state = slopes
    of_n, of_r, of_z, of_recurrent = grads
    to_r, to_z, to_recurrent = operand
    hidden, batch = carry.shape
    for i in range(hidden):
        for j in range(batch):
            grad = carry[i, j] + _wide(product[i, j]) + _wide(direct[i, step, j])
            carry[i, j] = grad * _wide(by_state[step, i, j])
            of_n[i, step, j] = _narrow(of_n, grad * _wide(by_n[step, i, j]))
            r = grad * _wide(by_r[step, i, j])
            z = grad * _wide(by_z[step, i, j])
            recurrent = grad * _wide(by_recurrent[step, i, j])
            of_r[i, step, j], to_r[i, j] = _narrow(of_r, r), _narrow(to_r, r)
            of_z[i, step, j], to_z[i, j] = _narrow(of_z, z), _narrow(to_z, z)
            of_recurrent[i, step, j] = _narrow(of_recurrent, recurrent)
            to_recurrent[i, j] = _narrow(to_recurrent, recurrent)


@_kernel
def drop(
    values: np.ndarray, left: np.ndarray, p: float, seed: int, other_seed: int
) -> None:
    """Write zero with probability `p` into `left`, else the value times 1 / (1 - p).

    `values`, `left`: one dimension. Two rounds of Wellons's `lowbias32` make the draw
    out of the place and the seeds.
    """
    least, scale = np.uint32(p * 2**32), _f(1 / (1 - p))
    for i in range(len(values)):
        drawn = _mixed(np.uint32(_mixed(np.uint32(i + seed)) ^ np.uint32(other_seed)))
        kept = scale if drawn >= least else _f(0)
        left[i] = _narrow(left, kept * _wide(values[i]))


@njit(inline="always")
def _mixed(bits):
    """Return 32 bits, well mixed.

    Source: Wellons 2018, "Prospecting for Hash Functions".
    """
    bits = np.uint32(np.uint32(bits ^ (bits >> 16)) * np.uint32(0x7FEB352D))
    bits = np.uint32(np.uint32(bits ^ (bits >> 15)) * np.uint32(0x846CA68B))
    return np.uint32(bits ^ (bits >> 16))


@njit(inline="always", fastmath=_SUMS)
def _sigmoid(x):
    """Return 1 / (1 + e^-x): the logistic function in float32.

    e^y = 2^k e^r with k whole and |r| <= ln(2) / 2; a polynomial for e^r, and 2^k is
    written into the exponent. Coefficients: Moshier, Cephes Mathematical Library, expf.
    """
    y = min(max(-x, -_FARTHEST), _FARTHEST)
    k = np.floor(y * _LOG2_E + _HALF)
    r = y - k * _LN2_HIGH - k * _LN2_LOW
    p = _EXP[0] * r + _EXP[1]
    p = p * r + _EXP[2]
    p = p * r + _EXP[3]
    p = p * r + _EXP[4]
    p = p * r + _EXP[5]
    p = p * r * r + r + _ONE
    power = np.int32((np.int32(k) + 127) << 23).view(np.float32)
    return _ONE / (_ONE + p * power)


def _wide(x):
    """Return a number of any array here as float32."""


@overload(_wide, inline="always")
def _wide_overload(x):
    if isinstance(x, types.Integer):
        return lambda x: np.uint32(np.uint32(x) << 16).view(np.float32)
    return lambda x: x


def _narrow(array, x):
    """Return a float32 in an array's format, rounded to nearest, ties to even."""


@overload(_narrow, inline="always")
def _narrow_overload(array, x):
    if not isinstance(array.dtype, types.Integer):
        return lambda array, x: x

    def rounded(array, x):
        bits = np.float32(x).view(np.uint32)
        odd = np.uint32(np.uint32(bits >> 16) & np.uint32(1))
        up = np.uint32(np.uint32(bits + np.uint32(0x7FFF)) + odd)
        return np.uint16(np.uint32(up >> 16))

    return rounded
