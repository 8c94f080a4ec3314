"""From a trained network to new music of any length."""

import copy
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from deepmusician.model.calibration import IDENTITY, Calibration
from deepmusician.model.checks import (
    check_choice,
    check_number,
    check_positive,
    check_whole,
    require,
)
from deepmusician.model.network import STARTS, Choice, DeepMusician
from deepmusician.model.phrases import Past
from deepmusician.model.token_composing import choose_token, write_on
from deepmusician.model.token_network import TokenNetwork
from deepmusician.music import PianoRoll

RULES = ("sample", "threshold", "density")
TOKEN_RULES = ("sample", "greedy")
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
    top_k: int = 0,
    top_p: float = 1.0,
    tune: PianoRoll | None = None,
) -> list[PianoRoll]:
    """Return `pieces` new rolls: the prime, if any, and `steps` new steps each.

    `model_or_run`: a `DeepMusician`, or a run that has one as `.model`.
    `prime`: a roll or a music file to continue; without one music begins in silence.
    A list of them gives one piece each, in place of `pieces`.
    `rule`: "sample" sets a cell with the probability that the network gives it,
    "threshold" wherever that exceeds `threshold`, "density" wherever it exceeds a run's
    `metrics["valid"]["density_threshold"]`, as many cells as the validation pieces set.
    `temperature` divides the logits: below 1 surer and, where onsets are rare, emptier;
    above 1 more random. `calibrate`: True takes the probabilities that the run's loss
    makes its logits stand for, a `Calibration` those of another, False the sigmoid of
    the logits, which for focal loss is none, and which a bare model always takes.
    Piece n of a seed is the same however many pieces there are. `start` is where the
    first hidden state comes from ("guided" by the encoder, "zero", "random"; the
    model's own by default). After every `chunk` steps (by default as many as the
    network's context) a guided network's encoder reads the last steps anew.
    A network on tokens draws ("sample") or takes the likeliest ("greedy"), of the
    `top_k` likeliest tokens (0: all), or of those that together have the probability
    `top_p`; threshold, start, chunk and calibrate are not for it.
    A network on voices sings those of `tune` as they are, and draws what rests there:
    it harmonises, as many steps as the tune has.
    Raises ValueError for an argument out of range, MusicFileError for a bad file.
    Computed in float64, so that rounding flips no key.
    """
    model = _float64_copy(model_or_run)
    on_tokens = isinstance(model, TokenNetwork)
    sings = model.config.plane == "voices" or tune is None
    require("tune", tune, sings, "None unless the network sings voices")
    steps, given = (steps, None) if tune is None else (len(tune), tune.plane("voices"))
    start = model.config.start if start is None else start
    chunk = steps if tune is not None else chunk
    chunk = model.config.context if chunk is None else chunk
    for name, count in {"steps": steps, "pieces": pieces, "chunk": chunk}.items():
        check_whole(name, count, least=1)
    check_whole("seed", seed, least=0)
    check_choice("start", start, STARTS)
    _check_drawing(on_tokens, rule, threshold, temperature, top_k, top_p)
    primes = prime if isinstance(prime, list) else [prime] * pieces
    check_whole("the number of primes", len(primes), least=1)
    primes = [_read_prime(each, model) for each in primes]
    generators = [_generator_of_piece(seed, piece) for piece in range(len(primes))]
    if on_tokens:
        how = rule == "greedy", temperature, top_k, top_p
        pairs = zip(primes, generators, strict=True)
        return [
            write_on(model, steps, one, _token_choice(*how, by)) for one, by in pairs
        ]
    taken = _calibration(model_or_run, calibrate)
    if rule == "density":
        threshold = _density_threshold(model_or_run, taken)
    cutoff = None if rule == "sample" else threshold
    kind = model.config.plane
    views = [torch.tensor(each.plane(kind), dtype=torch.float64) for each in primes]
    choice = partial(_choice, model, generators, cutoff, temperature, taken, given)
    planes = _play(model, views, steps, choice, generators, start, chunk)
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
    silence = primes[0].new_zeros(model.config.context, model.config.cells)
    contexts = [torch.cat([silence, prime])[-len(silence) :] for prime in primes]
    played = torch.stack(contexts)  # (pieces, steps, keys)
    hidden, last = _begin(model, played, primes, generators, start)
    for step in range(0, steps, chunk):
        if step > 0 and model.config.start == "guided":
            hidden = model.encoder(played[:, -model.config.context :])
            last = model.first_input(played)
        count = min(chunk, steps - step)
        _, new, hidden = model.walk(last, hidden, count, choice(count), played)
        played, last = torch.cat([played, new], dim=1), new[:, -1]
    return played[:, -steps:]


