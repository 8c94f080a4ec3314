"""A GRU that trains faster on a CPU and is otherwise PyTorch's own.

On a CPU `nn.GRU` adds up the recurrent weights' gradient step by step: 96 thin
products where one thick one would do. Here each layer is one `autograd.Function`
that keeps its gates and forms every weight's gradient in one product over all steps.
What lies between the products is one pass over the cells: see `fused`.

Inside, the features come first: (features, steps, batch). A step is then one column
block of the states, and the product `weight @ state` keeps two cores busy, which
`state @ weight.T` with its few rows does not (measured: 70 to 100 % of the rate of a
large product against 55 to 65 %, at batches 16 and 32).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.utils.rnn import PackedSequence

from deepmusician.model.compiled import array_of, kernels
from deepmusician.model.dropout import dropout

_THIN = 112  # hidden units: with fewer, a step's product is no faster in bfloat16
_AT_ONCE = 16  # steps whose slopes stay in the cache until they are used


class FusedGRU(nn.GRU):
    """`nn.GRU`, with the same parameters, values and first gradients, in less time.

    In float32 the kernels of `fused` take the steps, where numba is installed; under
    `torch.autocast("cpu")` products are bfloat16 then, and so are the outputs, while
    weights, the state and sums stay float32. It steps aside, and `nn.GRU` does the
    work, wherever it has nothing to offer: on a GPU, for a single step, packed
    sequences, unbatched inputs, two directions, no biases, without kernels also without
    gradients or under autocast, or unless the batch comes first.
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
        features = input.permute(2, 1, 0)  # (inputs, steps, batch)
        outputs, last = self._run_layers(features, hx.transpose(1, 2))
        return outputs.permute(2, 1, 0), last.transpose(1, 2)

    def _run_layers(self, states: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs (hidden, steps, batch), the last (layers, hidden, batch).

        `states`: (inputs, steps, batch); `start`: (layers, hidden, batch).
        """
        last, compiled = [], self._is_compiled
        if torch.is_autocast_enabled("cpu"):
            states = states.to(torch.get_autocast_dtype("cpu"))
        for layer, weights in enumerate(self.all_weights):
            if layer > 0:
                states = dropout(states, self.dropout, self.training)
            if compiled:
                keep = torch.is_grad_enabled()
                states, end = _CompiledLayer.apply(states, start[layer], *weights, keep)
            else:
                states = _Layer.apply(states, start[layer], *weights)
                end = states[:, -1]
            last.append(end)
        return states, torch.stack(last)

    @property
    def _is_compiled(self) -> bool:
        return self.weight_hh_l0.dtype == torch.float32 and kernels() is not None

    def _can_fuse(self, inputs: Tensor | PackedSequence, start: Tensor | None) -> bool:
        """Return whether the layers below apply, and a gradient may be asked for."""
        if isinstance(inputs, PackedSequence) or inputs.ndim != 3 or not inputs.numel():
            return False
        if self.bidirectional or not self.bias or not self.batch_first:
            return False
        compiled = self._is_compiled
        if inputs.shape[1] == 1 or not (torch.is_grad_enabled() or compiled):
            return False
        if torch.is_autocast_enabled("cpu") and not compiled:
            return False
        tensors = [inputs, *self.parameters(), *([] if start is None else [start])]
        return all(
            each.device.type == "cpu" and each.dtype == inputs.dtype for each in tensors
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
    ) -> Tensor:
        """Return the states (hidden, steps, batch) after each step.

        `inputs`: (inputs, steps, batch); `start`: (hidden, batch).
        """
        hidden = len(start)
        bias = bias_ih.clone()
        bias[: 2 * hidden] += bias_hh[: 2 * hidden]
        shape = 3 * hidden, *inputs.shape[1:]  # (3 hidden, steps, batch)
        projected = torch.addmm(bias[:, None], weight_ih, inputs.flatten(1)).view(shape)
        kept = _forward_through_time(projected, start, weight_hh, bias_hh[2 * hidden :])
        ctx.save_for_backward(inputs, weight_ih, weight_hh, *kept)
        return kept[-1][:, 1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of all six arguments of `forward`."""
        inputs, weight_ih, weight_hh, *kept = ctx.saved_tensors
        grads, grad_start = _back_through_time(*kept, grad_states, weight_hh)
        grad_inputs, *of_weights = _of_weights(
            grads, inputs, kept[-1], weight_ih, ctx.needs_input_grad[0]
        )
        return grad_inputs, grad_start, *of_weights


class _CompiledLayer(torch.autograd.Function):
    """`_Layer` in float32, or with products in bfloat16; `fused` does the rest."""

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
        hidden, (steps, batch) = len(start), inputs.shape[1:]
        thin = torch.float32 if hidden < _THIN else inputs.dtype
        weight_ih, weight_hh = weight_ih.to(inputs.dtype), weight_hh.to(thin)
        projected = (weight_ih @ inputs.flatten(1)).view(3, hidden, steps, batch)
        product = start.new_empty(3 * hidden, batch, dtype=thin)
        biases = torch.cat([bias_ih, bias_hh[2 * hidden :]]).view(4, hidden)
        biases[:2] += bias_hh[: 2 * hidden].view(2, hidden)
        state = start.float().clone(memory_format=torch.contiguous_format)
        states = inputs.new_empty(hidden, steps + 1, batch)
        states[:, 0] = start
        slopes = inputs.new_empty(5, steps if keep else 1, hidden, batch)
        arrays = (
            *(_parts(projected), _parts(product.view(3, hidden, batch))),
            *(_parts(biases), array_of(state), _parts(slopes), array_of(states)),
        )
        forward_step = kernels().forward_step
        rounded = states.unbind(1) if thin == inputs.dtype else [state] * (steps + 1)
        for step, before in enumerate(rounded[:-1]):
            torch.mm(weight_hh, before, out=product)
            forward_step(step, *arrays)
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
        arrays = (
            *(array_of(grad_states.contiguous()), array_of(product), array_of(carry)),
            *(_parts(slopes), _parts(grads), _parts(operand.view(3, hidden, batch))),
        )
        to_state = weight_hh.t().contiguous()  # (hidden, 3 hidden)
        backward_step = kernels().backward_step
        for step in reversed(range(steps)):
            backward_step(step, *arrays)
            torch.mm(to_state, operand, out=product)
        wanted, flat = ctx.needs_input_grad[0], grads.view(4 * hidden, -1)
        grad_inputs, *of_weights = _of_weights(flat, inputs, states, weight_ih, wanted)
        return grad_inputs, carry + product, *of_weights, None


def _parts(tensor: Tensor) -> tuple:
    """Return the arrays along a tensor's first dimension."""
    return tuple(array_of(tensor))


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


def _forward_through_time(
    projected: Tensor, start: Tensor, weight_hh: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gates, U_n h + c_n, and all states, the start among them.

    `projected` (3 hidden, steps, batch) is what the inputs say to r, z and n; `bias` is
    c_n. The gates r, z, n are (steps, 3 hidden, batch), U_n h + c_n (steps,
    hidden, batch), the states (hidden, steps + 1, batch).
    """
    hidden, steps, batch = len(start), *projected.shape[1:]
    gates = projected.new_empty(steps, 3 * hidden, batch)
    recurrent = projected.new_empty(steps, hidden, batch)
    states = projected.new_empty(hidden, steps + 1, batch)
    states[:, 0] = start
    product = projected.new_empty(3 * hidden, batch)
    of_state = states.unbind(1)
    of_inputs = zip(
        *(part.unbind(1) for part in projected.split([2 * hidden, hidden])), strict=True
    )
    for step, (to_rz, to_n) in enumerate(of_inputs):
        rz, n = gates[step].split([2 * hidden, hidden])
        r, z = rz.chunk(2)
        torch.mm(weight_hh, of_state[step], out=product)
        torch.add(to_rz, product[: 2 * hidden], out=rz).sigmoid_()
        torch.add(product[2 * hidden :], bias[:, None], out=recurrent[step])
        torch.addcmul(to_n, r, recurrent[step], out=n).tanh_()
        torch.lerp(n, of_state[step], z, out=of_state[step + 1])
    return gates, recurrent, states


def _back_through_time(
    gates: Tensor,
    recurrent: Tensor,
    states: Tensor,
    grad_states: Tensor,
    weight_hh: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return the gradients (4 hidden, steps * batch), and the start's (hidden, batch).

    Those of n, r, z and U_n h + c_n, before their curves. From the last step to
    the first: what reaches a state is the loss's own gradient, what z lets through
    from the next state, and what comes back through the gates.
    """
    steps, hidden, batch = recurrent.shape
    grads = gates.new_empty(4, hidden, steps, batch)
    at_step = grads.unbind(2)
    by_state = grads.view(4 * hidden, steps, batch)[hidden:].unbind(1)
    direct = grad_states.contiguous().unbind(1)
    before = states[:, :-1].transpose(0, 1)
    to_state = weight_hh.t().contiguous()  # (hidden, 3 hidden)
    grad = torch.zeros_like(direct[0])
    for first in reversed(range(0, steps, _AT_ONCE)):
        part = slice(first, first + _AT_ONCE)
        slopes = _slopes(gates[part], recurrent[part], before[part])
        for step in reversed(range(first, first + len(slopes))):
            grad += direct[step]
            torch.mul(slopes[step - first], grad, out=at_step[step])
            z = gates[step, hidden : 2 * hidden]
            grad = (grad * z).addmm_(to_state, by_state[step])
    return grads.view(4 * hidden, -1), grad


def _slopes(gates: Tensor, recurrent: Tensor, before: Tensor) -> Tensor:
    """Return how a state answers to n, r, z and the recurrent part before their curves.

    `gates` (steps, 3 hidden, batch) holds r, z and n; `before` is the state before
    each step. The result is (steps, 4, hidden, batch).
    """
    r, z, n = gates.chunk(3, dim=1)
    of_n = (1 - z) * (1 - n * n)
    of_recurrent = of_n * r
    of_r = of_recurrent * recurrent * (1 - r)
    of_z = (before - n) * z * (1 - z)
    return torch.stack([of_n, of_r, of_z, of_recurrent], dim=1)
