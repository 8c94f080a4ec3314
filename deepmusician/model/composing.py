"""From a trained network to new music of any length."""

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from deepmusician.model.calibration import IDENTITY, Calibration
from deepmusician.model.checks import (
    check_choice,
    check_number,
    check_positive,
    check_whole,
)
from deepmusician.model.network import STARTS, Choice, DeepMusician
from deepmusician.music import PianoRoll

RULES = ("sample", "threshold", "density")
Prime = PianoRoll | str | Path | None


@torch.no_grad()
def compose(
    model_or_run: object,
    steps: int = 192,
    prime: Prime | list[Prime] = None,
    rule: str = "sample",
    threshold: float = 0.5,
    temperature: float = 1.0,
    seed: int = 0,
    pieces: int = 1,
    start: str | None = None,
    chunk: int | None = None,
    calibrate: bool | Calibration = True,
) -> list[PianoRoll]:
    """Return `pieces` new rolls: the prime, if any, and `steps` new steps each.

    `model_or_run`: a `DeepMusician`, or a run that has one as `.model`.
    `prime`: a roll or a music file to continue; without one music begins in silence.
    A list of them gives one piece each, in place of `pieces`.
    `rule`: "sample" plays a key with the probability that the network gives it,
    "threshold" wherever that exceeds `threshold`, "density" wherever it exceeds the
    threshold that as many cells of the validation pieces exceed as have an onset
    there (a run's: its `metrics["valid"]["density_threshold"]`).
    `temperature` divides the logits: below 1 surer and, where onsets are rare,
    emptier; above 1 more random. `calibrate`: True takes the probabilities that the
    run's loss makes its logits stand for, a `Calibration` those of another, False the
    sigmoid of the logits, which for focal loss is no probability. Of a bare model
    True is False: it does not know its loss.
    Piece n of a seed is the same however many pieces there are. `start` is where the
    first hidden state comes from ("guided" by the encoder, "zero", "random"; the
    model's own by default). After every `chunk` steps (by default as many as the
    network's context) a guided network's encoder reads the last steps anew.
    Raises ValueError for an argument out of range, MusicFileError for a bad file.
    Computed in float64, so that rounding flips no key.
    """
    model = _float64_copy(model_or_run)
    start = model.config.start if start is None else start
    chunk = model.config.context if chunk is None else chunk
    for name, count in {"steps": steps, "pieces": pieces, "chunk": chunk}.items():
        check_whole(name, count, least=1)
    check_whole("seed", seed, least=0)
    check_choice("rule", rule, RULES)
    check_choice("start", start, STARTS)
    check_number("threshold", threshold, 0, 1)
    check_positive("temperature", temperature)
    primes = prime if isinstance(prime, list) else [prime] * pieces
    check_whole("the number of primes", len(primes), least=1)
    primes = [_read_prime(each, model) for each in primes]
    taken = _calibration(model_or_run, calibrate)
    if rule == "density":
        threshold = _density_threshold(model_or_run, taken)
    generators = [_generator_of_piece(seed, piece) for piece in range(len(primes))]
    cutoff = None if rule == "sample" else threshold
    kind = model.config.plane
    planes = _play(
        model,
        [torch.tensor(prime.plane(kind), dtype=torch.float64) for prime in primes],
        steps,
        partial(_choice, model, generators, cutoff, temperature, taken),
        generators,
        start,
        chunk,
    )
    return [
        _joined(prime, plane.numpy() > 0, kind)
        for prime, plane in zip(primes, planes, strict=True)
    ]


def _play(
    model: DeepMusician,
    primes: list[Tensor],
    steps: int,
    choice: Callable[[int], Choice],
    generators: list[Generator],
    start: str,
    chunk: int,
) -> Tensor:
    """Return the new steps (pieces, steps, keys) that follow primes (steps, keys)."""
    silence = primes[0].new_zeros(model.config.context, model.config.keys)
    contexts = [torch.cat([silence, prime])[-len(silence) :] for prime in primes]
    played = torch.stack(contexts)  # (pieces, steps, keys)
    hidden, last = _begin(model, played, primes, generators, start)
    for step in range(0, steps, chunk):
        if step > 0 and model.config.start == "guided":
            hidden = model.encoder(played[:, -model.config.context :])
            last = torch.zeros_like(last)  # SOS
        count = min(chunk, steps - step)
        _, new, hidden = model.walk(last, hidden, count, choice(count))
        played, last = torch.cat([played, new], dim=1), new[:, -1]
    return played[:, -steps:]


