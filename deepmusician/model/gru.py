"""A GRU that trains faster on a CPU and is otherwise PyTorch's own.

On a CPU `nn.GRU` adds up the recurrent weights' gradient step by step: 96 thin
products where one thick one would do. Here each layer is one `autograd.Function`
that keeps its gates and forms every weight's gradient in one product over all steps.
What lies between the products is one pass over the cells: see `fused`.

Inside, the features come first: (features, steps, batch). A step is then one column
block of the states, and the product `weight @ state` keeps two cores busy, which
`state @ weight.T` with its few rows does not (measured: 70 to 100 % of the rate of a
large product against 55 to 65 %, at batches 16 and 32). More than one
sequence are filled up with silence to a multiple of 16: on a processor with AVX2 alone
16 took a third of the time of 8.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import pad
from torch.nn.utils.rnn import PackedSequence

from deepmusician.model.compiled import array_of, kernels
from deepmusician.model.dropout import dropout

_THIN = 112  # hidden units: with fewer, a step's product is no faster in bfloat16
_WIDE = 16  # sequences that fill a product: some libraries take longer over fewer


class FusedGRU(nn.GRU):
    """`nn.GRU`, with the same parameters, values and first gradients, in less time.

    The kernels of `fused` take the steps; under `torch.autocast("cpu")` products are
    bfloat16, and so are the outputs, while weights, the state and sums stay float32. It
    steps aside, and `nn.GRU` does the work, wherever it has nothing to offer: without
    kernels, on a GPU, in float64, for a single step, packed sequences, unbatched
    inputs, two directions, no biases, or unless the batch comes first.
    """

    def forward(
        self, input: Tensor | PackedSequence, hx: Tensor | None = None
    ) -> tuple[Tensor | PackedSequence, Tensor]:
        """Return the last layer's outputs at every step, and every layer's last state.

        Arguments and shapes are those of `nn.GRU`: with `batch_first`, inputs (batch,
        steps, inputs), start (layers, batch, hidden), outputs (batch, steps, hidden).
        """
        if not self._can_fuse(input, hx):
            return super().forward(input, hx)
        if hx is None:
            hx = input.new_zeros(self.num_layers, len(input), self.hidden_size)
        self.check_forward_args(input, hx, None)
        batch, features, start = len(input), input.permute(2, 1, 0), hx.transpose(1, 2)
        if batch > 1 and batch % _WIDE:
            room = 0, -batch % _WIDE
            features, start = pad(features, room), pad(start, room)
        outputs, last = self._run_layers(features, start)
        return outputs.permute(2, 1, 0)[:batch], last.transpose(1, 2)[:, :batch]

    def _run_layers(self, states: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs (hidden, steps, batch), the last (layers, hidden, batch).

        `states`: (inputs, steps, batch); `start`: (layers, hidden, batch).
        """
        last, keep = [], torch.is_grad_enabled()
        if torch.is_autocast_enabled("cpu"):
            states = states.to(torch.get_autocast_dtype("cpu"))
        for layer, weights in enumerate(self.all_weights):
            if layer > 0:
                states = dropout(states, self.dropout, self.training)
            states, end = _Layer.apply(states, start[layer], *weights, keep)
            last.append(end)
        return states, torch.stack(last)

    def _can_fuse(self, inputs: Tensor | PackedSequence, start: Tensor | None) -> bool:
        """Return whether the layers below apply."""
        if isinstance(inputs, PackedSequence) or inputs.ndim != 3 or not inputs.numel():
            return False
        if self.bidirectional or not self.bias or not self.batch_first:
            return False
        if inputs.shape[1] == 1 or kernels() is None:
            return False
        tensors = [inputs, *self.parameters(), *([] if start is None else [start])]
        return all(
            each.device.type == "cpu" and each.dtype == torch.float32
            for each in tensors
        )


