"""Measure how many windows per second training gets through, against the original.

Usage: `python -m experiments.timing.training --seconds 120 --threads 2`

Three recipes train the report's network (5,155,160 parameters) on windows of 96 + 96
steps, all in one process, one update of each in turn, again and again, so that
whatever else the machine does hits them alike:

- original: batch 32, both GRUs PyTorch's, the decoder stepping in Python with teacher
  forcing 0.5 and reading its own probabilities, BCE on sigmoid outputs, Adam;
- nn.GRU: the decoder in one fused call (teacher forcing 1), BCE on logits, AdamW,
  clipped gradients;
- FusedGRU: the same with ours.

Each is also held against the machine: the share of the rate, in floating-point
operations per second, that a product of two 2048-square float32 matrices reaches in the
same process, between the same updates.
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from operator import truediv
from statistics import median

import torch
from torch import Tensor, nn

from deepmusician.model import DeepMusician, bce_loss
from deepmusician.studies import provenance_now, write_record
from deepmusician.training import others_load

STEPS = 96
DENSITY = 0.0125
SQUARE = 2048
WANTED = 2.5
QUIET = 0.2  # cores that others may keep busy
Update = Callable[[], object]
Row = tuple[str, int]  # a recipe and its batch
PRODUCT, ORIGINAL = ("product", 1), ("original", 32)


def windows(batch: int) -> tuple[Tensor, Tensor]:
    """Return random contexts and targets (batch, steps, keys), as sparse as Bach."""
    generator = torch.Generator().manual_seed(batch)
    cells = torch.rand(2, batch, STEPS, 88, generator=generator)
    return (cells < DENSITY).float().unbind()


def network(fused: bool) -> DeepMusician:
    """Return the report's network, with our GRUs or PyTorch's."""
    model = DeepMusician()
    if not fused:
        for part in (model.encoder, model.decoder):
            theirs = nn.GRU(88, 512, 2, batch_first=True, dropout=0.2)
            theirs.load_state_dict(part.gru.state_dict())
            part.gru = theirs
    return model


def stepped_probabilities(
    model: DeepMusician, context: Tensor, target: Tensor
) -> Tensor:
    """Return the original outputs: every step reads the true one before, or its own."""
    hidden = model.encoder(context)
    inputs = torch.zeros_like(target[:, 0])  # SOS: (batch, keys)
    outputs = []
    for step in range(target.shape[1]):
        states, hidden = model.decoder(inputs.unsqueeze(1), hidden)
        outputs.append(torch.sigmoid(model.classifier(states[:, 0])))
        inputs = target[:, step] if random.random() < 0.5 else outputs[-1]
    return torch.stack(outputs, dim=1)  # (batch, steps, keys)


def original_update(batch: int) -> Update:
    """Return one update of the original's recipe."""
    model, (context, target) = network(fused=False), windows(batch)
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.BCELoss()

    def update() -> None:
        optimizer.zero_grad()
        loss(stepped_probabilities(model, context, target), target).backward()
        optimizer.step()

    return update


def our_update(batch: int, fused: bool) -> Update:
    """Return one update of our recipe, with our GRUs or PyTorch's."""
    model, (context, target) = network(fused), windows(batch)
    optimizer = torch.optim.AdamW(model.parameters())

    def update() -> None:
        optimizer.zero_grad()
        bce_loss(model(context, target), target).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return update


def operations_per_window(model: DeepMusician) -> int:
    """Return the floating-point operations of training's products on one window.

    Each weight costs a multiplication and an addition a step: forward, for its own
    gradient, and for the gradient of what it reads, which the keys need not have.
    """
    operations = 0
    for name, weight in model.named_parameters():
        if weight.ndim == 2:
            passes = 2 if name.endswith("weight_ih_l0") else 3
            operations += passes * 2 * weight.numel() * STEPS
    return operations


def product_update() -> Update:
    """Return one product of two square matrices."""
    first, second = torch.rand(2, SQUARE, SQUARE).unbind()
    return lambda: torch.mm(first, second)


def interleaved(updates: dict[Row, Update], seconds: float) -> dict[Row, list[float]]:
    """Return the seconds of every update, taken in turn, round after round.

    At least four rounds, the first of which warms up and does not count.
    """
    taken: dict[Row, list[float]] = {row: [] for row in updates}
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(taken[PRODUCT]) < 4:
        for row, update in updates.items():
            begin = time.perf_counter()
            update()
            taken[row].append(time.perf_counter() - begin)
    return {row: times[1:] for row, times in taken.items()}


def rows(taken: dict[Row, list[float]]) -> list[dict]:
    """Return a row a recipe: medians over the rounds, ratios within each first."""
    operations = operations_per_window(DeepMusician())
    product = [2 * SQUARE**3 / seconds for seconds in taken[PRODUCT]]
    original = [ORIGINAL[1] / seconds for seconds in taken[ORIGINAL]]
    table = []
    for recipe, batch in list(taken)[1:]:
        rates = [batch / seconds for seconds in taken[recipe, batch]]
        share = median(map(truediv, rates, product)) * operations
        table.append(
            {
                "recipe": recipe,
                "batch": batch,
                "windows per second": round(median(rates), 1),
                "share of the product rate": f"{share:.0%}",
                "times the original": round(median(map(truediv, rates, original)), 2),
            }
        )
    return table


def main() -> None:
    """Print the table, and record it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 32, 64, 128])
    parser.add_argument("--record", help="such as training_speed.json")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    random.seed(0)
    updates = {PRODUCT: product_update(), ORIGINAL: original_update(ORIGINAL[1])}
    for fused, name in ((False, "nn.GRU"), (True, "FusedGRU")):
        updates |= {(name, batch): our_update(batch, fused) for batch in given.batches}
    others, start = others_load(), time.perf_counter()
    taken = interleaved(updates, given.seconds)
    others, taken_all = max(others, others_load()), time.perf_counter() - start
    print(f"{given.threads} threads on {os.cpu_count()} cores, ", end="")
    print(f"{len(taken[PRODUCT])} rounds; others kept {others:.1f} cores busy")
    if others > QUIET:
        print("beside other work threads wait for each other: measure again when quiet")
    rate = 2 * SQUARE**3 / median(taken[PRODUCT]) / 1e9
    print(f"product of {SQUARE}-square matrices: {rate:.0f} GFLOP/s")
    table = rows(taken)
    for row in table:
        print(*(f"{value:>10}" for value in row.values()))
    print(f"wanted of FusedGRU at the batch in use: {WANTED} of the original")
    if given.record:
        command = f"python -m experiments.timing.training --seconds {given.seconds:g}"
        write_record(
            given.record, table, provenance_now(command, taken_all, given.threads)
        )


if __name__ == "__main__":
    main()
