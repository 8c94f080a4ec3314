"""A few seconds of training, measuring and composing, put down in numbers.

A record of hours is only as true as the code behind it is unchanged. Comparing source
would raise an alarm at every renamed variable; this compares what the code does. The
numbers are means and sums that another machine's rounding moves by less than
`TOLERANCE`, and no dropout goes into them: what it draws differs between machines.
"""

import math
import tempfile
from collections.abc import Mapping
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import torch

from deepmusician.corpora import Corpus
from deepmusician.evaluation import evaluate
from deepmusician.model import DeepMusician, compose
from deepmusician.music import KEYS, PianoRoll
from deepmusician.studies import Provenance, RecordError
from deepmusician.training import Run, RunStore, TrainConfig, fit

TOLERANCE = 1e-3  # of the larger number, for what is no whole number
COUNT_TOLERANCE = 1e-2  # and for whole numbers: one note drawn otherwise is no change

_STILL = TrainConfig().but(
    **{"hidden": 16, "classifier_hidden": 16, "context": 16},
    **{"dropout": 0.0, "classifier_dropout": 0.0},
    **{"batch": 8, "epochs": 2, "windows_per_epoch": 32, "learning_rate": 0.01},
    precision="float32",
    listen_every=0,
)
_RUNS = {
    "bce": _STILL,
    "focal": _STILL.but(loss="focal", alpha=0.25, gamma=2.0),
    "weighted": _STILL.but(pos_weight=20.0, outputs="dependent"),
    "adjusted": _STILL.but(logit_adjustment=-3.0, loss_scale=0.1, settle=0.5),
    "remembering": _STILL.but(
        **{"outputs": "dependent", "start": "zero", "intervals": 12, "phrases": 16},
        **{"average": 0.9, "noise": 0.1},
    ),
}
_fit = partial(fit, progress=False, threads=1)
_NOISY = _STILL.but(dropout=0.5, classifier_dropout=0.5)
_WIDER = 2.0  # than freshly drawn weights are those of the untrained player
_STEADY = ("nll_step", "density", "raw_nll_step", "raw_density")


def behaviour_fingerprint() -> dict[str, float]:
    """Return what the code does today: floats and whole numbers by name.

    Takes a few seconds on one core, writes into no run store but a passing one, and
    leaves torch's generator as it was. Compare two of them with `differences`.
    """
    corpus = _corpus()
    with tempfile.TemporaryDirectory() as folder, torch.random.fork_rng():
        store = RunStore(folder)
        runs = {name: _fit(config, corpus, store) for name, config in _RUNS.items()}
        numbers = {
            f"{name}_{what}": value
            for name, run in runs.items()
            for what, value in _of_run(run).items()
        }
        numbers |= _of_dropout(corpus, store, runs["bce"])
        for outputs in ("independent", "dependent"):
            numbers |= _of_player(outputs, corpus)
    return {name: value for name, value in numbers.items() if not math.isnan(value)}


fingerprint_now = cache(behaviour_fingerprint)
"""The behaviour fingerprint of this process's code, found once."""


def check_code(provenance: Provenance, command: str) -> None:
    """Raise RecordError if the code gives other results than when a record was made.

    `command`: what would make the record anew.
    """
    recorded = provenance.details["fingerprint"]
    for name, (was, now) in differences(recorded, fingerprint_now()).items():
        raise RecordError(
            "the code gives other results than when this was recorded "
            f"({name} was {was} and is {now}): run `{command}` again"
        )


def differences(
    recorded: Mapping[str, float], now: Mapping[str, float]
) -> dict[str, tuple]:
    """Return the names whose numbers differ, each with what was and what is.

    None stands for a number that is gone today; one that the record lacks is left
    out. What rounding may do is forgiven: see `TOLERANCE` and `COUNT_TOLERANCE`.
    """
    pairs = {name: (was, now.get(name)) for name, was in sorted(recorded.items())}
    return {name: pair for name, pair in pairs.items() if not _alike(*pair)}