class _Layer(torch.autograd.Function):
    """One GRU layer over all steps.

    With sigma the logistic function, from input x and state h,

        r = sigma(W_r x + b_r + U_r h + c_r)         reset
        z = sigma(W_z x + b_z + U_z h + c_z)         update
        n = tanh(W_n x + b_n + r * (U_n h + c_n))    new
        next h = (1 - z) * n + z * h

    where `weight_ih` stacks W_r, W_z and W_n, `weight_hh` the U, `bias_ih` the b,
    `bias_hh` the c. Source: Cho et al. 2014, in the form of PyTorch's documentation.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        inputs: Tensor,
        start: Tensor,
        weight_ih: Tensor,
        weight_hh: Tensor,
        bias_ih: Tensor,
        bias_hh: Tensor,
        keep: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return the states (hidden, steps, batch), and the last one (hidden, batch).

        `inputs`: (inputs, steps, batch), whose format is that of the products and of
        the states, but for the last; narrow layers take a step's product in float32.
        `start`: (hidden, batch). `keep`: whether a gradient may be asked for.
        """
        hidden, (steps, batch), full = len(start), inputs.shape[1:], start.dtype
        is_narrow = inputs.dtype != full and hidden < _THIN
        weight_ih = weight_ih.to(inputs.dtype)
        weight_hh = weight_hh.to(full if is_narrow else inputs.dtype)
        bias = bias_ih + pad(bias_hh[: 2 * hidden], (0, hidden))
        bias = bias.to(inputs.dtype)[:, None]
        projected = torch.addmm(bias, weight_ih, inputs.flatten(1))
        product = weight_hh.new_empty(3 * hidden, batch)
        state = start.clone(memory_format=torch.contiguous_format)
        states = inputs.new_empty(hidden, steps + 1, batch)
        states[:, 0] = start
        slopes = inputs.new_empty(5, steps if keep else 1, hidden, batch)
        arguments = _as_arrays(
            projected.view(3, hidden, steps, batch),
            *(product.view(3, hidden, batch), slopes),
            *(bias_hh[2 * hidden :], state, states),
        )
        rounded = [state] * (steps + 1) if is_narrow else states.unbind(1)
        for step, before in enumerate(rounded[:-1]):
            torch.mm(weight_hh, before, out=product)
            kernels().forward_step(step, *arguments)
        ctx.save_for_backward(inputs, weight_ih, weight_hh, slopes, states)
        return states[:, 1:], state

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_states: Tensor, grad_last: Tensor
    ) -> tuple[Tensor | None, ...]:
        """Return the gradients of the first six arguments of `forward`."""
        inputs, weight_ih, weight_hh, slopes, states = ctx.saved_tensors
        steps, hidden, batch = slopes.shape[1:]
        grads = inputs.new_empty(4, hidden, steps, batch)
        operand = weight_hh.new_empty(3 * hidden, batch)
        product = weight_hh.new_zeros(hidden, batch)
        carry = grad_last.clone(memory_format=torch.contiguous_format)
        is_mixed = carry.dtype != product.dtype
        multiply = partial(torch.mm, out=product) if is_mixed else carry.addmm_
        arguments = _as_arrays(
            *(slopes, grads, operand.view(3, hidden, batch)),
            *(grad_states.contiguous(), product, carry),
        )
        to_state = weight_hh.t().contiguous()  # (hidden, 3 hidden)
        for step in reversed(range(steps)):
            kernels().backward_step(step, *arguments)
            multiply(to_state, operand)
        wanted, flat = ctx.needs_input_grad[0], grads.view(4 * hidden, -1)
        grad_inputs, *of_weights = _of_weights(flat, inputs, states, weight_ih, wanted)
        return grad_inputs, carry + product, *of_weights, None


def _as_arrays(*tensors: Tensor) -> Sequence[Any]:
    """Return three stacks and three tensors as the kernels take them."""
    stacks = [tuple(array_of(stack)) for stack in tensors[:3]]
    return [*stacks, *(array_of(tensor) for tensor in tensors[3:])]


def _of_weights(
    grads: Tensor, inputs: Tensor, states: Tensor, weight_ih: Tensor, wanted: bool
) -> tuple[Tensor | None, ...]:
    """Return the gradients of a layer's inputs, if they are wanted, weights and biases.

    `grads`: (4 hidden, steps * batch), of n, r, z and U_n h + c_n before their curves;
    `inputs`: (inputs, steps, batch); `states`: (hidden, steps + 1, batch), the start
    among them. Sums are float32 at least.
    """
    hidden, full = len(states), torch.promote_types(grads.dtype, torch.float32)
    by_input, by_state = grads[: 3 * hidden], grads[hidden:]
    total = grads.sum(dim=1).to(full)
    grad_inputs = None
    if wanted:
        grad_inputs = (weight_ih.roll(hidden, 0).t() @ by_input).view_as(inputs)
    return (
        grad_inputs,
        (by_input @ inputs.flatten(1).t()).roll(-hidden, 0).to(full),
        (by_state @ states[:, :-1].flatten(1).t()).to(full),
        total[: 3 * hidden].roll(-hidden, 0),
        total[hidden:],
    )
