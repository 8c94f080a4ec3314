"""From a trained network to new music of any length (chapter 6)."""

import copy
import math
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from deepmusician.calibration import Calibration
from deepmusician.model import STARTS, DeepMusician
from deepmusician.pianoroll import PianoRoll

RULES = ("sample", "threshold", "density")


@dataclass(frozen=True)
class _Rule:
    """How logits become keys: the arguments of `compose` of the same names.

    By then the rule "density" is a threshold, and `calibrate` is the map itself.
    """

    rule: str
    threshold: float
    temperature: float
    calibrate: Calibration

    def cutoffs(self, generators: list[Generator], steps: int, keys: int) -> Tensor:
        """Return what the probabilities must exceed, (pieces, steps, keys).

        Each piece draws from its own generator, step after step, so neither the
        other pieces nor the length of the piece change what it draws.
        """
        if self.rule != "sample":
            shape = (len(generators), steps, keys)
            return torch.full(shape, self.threshold, dtype=torch.float64)
        draws = [
            torch.rand(steps, keys, dtype=torch.float64, generator=generator)
            for generator in generators
        ]
        return torch.stack(draws)


@torch.no_grad()
def compose(
    model_or_run: object,
    steps: int = 192,
    prime: PianoRoll | str | Path | None = None,
    rule: str = "sample",
    threshold: float = 0.5,
    temperature: float = 1.0,
    seed: int = 0,
    pieces: int = 1,
    generator: Generator | None = None,
    start: str | None = None,
    chunk: int | None = None,
    calibrate: bool | Calibration = True,
) -> list[PianoRoll]:
    """Return `pieces` new rolls: the prime, if any, and `steps` new steps each.

    `model_or_run`: a `DeepMusician`, or a run that has one as `.model`.
    `prime`: a roll or a music file to continue; without one music begins in silence.
    `rule`: "sample" touches a key with the probability that the network gives it,
    "threshold" wherever that exceeds `threshold`, "density" wherever it exceeds the
    threshold that as many cells of the validation pieces exceed as are touched there
    (a run's: its `metrics["valid"]["density_threshold"]`).
    `temperature` divides the logits: below 1 surer and, where touches are rare,
    emptier; above 1 more random. `calibrate`: True takes the probabilities that the
    run's loss makes its logits stand for, a `Calibration` those of another, False the
    sigmoid of the logits, which for focal loss is no probability. Of a bare model
    True is False: it does not know its loss.
    Piece n of a seed is the same however many pieces there are; `generator`, if given,
    draws the seed. `start` is where the first hidden state comes from ("guided" by
    the encoder, "zero", "random"; the model's own by default). After every `chunk`
    steps (by default as many as the network's context) a guided network's encoder
    reads the last steps anew.
    Raises ValueError for an argument out of range, MusicFileError for a bad file.
    Computed in float64, so that rounding flips no key. Chapter 6.
    """
    model = _float64_copy(model_or_run)
    start = model.config.start if start is None else start
    chunk = model.config.context if chunk is None else chunk
    _check_whole({"steps": steps, "pieces": pieces, "chunk": chunk}, least=1)
    _check_whole({"seed": seed}, least=0)
    _check_rule(rule, threshold, temperature, start)
    prime = _read_prime(prime, model)
    taken = _calibration(model_or_run, calibrate)
    if rule == "density":
        threshold = _density_threshold(model_or_run, taken)
    if generator is not None:
        seed = int(torch.randint(2**62, (), generator=generator))
    generators = [_generator_of_piece(seed, piece) for piece in range(pieces)]
    planes = _play(
        model,
        torch.tensor(prime.plane(model.config.plane), dtype=torch.float64),
        steps,
        _Rule(rule, threshold, temperature, taken),
        generators,
        start,
        chunk,
    )
    return [_joined(prime, plane.numpy() > 0, model.config.plane) for plane in planes]


def _play(
    model: DeepMusician,
    prime: Tensor,
    steps: int,
    rule: _Rule,
    generators: list[Generator],
    start: str,
    chunk: int,
) -> Tensor:
    """Return the new steps (pieces, steps, keys) that follow a prime (steps, keys)."""
    silence = prime.new_zeros(model.config.context, model.config.keys)
    context = torch.cat([silence, prime])[-model.config.context :]
    played = context.repeat(len(generators), 1, 1)  # (pieces, steps, keys)
    hidden, heard = _begin(model, played, prime, generators, start)
    for step in range(0, steps, chunk):
        if step > 0 and model.config.start == "guided":
            hidden = model.encoder(played[:, -model.config.context :])
            heard = torch.zeros_like(heard)  # SOS
        count = min(chunk, steps - step)
        cutoffs = rule.cutoffs(generators, count, model.config.keys)
        new, hidden = _walk(model, hidden, heard, cutoffs, rule)
        played, heard = torch.cat([played, new], dim=1), new[:, -1]
    return played[:, -steps:]


