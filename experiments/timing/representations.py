"""Train networks on rolls and on tokens for the same time, and record them.

Each row of `REPRESENTATIONS` first trains for a moment, to learn how many updates
the time holds; then with three seeds, one network a core. It can be stopped at any
time: the run store holds what is finished, and what was measured of it.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed

from deepmusician.corpora import Corpus, TokenWindows, Windows, load_corpus
from deepmusician.evaluation import (
    QUARTERS_PER_BAR,
    CopyingIndex,
    cell_nlls,
    whole_nll,
)
from deepmusician.files import cache_folder, from_json, to_json, write_file
from deepmusician.listeners import classify_excerpts
from deepmusician.model import CausalAttention, TokenNetwork, bce_loss, compose
from deepmusician.music import PianoRoll
from deepmusician.studies import (
    REPRESENTATIONS,
    pack_roll,
    write_record,
)
from deepmusician.training import Run, RunStore, TrainConfig, fit, free_cores
from experiments.recording import Recording, updates_within

SEEDS = (0, 1, 2)
MEASURED_FILE = "representation.json"  # in a run's folder
SHORT = 80  # windows of the short run that a test repeats
EXCERPT = 128  # steps of what the machine listener judges
PRIME, NEW, AGAIN = 64, 192, 32  # steps
DISTANCES, SCORED = (4, 8, 16, 32, 64, 128), 16  # steps of memory, and after them
REPEATED = 8  # steps that occurred before: what follows could be copied
MAPPED = 96  # steps of the piece whose attention is kept


def record_representations(
    folder: str | Path,
    seconds: float = 300.0,
    rows: dict[str, TrainConfig] | None = None,
    seeds: Sequence[int] = SEEDS,
    corpus: Corpus | None = None,
    store: RunStore | None = None,
    jobs: int | None = None,
) -> Path:
    """Train and measure every row with every seed, record them; return the path.

    `seconds`: of training for each run, on one core. Raises RuntimeError when the
    package's code is not committed, or is changed meanwhile.
    """
    recording, jobs = Recording(), jobs or free_cores()
    corpus = corpus or load_corpus("bach-chorales")
    rows = _planned(rows or REPRESENTATIONS, corpus, seconds)
    runs = list(product(rows, seeds))
    work = partial(_measured, corpus=corpus, store=store or RunStore())
    measured = Parallel(jobs, "loky", batch_size=1)(
        delayed(work)(rows[name].but(seed=seed), is_first=seed == seeds[0])
        for name, seed in runs
    )
    found = [
        {"row": name, "seed": seed} | each["measures"]
        for (name, seed), each in zip(runs, measured, strict=True)
    ]
    first = {
        name: each["of_first"]
        for (name, seed), each in zip(runs, measured, strict=True)
        if seed == seeds[0]
    }
    kinds = {kind for each in first.values() for kind in each}
    details = {
        kind: {name: each[kind] for name, each in first.items() if kind in each}
        for kind in sorted(kinds)
    }
    details["seconds"] = seconds
    details["configs"] = {name: asdict(config) for name, config in rows.items()}
    command = f"python -m experiments representations --seconds {seconds:g}"
    spent = sum(each["seconds"] for each in found) / jobs
    provenance = recording.close(command, details | {"jobs": jobs}, spent)
    return write_record(Path(folder, "representations.json"), found, provenance)


def short_nll(config: TrainConfig, corpus: Corpus, store: RunStore) -> float:
    """Return the validation NLL, nats a quarter, after a few updates of training."""
    short = config.but(epochs=1, windows_per_epoch=SHORT, precision="float32")
    untested = replace(corpus, test=())  # which would take longer than the training
    run = fit(short, untested, store, progress=False, threads=1)
    return float(run.history.valid_nll.iloc[-1]) * corpus.steps_per_quarter


def _planned(
    rows: dict[str, TrainConfig], corpus: Corpus, seconds: float
) -> dict[str, TrainConfig]:
    """Return the rows with as many windows an epoch as the time holds, kept on disk."""
    path = cache_folder("plans") / "representations.json"
    plan = json.loads(path.read_text()) if path.exists() else {}
    planned = {}
    torch.set_num_threads(1)
    for name, config in rows.items():
        if (key := f"{config} {seconds}") not in plan:
            updates = updates_within(config, corpus, seconds, config.epochs)
            plan[key] = updates // config.epochs * config.batch
            write_file(path, json.dumps(plan))
        planned[name] = config.but(windows_per_epoch=plan[key])
        print(f"{name}: {planned[name].windows_per_epoch} windows an epoch", flush=True)
    return planned


def _measured(
    config: TrainConfig, is_first: bool, corpus: Corpus, store: RunStore
) -> dict:
    """Return what is kept of a run, in its own process: measures, and more of one."""
    torch.set_num_threads(1)
    run = fit(config, corpus, store, progress=False, threads=1)
    path = run.folder / MEASURED_FILE
    if path.exists():
        return from_json(path.read_text(encoding="utf-8"))
    kept = {"measures": _measures(run, corpus, store)}
    if is_first:
        kept["of_first"] = _of_first(run, corpus)
    write_file(path, to_json(kept))
    return kept


def _measures(run: Run, corpus: Corpus, store: RunStore) -> dict:
    """Return the measures of a run."""
    valid, test = (whole_nll(run.model, part) for part in (corpus.valid, corpus.test))
    human = [
        roll[:EXCERPT] for roll in corpus.valid + corpus.test if len(roll) >= EXCERPT
    ]
    begin = time.perf_counter()
    composed = compose(run, EXCERPT, pieces=len(human), seed=run.config.seed)
    taken = time.perf_counter() - begin
    index, grid = CopyingIndex(corpus.train), corpus.steps_per_quarter
    shared = [index.longest_shared_run(roll).steps for roll in composed]
    return {
        "run": run.id,
        "parameters": run.model.parameter_count,
        "updates": int(run.metrics["updates"]),
        "seconds": float(run.metrics["seconds"]),
        "precision": run.config.precision,
        "valid": valid.total,
        "test": test.total,
        "test_onsets": test.onsets,
        "test_lengths": test.lengths,
        "train": float(run.history.train_nll.iloc[-1]) * grid,
        "short": short_nll(run.config, corpus, store),
        "seconds_a_step": taken / len(human) / EXCERPT,
        "listener": classify_excerpts(human, composed, EXCERPT).accuracy,
        "shared_run": float(np.mean(shared)),
        "density": float(np.mean([roll.density() for roll in composed])),
        "curve_valid": (run.history.valid_nll * grid).tolist(),
    }


def _of_first(run: Run, corpus: Corpus) -> dict:
    """Return what is looked at in one network of a row: its memory, and pieces."""
    kept = {
        "memory": {steps: memory_nll(run, corpus.test, steps) for steps in DISTANCES},
        "repeats": repeat_nlls(run, corpus.test),
        "pieces": _pieces(run, corpus),
    }
    if run.config.network.heads:
        kept["attention"] = _attention(run, corpus.test)
    return kept


def memory_nll(run: Run, rolls: Sequence[PianoRoll], memory: int) -> float:
    """Return nats a quarter where a network has read only so many steps before.

    Of the `SCORED` steps after that, anew at every `SCORED` steps, from the first place
    on at which the longest of the `DISTANCES` is there.
    """
    rolls = [roll for roll in rolls if len(roll) >= max(DISTANCES) + SCORED]
    places = [
        (piece, at - memory)
        for piece, roll in enumerate(rolls)
        for at in range(max(DISTANCES), len(roll) - SCORED + 1, SCORED)
    ]
    pieces, offsets = np.array(places).T
    length, total = memory + SCORED, 0.0
    of_tokens = isinstance(run.model, TokenNetwork)
    windows = (
        TokenWindows(rolls, length)
        if of_tokens
        else Windows(rolls, "both", context=1, target=length)
    )
    for first in range(0, len(places), 16):
        here = slice(first, first + 16)
        batch = windows.gather(pieces[here], offsets[here], 0 * pieces[here])
        if of_tokens:
            nlls = run.model.nlls(batch)
            total += float(nlls[batch.places[batch.mask] >= memory].sum())
        else:
            with torch.no_grad():
                logits = run.model(batch.context, batch.target)[:, memory:]
            total += float(bce_loss(logits, batch.target[:, memory:]) * logits.numel())
    return total / len(places) / SCORED * run.config.network.steps_per_quarter


def repeat_nlls(run: Run, rolls: Sequence[PianoRoll]) -> dict[str, float]:
    """Return nats a step where the music repeats itself, and where it does not.

    It does at a step that is what followed the same `REPEATED` steps before.
    """
    nlls = np.concatenate([_step_nlls(run, roll) for roll in rolls])
    repeats = np.concatenate([repeated_from(roll) >= 0 for roll in rolls])
    return {
        "repeated": float(nlls[repeats].mean()),
        "new": float(nlls[~repeats].mean()),
        "share": float(repeats.mean()),
    }


def repeated_from(roll: PianoRoll) -> np.ndarray:
    """Return which earlier step each step repeats, (steps,); -1 where none.

    It is the same, and followed the same `REPEATED` steps; the last such one counts.
    """
    rows = [step.tobytes() for step in roll.plane("both")]
    seen: dict[tuple, int] = {}
    sources = np.full(len(rows), -1)
    for at in range(REPEATED, len(rows)):
        phrase = tuple(rows[at - REPEATED : at + 1])
        sources[at] = seen.get(phrase, -1)
        seen[phrase] = at
    return sources


def _step_nlls(run: Run, roll: PianoRoll) -> np.ndarray:
    """Return the negative log-likelihood of each step in nats, (steps,)."""
    if not isinstance(run.model, TokenNetwork):
        return cell_nlls(run.model, [roll])[0].sum(axis=1)
    (batch,) = TokenWindows([roll]).in_order()
    nlls = np.zeros(len(roll))
    np.add.at(nlls, batch.places[0].numpy(), run.model.nlls(batch).numpy())
    return nlls


def _pieces(run: Run, corpus: Corpus) -> dict[str, dict]:
    """Return what the network composes: after a prime, greedily, and from silence.

    "returning" goes on, greedily, where a phrase of a test piece has come back.
    """
    prime = next(roll for roll in corpus.test if len(roll) >= PRIME)[:PRIME]
    greedy = "greedy" if isinstance(run.model, TokenNetwork) else "threshold"
    pieces = {
        "continued": compose(run, NEW, prime)[0],
        "greedy": compose(run, NEW, prime, rule=greedy)[0],
        "from silence": compose(run, NEW)[0],
        "returning": compose(run, AGAIN, returning(corpus.test), rule=greedy)[0],
    }
    return {
        name: {"steps": len(roll), "cells": pack_roll(roll, "both")}
        for name, roll in pieces.items()
    }


def returning(rolls: Sequence[PianoRoll]) -> PianoRoll:
    """Return the piece with the longest repeat, up to `REPEATED` steps into it.

    Where nothing is repeated, the first piece's beginning.
    """
    best = 0, rolls[0][:PRIME]
    for roll in rolls:
        sources, length = repeated_from(roll), 0
        for at, source in enumerate(sources):
            goes_on = source >= 0 and sources[at - 1] == source - 1
            length = length + 1 if goes_on else int(source >= 0)
            if length > best[0]:
                best = length, roll[: at - length + 1]
    return best[1]


@torch.no_grad()
def _attention(run: Run, rolls: Sequence[PianoRoll]) -> dict:
    """Return where each head looks, and one head's map of one piece.

    Of every head, layer by layer: "by_distance" (heads, steps back), the mean weight;
    "on_source" (heads,), the weight that a step which repeats an earlier one gives to
    it, and "chance", if all steps before had as much. "head": which of them looks most
    at the bar before; "map" (steps, steps): its weights in the first piece.
    """
    tables = [_tables(run, roll[: 2 * MAPPED]) for roll in rolls]  # (heads, to, from)
    heads, reach = len(tables[0]), 2 * MAPPED
    distances = np.zeros((heads, reach))
    on_source: list[np.ndarray] = []
    chance: list[float] = []
    for roll, table in zip(rolls, tables, strict=True):
        for back in range(table.shape[1]):
            lines = np.diagonal(table, -back, axis1=1, axis2=2)
            distances[:, back] += lines.sum(axis=1)
        sources = repeated_from(roll[: 2 * MAPPED])
        (repeats,) = np.nonzero(sources >= 0)
        on_source += list(table[:, repeats, sources[repeats]].T)
        chance += list(1 / (repeats + 1))
    distances /= distances.sum(axis=1, keepdims=True)
    bar = QUARTERS_PER_BAR * run.config.network.steps_per_quarter
    head = int(distances[:, bar].argmax())
    return {
        "by_distance": distances.round(5).tolist(),
        "on_source": np.mean(on_source, axis=0).round(4).tolist(),
        "chance": float(np.mean(chance)),
        "head": head,
        "map": tables[0][head, :MAPPED, :MAPPED].round(3).tolist(),
    }


def _tables(run: Run, roll: PianoRoll) -> np.ndarray:
    """Return all layers' weights of a piece by step, (heads, to, from)."""
    found, hooks = [], []

    def keep(attention: CausalAttention, arguments: tuple) -> None:
        states, steps, real = arguments[:3]
        weights = attention.weights(states, steps, real)[0]
        found.append(_by_step(steps[0].numpy(), weights.numpy(), len(roll)))

    for module in run.model.modules():
        if isinstance(module, CausalAttention):
            hooks.append(module.register_forward_pre_hook(keep))
    (batch,) = TokenWindows([roll]).in_order()
    run.model(*batch.network_inputs)
    for hook in hooks:
        hook.remove()
    return np.concatenate(found)


def _by_step(steps: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Return weights (heads, count, count), each step the mean over its tokens."""
    table = np.zeros((len(weights), count, count))
    np.add.at(table, (slice(None), steps[:, None], steps[None]), weights)
    tokens = np.bincount(steps, minlength=count)
    return table / np.maximum(tokens, 1)[None, :, None]
