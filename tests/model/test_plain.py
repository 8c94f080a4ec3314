"""The steps of a GRU in PyTorch's own operations, beside the kernels and nn.GRU."""

import torch

from deepmusician.model import kernels, plain

HIDDEN, STEPS, BATCH = 5, 3, 4


def as_arrays(stacks, tensors):
    """Return the arguments of a kernel: views of the same memory."""
    return *(tuple(s.numpy()) for s in stacks), *(t.numpy() for t in tensors)


def test_a_step_is_the_one_of_the_gru_cell():
    torch.manual_seed(0)
    cell = torch.nn.GRUCell(2, HIDDEN)
    inputs, state = torch.randn(BATCH, 2), torch.randn(BATCH, HIDDEN)
    expected = cell(inputs, state).T
    projected = (inputs @ cell.weight_ih.T + cell.bias_ih).T
    projected[: 2 * HIDDEN] += cell.bias_hh[: 2 * HIDDEN, None]
    product = cell.weight_hh @ state.T
    states = torch.stack([state.T, torch.zeros(HIDDEN, BATCH)], dim=1)
    plain.forward_step(
        0,
        projected.detach().reshape(3, HIDDEN, 1, BATCH),
        product.detach().reshape(3, HIDDEN, BATCH),
        torch.empty(5, 1, HIDDEN, BATCH),
        cell.bias_hh[2 * HIDDEN :].detach(),
        state.T.contiguous(),
        states,
    )
    torch.testing.assert_close(states[:, 1], expected.detach())


def test_a_step_forth_and_back_is_the_kernels():
    results = []
    for compiled in (False, True):
        torch.manual_seed(0)
        cells = HIDDEN, BATCH
        state, states = torch.randn(cells), torch.randn(HIDDEN, STEPS + 1, BATCH)
        states[:, 1] = state
        slopes, grads = (
            torch.zeros(5, STEPS, *cells),
            torch.zeros(4, HIDDEN, STEPS, BATCH),
        )
        forth = (
            (torch.randn(3, HIDDEN, STEPS, BATCH), torch.randn(3, *cells), slopes),
            (torch.randn(HIDDEN), state, states),
        )
        operand, carry = torch.zeros(3, *cells), torch.randn(cells)
        direct = torch.randn(HIDDEN, STEPS, BATCH)
        back = (slopes, grads, operand), (direct, torch.zeros(cells), carry)
        by = kernels() if compiled else plain
        for step, both in ((by.forward_step, forth), (by.backward_step, back)):
            step(1, *(as_arrays(*both) if compiled else [*both[0], *both[1]]))
        results.append([state, states, slopes, grads, operand, carry])
    torch.testing.assert_close(*results)