def _begin(
    model: DeepMusician,
    context: Tensor,
    prime: Tensor,
    generators: list[Generator],
    start: str,
) -> tuple[Tensor, Tensor]:
    """Return the first hidden state, and the step heard last (pieces, keys).

    `context`: (pieces, steps, keys). A decoder that the encoder does not guide
    listens to the prime's last steps itself.
    """
    sos = torch.zeros_like(context[:, 0])  # (pieces, keys)
    if start == "guided":
        return model.encoder(context), sos
    noise = [
        model.start_hidden(piece, generator, start)
        for piece, generator in zip(context.split(1), generators, strict=True)
    ]
    hidden, known = torch.cat(noise, dim=1), min(len(prime), context.shape[1])
    if known == 0:
        return hidden, sos
    recent = context[:, -known:]
    heard = torch.cat([sos.unsqueeze(1), recent[:, :-1]], dim=1)
    return model.decoder(heard, hidden)[1], recent[:, -1]


def _walk(
    model: DeepMusician,
    hidden: Tensor,
    heard: Tensor,
    cutoffs: Tensor,
    rule: _Rule,
) -> tuple[Tensor, Tensor]:
    """Return new steps (pieces, steps, keys), each heard before the next, and hidden.

    `heard`: (pieces, keys), the step before the first; `cutoffs`: one for each cell.
    """
    new = []
    for cutoff in cutoffs.unbind(dim=1):  # (pieces, keys)
        states, hidden = model.decoder(heard.unsqueeze(1), hidden)
        heard = model.classifier.sample(
            states[:, 0], cutoff, rule.temperature, rule.calibrate
        )
        new.append(heard)
    return torch.stack(new, dim=1), hidden


def _joined(prime: PianoRoll, plane: np.ndarray, kind: str) -> PianoRoll:
    """Return the prime, untouched, followed by a new plane (steps, keys)."""
    # A key that sounds on from the prime's last step is not touched again.
    lead = prime.sounding[-1:] if kind == "sounding" else prime.sounding[:0]
    new = PianoRoll.from_plane(
        np.concatenate([lead, plane]), kind, steps_per_quarter=prime.steps_per_quarter
    )
    return PianoRoll(
        np.concatenate([prime.onsets, new.onsets[len(lead) :]]),
        np.concatenate([prime.sounding, new.sounding[len(lead) :]]),
        prime.steps_per_quarter,
        prime.tempo,
        prime.name,
    )


def _read_prime(prime: PianoRoll | str | Path | None, model: DeepMusician) -> PianoRoll:
    """Return the prime as a roll on the model's grid; an empty one for None."""
    steps_per_quarter = model.config.steps_per_quarter
    if prime is None:
        nothing = np.zeros((0, model.config.keys), dtype=bool)
        return PianoRoll.from_plane(nothing, steps_per_quarter=steps_per_quarter)
    if not isinstance(prime, PianoRoll):
        return PianoRoll.from_file(prime, steps_per_quarter)
    if prime.steps_per_quarter != steps_per_quarter:
        raise ValueError(
            f"the prime has {prime.steps_per_quarter} steps a quarter, the model "
            f"{steps_per_quarter}: read the prime with "
            f"steps_per_quarter={steps_per_quarter}"
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
    own = getattr(model_or_run, "calibration", None) or Calibration()
    return own if calibrate else Calibration()


def _density_threshold(model_or_run: object, taken: Calibration) -> float:
    """Return the threshold with the validation pieces' density, on what is played.

    A run keeps it on its own probabilities; through another map the same cells lie
    above another number. Raises ValueError where nothing tells it.
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


def _check_whole(values: dict[str, int], least: int) -> None:
    """Raise ValueError, naming the argument, unless all are whole numbers >= least."""
    for name, value in values.items():
        if not isinstance(value, Integral) or value < least:
            raise ValueError(
                f"{name} must be a whole number from {least} up, not {value!r}"
            )


def _check_rule(rule: str, threshold: float, temperature: float, start: str) -> None:
    """Raise ValueError, naming the argument and its range, for a bad decision rule."""
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, not {rule!r}")
    if start not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}, not {start!r}")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, not {threshold!r}")
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature must be a number above 0, not {temperature!r}")
