"""What is kept of a run among many: its measures, and what it plays by every rule.

It lies in the run's own folder, so that it is made once.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.special import expit

from deepmusician.corpora import Corpus
from deepmusician.evaluation import (
    density,
    f1,
    on_beat_share,
    predict,
    sampled_f1,
    silent_share,
    windows_for,
)
from deepmusician.files import from_json, to_json, write_file
from deepmusician.model import compose
from deepmusician.music import KEYS, VOICES, PianoRoll
from deepmusician.sources import code_hash
from deepmusician.training import (
    Run,
    RunStore,
    TrainConfig,
    computing_with,
    fit,
    is_finished,
)

RULE_VARIANTS = {
    "threshold": {"rule": "threshold"},
    "raw_threshold": {"rule": "threshold", "calibrate": False},
    "raw_sample": {"rule": "sample", "calibrate": False},
    "sample": {"rule": "sample"},
    "density": {"rule": "density"},
}
"""How a key is chosen: by the calibrated probability, or by the raw sigmoid's. Of each
rule one piece is kept to listen to."""
OPENINGS, TAKES = 8, 4  # takes of each, where chance decides
FREE_STEPS = 192


def play_by_rules(
    run: Run, openings: Sequence[PianoRoll], steps: int = FREE_STEPS
) -> tuple[dict[str, float], dict[str, PianoRoll]]:
    """Return what a network plays on its own after each opening, by every rule.

    Returns:
        measures: for every rule in `RULE_VARIANTS`, over the new steps alone,
            `free_<rule>_density` (notes per step), `free_<rule>_silent_share` (of
            the steps) and `free_<rule>_on_beat` (the share of onsets on the quarters,
            NaN when nothing was played).
        pieces: for every rule, the new steps after the first opening.
    """
    plane, measures, pieces = run.config.network.plane, {}, {}
    for name, rule in RULE_VARIANTS.items():
        primes = [*openings] * (TAKES if rule["rule"] == "sample" else 1)
        rolls = compose(run, steps, primes, **rule)
        rolls = [_new(roll, steps, plane) for roll in rolls]
        measures |= _measures(name, rolls, plane)
        pieces[name] = rolls[0]
    return measures, pieces


def openings(corpus: Corpus, steps: int, count: int = OPENINGS) -> list[PianoRoll]:
    """Return the first `steps` steps of pieces that no network trained on.

    Fewer than `count` when the corpus has no more; of a corpus without pieces kept
    back, those that it has.
    """
    unseen = corpus.test or corpus.valid or corpus.pieces
    return [roll[:steps] for roll in unseen[:count]]


def pack_roll(roll: PianoRoll, plane: str = "onsets") -> str:
    """Return one plane of a roll, or both, as text: bits, compressed, in base64."""
    bits = np.packbits(roll.plane(plane))
    return base64.b64encode(zlib.compress(bits.tobytes(), 9)).decode("ascii")


def unpack_roll(
    text: str, steps: int, plane: str = "onsets", steps_per_quarter: int = 4
) -> PianoRoll:
    """Return the roll that `pack_roll` made a text of; of one plane the other follows.

    Raises ValueError when the text does not hold so many steps.
    """
    try:
        packed = zlib.decompress(base64.b64decode(text, validate=True))
        bits = np.unpackbits(np.frombuffer(packed, np.uint8))
        width = {"both": 2, "voices": VOICES}.get(plane, 1) * KEYS  # whole bytes
        cells = bits.reshape(steps, width)
    except (ValueError, zlib.error) as error:
        raise ValueError(f"this is no packed roll of {steps} steps: {error}") from None
    return PianoRoll.from_plane(
        cells.astype(bool), plane, steps_per_quarter=steps_per_quarter
    )


def _new(roll: PianoRoll, steps: int, plane: str) -> PianoRoll:
    """Return the last steps of a roll as a roll of the learnt plane, or of both."""
    if plane in ("both", "voices"):
        return roll[len(roll) - steps :]
    cells, grid = roll.plane(plane)[-steps:], roll.steps_per_quarter
    return PianoRoll.from_plane(cells, plane, steps_per_quarter=grid)


def _measures(name: str, rolls: Sequence[PianoRoll], plane: str) -> dict[str, float]:
    """Return a rule's three measures, over all steps and onsets together."""
    cells = np.concatenate([roll.plane(plane) for roll in rolls])  # (steps, keys)
    shares = [on_beat_share(roll) for roll in rolls]
    weights = [roll.onsets.sum() for roll in rolls]
    played = sum(weights) > 0
    on_beat = np.average(np.nan_to_num(shares), weights=weights) if played else np.nan
    return {
        f"free_{name}_density": density(cells),
        f"free_{name}_silent_share": silent_share(cells),
        f"free_{name}_on_beat": float(on_beat),
    }


