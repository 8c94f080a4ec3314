"""Which excerpts are fit for the blind test, and why the others are not.

Nobody chooses by ear. Out go excerpts that cannot be judged (too short, nearly empty,
the same as another), and machine excerpts that copy the training music.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from deepmusician.evaluation import QUARTERS_PER_BAR, CopyingIndex, SharedRun
from deepmusician.files import checksum
from deepmusician.music import PianoRoll

PARTS = ("human", "model", "baseline")
SPARSE = 2  # notes per bar: with fewer than this there is nothing to judge
HUMAN_SHARE = 0.95  # the share of human excerpts whose shared runs are within the limit
LONGEST_SHARED_RUN = 0.25  # of an excerpt: no limit is longer, whatever humans share
FAULTS = ("too short", "nearly empty", "as another", "a copy")

Composers = Mapping[str, Sequence[PianoRoll]]


@dataclass(frozen=True, eq=False)
class Excerpt:
    """The beginning of a piece, its notes as long as its composer holds them.

    Attributes:
        part: "human", "model" or "baseline".
        composer, name: whose it is, and which.
        roll: its music.
        run: the longest run that it shares with a training piece.
        fault: why it is left out, one of `FAULTS`; "" if it is fit.
    """

    part: str
    composer: str
    name: str
    roll: PianoRoll
    run: SharedRun
    fault: str = ""

    @property
    def id(self) -> str:
        """What tells the excerpt from all others, by its onsets alone."""
        return checksum(np.packbits(self.roll.onsets).tobytes())[:10]


@dataclass(frozen=True, eq=False)
class Screening:
    """All excerpts that were offered; `limit`: steps that a machine may share."""

    excerpts: tuple[Excerpt, ...]
    limit: int

    def fit(self, part: str) -> list[Excerpt]:
        """Return the excerpts of a part that are fit for the test."""
        return [each for each in self.excerpts if each.part == part and not each.fault]

    def runs(self) -> dict[str, list[SharedRun]]:
        """Return each composer's shared runs, of all excerpts that are long enough."""
        runs: dict[str, list[SharedRun]] = {}
        for each in self.excerpts:
            if each.fault != "too short":
                runs.setdefault(each.composer, []).append(each.run)
        return runs

    def table(self) -> pd.DataFrame:
        """Return how many of each composer were offered, left out and why, and fit.

        The last columns have the median and the longest of the shared runs.
        """
        rows = {}
        for composer, runs in self.runs().items():
            faults = [e.fault for e in self.excerpts if e.composer == composer]
            steps = [run.steps for run in runs]
            rows[composer] = {
                "offered": len(faults),
                **{fault: faults.count(fault) for fault in FAULTS},
                "fit": faults.count(""),
                "shared steps, median": float(np.median(steps)),
                "shared steps, longest": max(steps),
            }
        return pd.DataFrame(rows).T.astype(int)


def screen(
    offered: Mapping[str, Composers], training: Sequence[PianoRoll], steps: int = 128
) -> Screening:
    """Return the first `steps` steps of each piece, judged fit or not.

    `offered`: part (one of `PARTS`) → composer → whole pieces. `training`: what the
    machines were trained on. Raises ValueError when a human piece is among those, for
    an unknown part, and without a human piece to compare with.
    """
    if unknown := set(offered) - set(PARTS):
        raise ValueError(f"parts are {', '.join(PARTS)}, not {', '.join(unknown)}")
    check_held_out(offered.get("human", {}), training)
    index = CopyingIndex(training)
    excerpts = [
        _excerpt(part, composer, number, roll[:steps], index)
        for part in PARTS
        for composer, rolls in offered.get(part, {}).items()
        for number, roll in enumerate(rolls, start=1)
    ]
    limit = copy_limit([e.run for e in excerpts if e.part == "human"], steps)
    ids = [each.id for each in excerpts]
    judged = tuple(
        replace(each, fault=_fault(each, steps, limit, ids[:earlier]))
        for earlier, each in enumerate(excerpts)
    )
    return Screening(judged, limit)


def check_held_out(human: Composers, training: Sequence[PianoRoll]) -> None:
    """Raise ValueError if one of the pieces was trained on, by its name or notes."""
    names = {roll.name for roll in training if roll.name}
    music = {roll.onsets.tobytes() for roll in training}
    for roll in chain.from_iterable(human.values()):
        if roll.name in names or roll.onsets.tobytes() in music:
            raise ValueError(
                f"{roll.name or 'a human piece'} is among the training pieces: "
                "a blind test takes held-out pieces alone"
            )


def copy_limit(human: Sequence[SharedRun], steps: int = 128) -> int:
    """Return the longest run, in steps, that is no copy.

    It is what 95 % of the held-out human excerpts do not exceed, for whoever knows a
    style shares its formulas; but at most a quarter of an excerpt, lest a twin among
    the human pieces let a machine's copies pass. ValueError without human excerpts.
    """
    if not human:
        raise ValueError("without held-out human pieces there is no limit for copies")
    usual = np.quantile([run.steps for run in human], HUMAN_SHARE, method="lower")
    return int(min(usual, LONGEST_SHARED_RUN * steps))


def _excerpt(
    part: str, composer: str, number: int, roll: PianoRoll, index: CopyingIndex
) -> Excerpt:
    """Return an excerpt by its own name or number, with the run that it shares."""
    name = roll.name if part == "human" and roll.name else f"piece {number}"
    cut = PianoRoll(roll.onsets, roll.sounding, roll.steps_per_quarter, name=name)
    return Excerpt(part, composer, name, cut, index.longest_shared_run(cut))


def _fault(each: Excerpt, steps: int, limit: int, earlier: Sequence[str]) -> str:
    """Return why an excerpt is left out, "" if it is fit."""
    bars = steps / (QUARTERS_PER_BAR * each.roll.steps_per_quarter)
    faults = {
        "too short": len(each.roll) < steps,
        "nearly empty": each.roll.onsets.sum() < SPARSE * bars,
        "as another": each.id in earlier,
        "a copy": each.part != "human" and each.run.steps > limit,
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")
