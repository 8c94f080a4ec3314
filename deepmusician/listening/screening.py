"""Which excerpts are fit for the blind test, and why the others are not.

Nobody chooses by ear. Out go excerpts that cannot be judged (too short, nearly empty,
the same as another), and machine excerpts that copy the training music. Chapter:
listening tests.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from deepmusician.memory import Memory, SharedRun
from deepmusician.music_metrics import QUARTERS_PER_BAR
from deepmusician.pianoroll import PianoRoll

PARTS = ("human", "model", "baseline")
SPARSE = 2  # touches a bar: with fewer than this there is nothing to judge
USUAL = 0.95  # the share of human excerpts whose shared runs are within the limit
LARGEST = 0.25  # of an excerpt: no limit is longer, however much the humans share
FAULTS = ("too short", "nearly empty", "as another", "a copy")

Composers = Mapping[str, Sequence[PianoRoll]]


@dataclass(frozen=True, eq=False)
class Excerpt:
    """The beginning of a piece, its notes held by the rule that is the same for all.

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
        """What tells the excerpt from all others, by its touches alone."""
        touches = np.packbits(self.roll.onsets)
        return hashlib.sha256(touches.tobytes()).hexdigest()[:10]


@dataclass(frozen=True, eq=False)
class Screening:
    """All excerpts that were offered; `limit`: steps that a machine may share."""

    excerpts: tuple[Excerpt, ...]
    limit: int

    def fit(self, part: str) -> list[Excerpt]:
        """Return the excerpts of a part that may be heard."""
        return [each for each in self.excerpts if each.part == part and not each.fault]

    def runs(self) -> dict[str, list[SharedRun]]:
        """Return each composer's shared runs, of all excerpts that are long enough."""
        found: dict[str, list[SharedRun]] = {}
        for each in self.excerpts:
            if each.fault != "too short":
                found.setdefault(each.composer, []).append(each.run)
        return found

    def table(self) -> pd.DataFrame:
        """Return a row a composer: how many were offered, left out and why, and fit.

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

    Args:
        offered: part (one of `PARTS`) → composer → whole pieces.
        training: what the machines were trained on.
        steps: how long an excerpt is.

    Raises:
        ValueError: a human piece is among the training pieces, an unknown part, or no
            human piece to compare with.
    """
    if unknown := set(offered) - set(PARTS):
        raise ValueError(f"parts are {', '.join(PARTS)}, not {', '.join(unknown)}")
    check_held_out(offered.get("human", {}), training)
    memory = Memory(training)
    found = [
        _excerpt(part, composer, number, roll, steps, memory)
        for part in PARTS
        for composer, rolls in offered.get(part, {}).items()
        for number, roll in enumerate(rolls, start=1)
    ]
    limit = copy_limit([e.run for e in found if e.part == "human"], steps)
    return Screening(tuple(_judged(found, steps, limit)), limit)


def check_held_out(human: Composers, training: Iterable[PianoRoll]) -> None:
    """Raise ValueError if one of the pieces was trained on, by its name or notes."""
    training = list(training)
    names = {roll.name for roll in training if roll.name}
    music = {roll.onsets.tobytes() for roll in training}
    for roll in (roll for rolls in human.values() for roll in rolls):
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
    usual = np.quantile([run.steps for run in human], USUAL, method="lower")
    return int(min(usual, LARGEST * steps))


def _excerpt(
    part: str, composer: str, number: int, roll: PianoRoll, steps: int, memory: Memory
) -> Excerpt:
    """Return the beginning of a piece, with the run that it shares."""
    name = roll.name if part == "human" and roll.name else f"piece {number}"
    cut = PianoRoll.from_plane(
        roll.onsets[:steps], steps_per_quarter=roll.steps_per_quarter, name=name
    )
    return Excerpt(part, composer, name, cut, memory.longest_shared_run(cut))


def _judged(excerpts: Sequence[Excerpt], steps: int, limit: int) -> Iterator[Excerpt]:
    """Yield the excerpts with their faults."""
    known = set()
    for each in excerpts:
        fault = _fault(each, steps, limit, known)
        known.add(each.id)
        yield Excerpt(
            each.part, each.composer, each.name, each.roll, each.run, fault=fault
        )


def _fault(each: Excerpt, steps: int, limit: int, known: set[str]) -> str:
    """Return why an excerpt is left out, "" if it is fit."""
    bars = steps / (QUARTERS_PER_BAR * each.roll.steps_per_quarter)
    faults = {
        "too short": len(each.roll) < steps,
        "nearly empty": each.roll.onsets.sum() < SPARSE * bars,
        "as another": each.id in known,
        "a copy": each.part != "human" and each.run.steps > limit,
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")
