"""What a trained network plays by each decision rule, and music packed as text.

Chapter: focal loss.
"""

import base64
import zlib
from collections.abc import Sequence

import numpy as np

from deepmusician.composing import compose
from deepmusician.corpora import Corpus
from deepmusician.music_metrics import on_beat_share
from deepmusician.notes import KEYS
from deepmusician.pianoroll import PianoRoll
from deepmusician.training import Run

RULES = {
    "threshold": {"rule": "threshold"},
    "raw_threshold": {"rule": "threshold", "calibrate": False},
    "raw_sample": {"rule": "sample", "calibrate": False},
    "sample": {"rule": "sample"},
    "density": {"rule": "density"},
}
"""How a key is chosen: by the calibrated probability, or by the raw sigmoid's. Of each
rule one piece is kept to be heard."""
PIECES = 8
STEPS = 192


def free_running(
    run: Run, openings: Sequence[PianoRoll], steps: int = STEPS
) -> tuple[dict[str, float], dict[str, PianoRoll]]:
    """Return what a network plays on its own after each opening, by every rule.

    Returns:
        measures: for every rule in `RULES`, over the new steps alone,
            `free_<rule>_density` (notes a step), `free_<rule>_silent_share` (of the
            steps) and `free_<rule>_on_beat` (the share of touches on the quarters,
            NaN when nothing was played).
        pieces: for every rule in `RULES`, the new steps after the first opening.
    """
    plane, measures, pieces = run.config.plane, {}, {}
    for name, rule in RULES.items():
        rolls = [
            _new(compose(run, steps, opening, seed=number, **rule)[0], steps, plane)
            for number, opening in enumerate(openings)
        ]
        measures |= _measures(name, rolls, plane)
        pieces[name] = rolls[0]
    return measures, pieces


def openings(corpus: Corpus, steps: int, count: int = PIECES) -> list[PianoRoll]:
    """Return the first `steps` steps of pieces that no network trained on.

    Fewer than `count` when the corpus has no more; of a corpus without pieces kept
    back, those that it has.
    """
    unseen = corpus.test or corpus.valid or corpus.pieces
    return [roll[:steps] for roll in unseen[:count]]


def pack(roll: PianoRoll, plane: str = "onsets") -> str:
    """Return one plane of a roll as text: its bits, compressed, in base64."""
    bits = np.packbits(roll.plane(plane))
    return base64.b64encode(zlib.compress(bits.tobytes(), 9)).decode("ascii")


def unpack(
    text: str, steps: int, plane: str = "onsets", steps_per_quarter: int = 4
) -> PianoRoll:
    """Return the roll that `pack` made a text of; the other plane is inferred.

    Raises ValueError when the text does not hold so many steps.
    """
    try:
        packed = zlib.decompress(base64.b64decode(text, validate=True))
        bits = np.unpackbits(np.frombuffer(packed, np.uint8))
        cells = bits.reshape(steps, KEYS)  # (steps, keys); 88 keys fill whole bytes
    except (ValueError, zlib.error) as error:
        raise ValueError(f"this is no packed roll of {steps} steps: {error}") from None
    return PianoRoll.from_plane(
        cells.astype(bool), plane, steps_per_quarter=steps_per_quarter
    )


def _new(roll: PianoRoll, steps: int, plane: str) -> PianoRoll:
    """Return the last steps of a roll as a roll of one learnt plane."""
    cells, grid = roll.plane(plane)[-steps:], roll.steps_per_quarter
    return PianoRoll.from_plane(cells, plane, steps_per_quarter=grid)


def _measures(name: str, rolls: Sequence[PianoRoll], plane: str) -> dict[str, float]:
    """Return a rule's three measures, over all steps and touches together."""
    cells = np.concatenate([roll.plane(plane) for roll in rolls])  # (steps, keys)
    shares = [on_beat_share(roll) for roll in rolls]
    weights = [roll.onsets.sum() for roll in rolls]
    played = sum(weights) > 0
    on_beat = np.average(np.nan_to_num(shares), weights=weights) if played else np.nan
    return {
        f"free_{name}_density": float(cells.sum(axis=1).mean()),
        f"free_{name}_silent_share": float((~cells.any(axis=1)).mean()),
        f"free_{name}_on_beat": float(on_beat),
    }