def _choice(
    model: DeepMusician,
    generators: list[Generator],
    threshold: float | None,
    temperature: float,
    calibrate: Calibration,
    steps: int,
) -> Choice:
    """Return how `DeepMusician.walk` is to choose the next `steps` steps.

    A key is played where its probability exceeds the threshold, or else a draw. Each
    piece draws from its own generator, step after step, so neither the other pieces
    nor the length of the piece change what it draws.
    """
    shape = (len(generators), steps, model.config.keys)
    cutoffs = torch.empty(shape, dtype=torch.float64)
    for piece, generator in zip(cutoffs, generators, strict=True):
        if threshold is None:
            piece.uniform_(generator=generator)
        else:
            piece.fill_(threshold)
    return lambda state, step: model.classifier.sample(
        state, cutoffs[:, step], temperature, calibrate
    )


def _begin(
    model: DeepMusician,
    context: Tensor,
    primes: list[Tensor],
    generators: list[Generator],
    start: str,
) -> tuple[Tensor, Tensor]:
    """Return the first hidden state, and the decoder's first input (pieces, keys).

    `context`: (pieces, steps, keys). A decoder that the encoder does not guide
    reads each prime's last steps itself.
    """
    sos = torch.zeros_like(context[:, 0])  # (pieces, keys)
    if start == "guided":
        return model.encoder(context), sos
    hidden = [
        model.start_hidden(piece, generator, start)
        for piece, generator in zip(context.split(1), generators, strict=True)
    ]
    for piece, prime in enumerate(primes):
        if len(prime) > 0:
            recent = context[piece : piece + 1, -min(len(prime), len(context[0])) :]
            inputs = torch.cat([sos[:1].unsqueeze(1), recent[:, :-1]], dim=1)
            hidden[piece] = model.decoder(inputs, hidden[piece])[1]
    return torch.cat(hidden, dim=1), context[:, -1]  # silence is SOS


def _joined(prime: PianoRoll, plane: np.ndarray, kind: str) -> PianoRoll:
    """Return the prime, as it is, followed by a new plane (steps, keys)."""
    # A key that sounds on from the prime's last step has no new onset.
    lead = prime.sounding[-1:] if kind == "sounding" else prime.sounding[:0]
    new = PianoRoll.from_plane(
        np.concatenate([lead, plane]), kind, steps_per_quarter=prime.steps_per_quarter
    )
    onsets = np.concatenate([prime.onsets, new.onsets[len(lead) :]])
    sounding = np.concatenate([prime.sounding, new.sounding[len(lead) :]])
    return replace(prime, onsets=onsets, sounding=sounding, reading=None)


def _read_prime(prime: PianoRoll | str | Path | None, model: DeepMusician) -> PianoRoll:
    """Return the prime as a roll on the model's grid; an empty one for None."""
    grid = model.config.steps_per_quarter
    if prime is None:
        nothing = np.zeros((0, model.config.keys), dtype=bool)
        return PianoRoll.from_plane(nothing, steps_per_quarter=grid)
    if not isinstance(prime, PianoRoll):
        return PianoRoll.from_file(prime, grid)
    if prime.steps_per_quarter != grid:
        raise ValueError(
            f"the prime has {prime.steps_per_quarter} steps per quarter, the model "
            f"{grid}: read the prime with steps_per_quarter={grid}"
        )
    return prime


def _float64_copy(model_or_run: object) -> DeepMusician:
    """Return a copy of the model on the CPU, in float64 and without dropout."""
    model = getattr(model_or_run, "model", model_or_run)
    if not isinstance(model, DeepMusician):
        raise TypeError(
            f"compose needs a DeepMusician or a run with one as .model, "
            f"not {type(model_or_run).__name__}"
        )
    return copy.deepcopy(model).cpu().double().eval()


def _calibration(model_or_run: object, calibrate: bool | Calibration) -> Calibration:
    """Return the map from the model's logits to those that are played."""
    if isinstance(calibrate, Calibration):
        return calibrate
    return (calibrate and getattr(model_or_run, "calibration", None)) or IDENTITY


def _density_threshold(model_or_run: object, taken: Calibration) -> float:
    """Return the threshold with the validation pieces' density, on what is played.

    A run keeps it on its own probabilities; through another map the same cells lie
    above another number. Raises ValueError where no run gives it.
    """
    metrics = getattr(model_or_run, "metrics", {})
    threshold = metrics.get("valid", {}).get("density_threshold", math.nan)
    if not 0 < threshold < 1:
        raise ValueError(
            "rule='density' needs a run that was measured on validation pieces: give "
            "the run and not its model, train it again if it is of an older version, "
            "or take rule='threshold' with a threshold of your own"
        )
    own = _calibration(model_or_run, True)
    if taken == own:
        return threshold
    there = torch.tensor(threshold, dtype=torch.float64)
    return float(torch.sigmoid(taken(own.inverse(there))))


def _generator_of_piece(seed: int, piece: int) -> Generator:
    """Return the generator of the n-th piece of a seed, independent of all others."""
    state = np.random.SeedSequence([seed, piece]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))
