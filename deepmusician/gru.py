"""A GRU that trains faster on a CPU and is otherwise PyTorch's own (chapter 5).

On a CPU `nn.GRU` adds up the recurrent weights' gradient step by step: 96 thin
products where one thick one would do. Here each layer is one `autograd.Function`
that keeps its gates and forms every weight's gradient in one product over all steps.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import dropout, linear
from torch.nn.utils.rnn import PackedSequence


class FusedGRU(nn.GRU):
    """`nn.GRU`, with the same parameters, values and gradients, in less time.

    It steps aside, and `nn.GRU` does the work, wherever it has nothing to offer: on a
    GPU, without gradients, for packed sequences, unbatched inputs, two directions, no
    biases, or under autocast. Chapter 5.
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
        steps_first = input.transpose(0, 1) if self.batch_first else input
        if hx is None:
            size = (self.num_layers, steps_first.shape[1], self.hidden_size)
            hx = input.new_zeros(size)
        self.check_forward_args(input, hx, None)
        outputs, last = self._run_layers(steps_first.contiguous(), hx)
        return outputs.transpose(0, 1) if self.batch_first else outputs, last

    def _run_layers(self, states: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs (steps, batch, hidden), the last (layers, batch, hidden).

        `states`: (steps, batch, inputs); `start`: (layers, batch, hidden).
        """
        last = []
        for layer, weights in enumerate(self.all_weights):
            if layer > 0:
                states = dropout(states, self.dropout, self.training)
            states = _Layer.apply(states, start[layer].contiguous(), *weights)
            last.append(states[-1])
        return states, torch.stack(last)

    def _can_fuse(self, inputs: Tensor | PackedSequence, start: Tensor | None) -> bool:
        """Return whether the layers below apply, and a gradient may be asked for."""
        if isinstance(inputs, PackedSequence) or inputs.ndim != 3 or not inputs.numel():
            return False
        if not torch.is_grad_enabled() or self.bidirectional or not self.bias:
            return False
        if torch.is_autocast_enabled("cpu"):
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
        """Return the states (steps, batch, hidden) after each step.

        `inputs`: (steps, batch, inputs); `start`: (batch, hidden).
        """
        reset_update = slice(0, 2 * start.shape[1])
        bias = bias_ih.clone()
        bias[reset_update] += bias_hh[reset_update]
        gates = linear(inputs, weight_ih, bias)  # (steps, batch, 3 hidden)
        recalled, states = _forward_through_time(gates, start, weight_hh, bias_hh)
        given = inputs, start, weight_ih, weight_hh, bias_ih, bias_hh
        ctx.save_for_backward(*given, gates, recalled, states)
        return states[1:]

    @staticmethod
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of all six arguments of `forward`."""
        if torch.is_grad_enabled():
            return _Layer._differentiable_backward(ctx, grad_states)
        inputs, _, weight_ih, weight_hh, _, _, gates, recalled, states = (
            ctx.saved_tensors
        )
        hidden = states.shape[2]
        slopes = _slopes(gates, recalled, states[:-1])  # (steps, batch, 4, hidden)
        grad_start = _back_through_time(slopes, gates, grad_states, weight_hh)
        slopes = slopes.view(-1, 4 * hidden)  # now gradients; n, r, z and U_n h + c_n
        by_input, by_state = slopes[:, : 3 * hidden], slopes[:, hidden:]
        total = slopes.sum(dim=0)
        grad_inputs = None
        if ctx.needs_input_grad[0]:
            grad_inputs = (by_input @ weight_ih.roll(hidden, 0)).view_as(inputs)
        return (
            grad_inputs,
            grad_start,
            (by_input.t() @ inputs.flatten(0, 1)).roll(-hidden, 0),
            by_state.t() @ states[:-1].flatten(0, 1),
            total[: 3 * hidden].roll(-hidden, 0),
            total[hidden:],
        )

    @staticmethod
    def _differentiable_backward(
        ctx: Any, grad_states: Tensor
    ) -> tuple[Tensor | None, ...]:
        """Return the same gradients, differentiable, from `nn.GRU`'s own graph."""
        given = ctx.saved_tensors[:6]
        inputs, start, *weights = given
        states, _ = torch.gru(
            inputs, start[None], weights, True, 1, 0.0, False, False, False
        )
        asked = zip(given, ctx.needs_input_grad, strict=True)
        wanted = [tensor for tensor, needed in asked if needed]
        found = torch.autograd.grad(states, wanted, grad_states, create_graph=True)
        left = iter(found)
        return tuple(next(left) if needed else None for needed in ctx.needs_input_grad)


def _forward_through_time(
    gates: Tensor, start: Tensor, weight_hh: Tensor, bias_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """Return U_n h + c_n (steps, batch, hidden) and the states (steps + 1, ...).

    `gates` (steps, batch, 3 hidden) hold what the inputs say to r, z and n, with the
    biases of r and z; they become r, z and n in place.
    """
    steps, hidden = len(gates), start.shape[1]
    reset_update, new = slice(0, 2 * hidden), slice(2 * hidden, 3 * hidden)
    recalled = start.new_empty(steps, *start.shape)
    states = start.new_empty(steps + 1, *start.shape)
    states[0] = start
    to_gates = weight_hh[reset_update].t().contiguous()  # (hidden, 2 hidden)
    to_recalled = weight_hh[new].t().contiguous()  # (hidden, hidden)
    parts = states[:-1], states[1:], recalled, gates[..., reset_update]
    each_step = zip(*map(torch.unbind, (*parts, *gates.chunk(3, dim=2))), strict=True)
    for state, after, recall, rz, r, z, n in each_step:  # (batch, ...)
        torch.addmm(bias_hh[new], state, to_recalled, out=recall)
        rz.addmm_(state, to_gates).sigmoid_()
        n.addcmul_(r, recall).tanh_()
        torch.lerp(n, state, z, out=after)
    return recalled, states


def _slopes(gates: Tensor, recalled: Tensor, before: Tensor) -> Tensor:
    """Return how a state answers to n, r, z and the recalled part before their curves.

    `gates` (steps, batch, 3 hidden) holds r, z and n; `before` is the state before
    each step. The result is (steps, batch, 4, hidden).
    """
    r, z, n = gates.chunk(3, dim=2)
    slopes = gates.new_empty(*gates.shape[:2], 4, before.shape[2])
    of_n, of_r, of_z, of_recalled = slopes.unbind(dim=2)
    torch.mul(1 - z, 1 - n * n, out=of_n)
    torch.mul(of_n, r, out=of_recalled)
    torch.mul(of_recalled, (1 - r).mul_(recalled), out=of_r)
    torch.mul((before - n).mul_(z), 1 - z, out=of_z)
    return slopes


def _back_through_time(
    slopes: Tensor, gates: Tensor, grad_states: Tensor, weight_hh: Tensor
) -> Tensor:
    """Return the start's gradient (batch, hidden); `slopes` become gradients in place.

    From the last step to the first: what reaches a state is the loss's own gradient,
    what z lets through from the next state, and what comes back through the gates.
    """
    steps, batch, _, hidden = slopes.shape
    at_step = slopes.unbind()
    updates = gates[..., hidden : 2 * hidden].unbind()
    by_state = slopes.view(steps, batch, 4 * hidden)[..., hidden:].unbind()
    direct = grad_states.unbind()
    grad = direct[-1]
    for step in range(steps - 1, -1, -1):
        at_step[step].mul_(grad.unsqueeze(1))  # (batch, 4, hidden)
        earlier = direct[step - 1] if step > 0 else torch.zeros_like(grad)
        grad = torch.addcmul(earlier, grad, updates[step])
        grad.addmm_(by_state[step], weight_hh)
    return grad