def _choice(
    model: DeepMusician,
    generators: list[Generator],
    threshold: float | None,
    temperature: float,
    calibrate: Calibration,
    given: np.ndarray | None,
    steps: int,
) -> Choice:
    """Return how `DeepMusician.walk` is to choose the next `steps` steps.

    A cell is set where its probability exceeds the threshold, or else a draw. Each
    piece draws from its own generator, step after step, so neither the other pieces
    nor the length of the piece change what it draws.
    """
    shape = (len(generators), steps, model.config.cells)
    cutoffs = torch.empty(shape, dtype=torch.float64)
    for piece, generator in zip(cutoffs, generators, strict=True):
        if threshold is None:
            piece.uniform_(generator=generator)
        else:
            piece.fill_(threshold)
    sung = [None] * steps if given is None else torch.tensor(given).double()[:, None]

    def choose(state: Tensor, past: Past, step: int) -> Tensor:
        past = past._replace(given=sung[step])
        how = temperature, calibrate, past
        return model.classifier.sample(state, cutoffs[:, step], *how)

    return choose


def _check_drawing(
    on_tokens: bool,
    rule: str,
    threshold: float,
    temperature: float,
    top_k: int,
    top_p: float,
) -> None:
    """Raise ValueError for what is out of range, or not for this network."""
    check_choice("rule", rule, TOKEN_RULES if on_tokens else RULES)
    check_number("threshold", threshold, 0, 1)
    check_positive("temperature", temperature)
    check_whole("top_k", top_k, least=0)
    require("top_p", top_p, check_number("top_p", top_p, 0, 1) > 0, "above 0")
    fits = on_tokens or (top_k == 0 and top_p == 1)
    require("top_k and top_p", (top_k, top_p), fits, "0 and 1 for networks on rolls")


def _token_choice(
    greedy: bool, temperature: float, top_k: int, top_p: float, generator: Generator
) -> Callable[[Tensor], int]:
    """Return how a network on tokens is to choose: the likeliest, or by a draw."""

    def choose(logits: Tensor) -> int:
        drawn = float(torch.rand((), generator=generator, dtype=torch.float64))
        uniform = 0.0 if greedy else drawn
        return choose_token(logits, uniform, temperature, top_k, top_p)

    return choose


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
    sos = torch.zeros_like(context[:, 0])  # (pieces, cells)
    if start == "guided":
        return model.encoder(context), model.first_input(context)
    hidden = [
        model.start_hidden(piece, generator, start)
        for piece, generator in zip(context.split(1), generators, strict=True)
    ]
    for piece, prime in enumerate(primes):
        if len(prime) > 0:
            recent = context[piece : piece + 1, -min(len(prime), len(context[0])) :]
            inputs = torch.cat([sos[:1].unsqueeze(1), recent[:, :-1]], dim=1)
            past = model.past(inputs, recent[:, :0], recent)
            hidden[piece] = model.read(past, hidden[piece])[1]
    return torch.cat(hidden, dim=1), context[:, -1]  # silence is SOS


def _joined(prime: PianoRoll, plane: np.ndarray, kind: str) -> PianoRoll:
    """Return the prime, as it is, followed by a new plane (steps, cells)."""
    # What sounds on from the prime has no new onset; a hold needs its own onset.
    known = {"onsets": 0, "sounding": 1}.get(kind, len(prime))
    lead = prime.plane(kind)[max(0, len(prime) - known) :]
    cells, grid = np.concatenate([lead, plane]), prime.steps_per_quarter
    new = PianoRoll.from_plane(cells, kind, steps_per_quarter=grid)
    onsets = np.concatenate([prime.onsets, new.onsets[len(lead) :]])
    sounding = np.concatenate([prime.sounding, new.sounding[len(lead) :]])
    planes = {"onsets": onsets, "sounding": sounding, "voices": new.voices}
    return replace(prime, **planes, reading=None)


def _read_prime(prime: PianoRoll | str | Path | None, model: DeepMusician) -> PianoRoll:
    """Return the prime as a roll on the model's grid; an empty one for None."""
    grid = model.config.steps_per_quarter
    if prime is None:
        nothing = np.zeros((0, model.config.cells), dtype=bool)
        kind = model.config.plane
        return PianoRoll.from_plane(nothing, kind, steps_per_quarter=grid)
    if not isinstance(prime, PianoRoll):
        return PianoRoll.from_file(prime, grid)
    if prime.steps_per_quarter != grid:
        raise ValueError(
            f"the prime has {prime.steps_per_quarter} steps per quarter, the model "
            f"{grid}: read the prime with steps_per_quarter={grid}"
        )
    return prime


def _float64_copy(model_or_run: object) -> Any:
    """Return a copy of the model on the CPU, in float64 and without dropout."""
    model = getattr(model_or_run, "model", model_or_run)
    if not isinstance(model, DeepMusician | TokenNetwork):
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