def _alike(was: float, now: float | None) -> bool:
    """Return whether two numbers are the same but for rounding."""
    if now is None:
        return False
    whole = isinstance(was, int) and isinstance(now, int)
    return math.isclose(
        was, now, rel_tol=COUNT_TOLERANCE if whole else TOLERANCE, abs_tol=1e-9
    )


def _corpus() -> Corpus:
    """Return six pieces of chords on the beats, each a walk of its own."""
    generator, pieces = np.random.default_rng(2021), []
    for number in range(6):
        plane = np.zeros((64, KEYS), bool)
        roots = np.clip(40 + generator.integers(-3, 4, 16).cumsum(), 20, 60)
        for beat, root in enumerate(roots):
            plane[4 * beat, root + np.array([0, 4, 7])] = True
        pieces.append(PianoRoll.from_plane(plane, name=f"chords-{number}"))
    return Corpus("chords", tuple(pieces[:4]), (pieces[4],), (pieces[5],))


def _of_run(run: Run) -> dict[str, float]:
    """Return what training did: how far it came, and where it went."""
    last = run.history.iloc[-1]
    columns = ("train_loss", "train_nll", "valid_loss", "valid_nll", "valid_density")
    return {
        **{name: float(last[name]) for name in columns},
        **{f"test_{name}": run.metrics["test"][name] for name in _STEADY},
        "updates": int(last["updates"]),
        "best_epoch": int(run.metrics["best_epoch"]),
        "moved": _moved(run),
    }


def _moved(run: Run) -> float:
    """Return how far all weights together have moved since they were drawn."""
    torch.manual_seed(run.config.seed)
    drawn, trained = DeepMusician(run.config.network), run.model.state_dict()
    pairs = ((value, trained[name]) for name, value in drawn.state_dict().items())
    return sum(float((after - before).abs().sum()) for before, after in pairs)


def _of_dropout(corpus: Corpus, store: RunStore, still: Run) -> dict[str, int]:
    """Return whether dropout disturbs training, and whether it lets go at the end."""
    numbers, quiet = {}, still.history.train_nll[0]
    for settle in (0.0, 1.0):
        run = _fit(_NOISY.but(settle=settle), corpus, store)
        same = math.isclose(run.history.train_nll[0], quiet, rel_tol=1e-5)
        numbers[f"disturbed_when_settled_{settle:.0f}"] = int(not same)
    return numbers


def _of_player(outputs: str, corpus: Corpus) -> dict[str, float]:
    """Return how an untrained network is judged, and what it plays by every rule.

    Its weights are drawn wide, so that no two cells are alike and no rank is a matter
    of rounding; it counts as trained with focal loss.
    """
    calibration = _RUNS["focal"].calibration
    torch.manual_seed(1)
    model = DeepMusician(_STILL.but(outputs=outputs).network)
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(_WIDER)
    model.set_output_bias(0.03, calibration)
    measures = evaluate(model, corpus.pieces, calibration=calibration)
    run = SimpleNamespace(
        model=model, calibration=calibration, metrics={"valid": measures}
    )
    numbers = {f"{outputs}_{name}": value for name, value in measures.items()}
    for name, arguments in _WAYS.items():
        (roll,) = compose(run, steps=24, seed=7, **arguments)
        steps, keys = np.nonzero(roll.onsets)
        numbers[f"{outputs}_{name}_onsets"] = len(keys)
        numbers[f"{outputs}_{name}_key"] = float(keys.mean()) if len(keys) else 0.0
        numbers[f"{outputs}_{name}_step"] = float(steps.mean()) if len(keys) else 0.0
    return numbers


_WAYS = {
    "sample": {},
    "raw": {"calibrate": False},
    "threshold": {"rule": "threshold", "threshold": 0.2},
    "density": {"rule": "density"},
    "hot": {"temperature": 1.3},
    "unguided": {"start": "random", "chunk": 7},
}