def rule_scores(run: Run, corpus: Corpus) -> dict[str, float]:
    """Return `test_<rule>_f1` for every rule in `RULE_VARIANTS`.

    Of the corpus's test pieces, all steps together; without such pieces, nothing.
    """
    if not corpus.test:
        return {}
    windows = windows_for(run.config.network, corpus.test)
    raw, target = predict(run.model, windows)  # (steps, keys)
    claimed = expit(raw.astype(float))
    mapped = expit(run.calibration(torch.from_numpy(raw).double()).numpy())
    cutoff = run.metrics["valid"]["density_threshold"]
    return {
        "test_threshold_f1": f1(mapped > 0.5, target),
        "test_raw_threshold_f1": f1(claimed > 0.5, target),
        "test_raw_sample_f1": sampled_f1(claimed, target),
        "test_sample_f1": sampled_f1(mapped, target),
        "test_density_f1": f1(mapped > cutoff, target),
    }


OUTCOME_FILE = "sweep.json"


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run among many.

    Attributes:
        config: its settings. run: its id.
        measures: updates, best_epoch, seconds; `valid_…` and `test_…` of `evaluate`;
            `test_<rule>_f1` of `rule_scores`; `free_…` of `play_by_rules`.
        pieces: what it plays by each rule in `RULE_VARIANTS`, packed as text.
        history: one row an epoch, as in `Run.history`.
    """

    config: TrainConfig
    run: str
    measures: dict[str, float]
    pieces: dict[str, str]
    history: pd.DataFrame

    @classmethod
    def from_dict(cls, config: TrainConfig, kept: dict) -> "Outcome":
        """Return the outcome that `train_and_measure` gave as JSON knows it."""
        history = pd.DataFrame(kept["history"])
        return cls(config, kept["run"], kept["measures"], kept["pieces"], history)


def measures_table(
    outcomes: Mapping[tuple, Outcome], names: Sequence[str]
) -> pd.DataFrame:
    """Return a row a run: its key, in the columns `names`, its id and its measures."""
    rows = [
        dict(zip(names, key, strict=True)) | {"run": outcome.run} | outcome.measures
        for key, outcome in outcomes.items()
    ]
    return pd.DataFrame(rows)


def history_table(
    outcomes: Mapping[tuple, Outcome], names: Sequence[str]
) -> pd.DataFrame:
    """Return a row an epoch of every run: the key, then the columns of its history."""
    epochs = {key: outcome.history for key, outcome in outcomes.items()}
    return pd.concat(epochs, names=names).droplevel(-1).reset_index()


def train_and_measure(
    config: TrainConfig, corpus: Corpus, store: RunStore, threads: int = 1
) -> dict:
    """Return what is kept of a run, as JSON knows it: made now where it never was."""
    run = fit(config, corpus, store, progress=False, threads=threads)
    if (stored := stored_outcome(run.folder)) is not None:
        return stored
    with computing_with(threads):
        kept = _kept(run, corpus)
    write_file(run.folder / OUTCOME_FILE, to_json(kept))
    return kept


def stored_outcome(folder: Path) -> dict | None:
    """Return the outcome in a finished run's folder, None if this code made none."""
    try:
        kept = from_json((folder / OUTCOME_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    current = isinstance(kept, dict) and kept.get("made_by") == _maker()
    return kept if current and is_finished(folder) else None


def _kept(run: Run, corpus: Corpus) -> dict:
    """Return what is kept of a run, as JSON knows it."""
    plane, context = run.config.network.plane, run.config.network.context
    measures, pieces = play_by_rules(run, openings(corpus, context))
    return {
        "made_by": _maker(),
        "run": run.id,
        "measures": _flat(run.metrics) | rule_scores(run, corpus) | measures,
        "pieces": {rule: pack_roll(roll, plane) for rule, roll in pieces.items()},
        "history": run.history.to_dict("list"),
    }


def _flat(metrics: dict) -> dict[str, float]:
    """Return a run's measures under one name each."""
    parts = {
        f"{part}_{name}": value
        for part in ("valid", "test")
        for name, value in metrics[part].items()
    }
    effort = {name: metrics[name] for name in ("updates", "best_epoch", "seconds")}
    return effort | parts


@cache
def _maker() -> str:
    """Return a hash of the code that decides an outcome beyond its run."""
    return code_hash("studies.outcome._kept")
