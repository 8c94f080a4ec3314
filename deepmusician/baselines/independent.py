"""Baselines that count keys: what can be said without whole steps in view."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from scipy.special import xlog1py, xlogy

from deepmusician.music import PianoRoll


class Baseline(ABC):
    """A distribution over steps that is counted, not trained."""

    label = "baseline"

    def fit(self, rolls: Sequence[PianoRoll], plane: str = "onsets") -> Self:
        """Return this baseline with its counts taken from the rolls' plane.

        `plane` is "onsets" or "sounding". ValueError without a step to count, or when
        the rolls' grids differ.
        """
        grids = {roll.steps_per_quarter for roll in rolls}
        if len(grids) != 1 or not sum(map(len, rolls)):
            raise ValueError(
                f"{self.label}: fit needs rolls with steps, all on one grid; "
                f"got {len(rolls)} rolls, steps per quarter {sorted(grids)}"
            )
        self.plane = plane
        self.tempo = float(np.median([roll.tempo for roll in rolls]))
        return self.count([roll.plane(plane) for roll in rolls], grids.pop())

    def count(self, pieces: list[np.ndarray], steps_per_quarter: int = 4) -> Self:
        """Return this baseline with its counts taken from cells, (steps, keys) each."""
        self.steps_per_quarter, self.keys = steps_per_quarter, pieces[0].shape[1]
        self._count(pieces)
        return self

    @abstractmethod
    def _count(self, pieces: list[np.ndarray]) -> None:
        """Take the counts from the pieces' cells, (steps, keys) each."""

    @abstractmethod
    def log_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return ln p of every step given those before it: (steps,) from (steps, keys).

        `cells` is one piece from its beginning, on the plane fitted.
        """

    @abstractmethod
    def cell_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return each cell's probability given the steps before it, (steps, keys)."""

    @abstractmethod
    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return `steps` sampled steps from silence, (steps, keys) of booleans."""

    def nll(self, rolls: Sequence[PianoRoll]) -> float:
        """Return the negative log-likelihood in nats per step, pooled over all steps.

        ValueError without a step, or on another grid than the one fitted.
        """
        if any(roll.steps_per_quarter != self.steps_per_quarter for roll in rolls):
            raise ValueError(f"{self.label} was fitted on another grid")
        if not (steps := sum(map(len, rolls))):
            raise ValueError(f"{self.label}: nll needs rolls with steps")
        nats = [-self.log_probabilities(roll.plane(self.plane)).sum() for roll in rolls]
        return float(sum(nats) / steps)

    def probabilities(self, roll: PianoRoll) -> np.ndarray:
        """Return each cell's probability given the steps before it, (steps, keys)."""
        return self.cell_probabilities(roll.plane(self.plane))

    def compose(self, steps: int, seed: int = 0, name: str = "") -> PianoRoll:
        """Return a new roll of `steps` steps, the same for the same seed."""
        return self._to_roll(self.draw(steps, seed), name)

    def _to_roll(self, cells: np.ndarray, name: str) -> PianoRoll:
        """Return cells (steps, keys) as a roll on the grid and plane fitted."""
        return PianoRoll.from_plane(
            cells,
            kind=self.plane,
            steps_per_quarter=self.steps_per_quarter,
            tempo=self.tempo,
            name=name or self.label,
        )


class IndependentKeys(Baseline):
    """Baselines that draw every key by itself: independent given the past."""

    probability: float | np.ndarray  # of every cell, or of each key

    def cell_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return the same probabilities at every step, (steps, keys)."""
        return np.broadcast_to(self.probability, cells.shape)

    def log_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return the sum over keys of ln p or ln (1 - p), shape (steps,)."""
        p = self.cell_probabilities(cells)
        return (xlogy(cells, p) + xlog1py(~cells, -p)).sum(axis=1)

    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return one independent draw for every cell, (steps, keys)."""
        generator = np.random.default_rng(seed)
        p = self.cell_probabilities(np.zeros((steps, self.keys), dtype=bool))
        return generator.random(p.shape) < p


def pooled_probability(hits: np.ndarray, trials: np.ndarray) -> float:
    """Return (hits + 1/2) / (trials + 1) over all keys together, never 0 or 1.

    Krichevsky and Trofimov 1981: a probability's posterior mean under Jeffreys' prior.
    """
    return (np.sum(hits) + 0.5) / (np.sum(trials) + 1)


def probability_by_key(
    hits: np.ndarray, trials: np.ndarray | int, weight: float = 1.0
) -> np.ndarray:
    """Return every key's probability, (keys,), drawn to that of all keys together.

    (hits + weight shared) / (trials + weight): keys that were hardly tried, whose
    counts say little, follow the others, and the density stays the corpus's own.
    """
    shared = pooled_probability(hits, np.broadcast_to(trials, hits.shape))
    return (hits + weight * shared) / (trials + weight)


class Silence(IndependentKeys):
    """Never plays. Its likelihood of any music with a note in it is zero."""

    label = "silence"
    probability = 0.0

    def _count(self, pieces: list[np.ndarray]) -> None:
        """Nothing to count."""


class ConstantDensity(IndependentKeys):
    """Plays every key at every step with one probability: the corpus's density."""

    label = "constant density"

    def _count(self, pieces: list[np.ndarray]) -> None:
        cells = np.concatenate(pieces)
        self.probability = pooled_probability(cells.sum(), cells.size)


class NoteUnigram(IndependentKeys):
    """Plays every key with that key's own frequency, whatever came before."""

    label = "note 1-gram"

    def _count(self, pieces: list[np.ndarray]) -> None:
        cells = np.concatenate(pieces)
        self.probability = probability_by_key(cells.sum(axis=0), len(cells))  # (keys,)


class BeatUnigram(IndependentKeys):
    """Plays every key with its frequency at this position in the beat."""

    label = "1-gram by position in the beat"

    def _count(self, pieces: list[np.ndarray]) -> None:
        rows = []
        for position in range(self.steps_per_quarter):
            steps = slice(position, None, self.steps_per_quarter)
            cells = np.concatenate([piece[steps] for piece in pieces])
            rows.append(probability_by_key(cells.sum(axis=0), len(cells)))
        self.probability = np.stack(rows)  # (positions, keys)

    def cell_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return the frequencies of each step's position, (steps, keys)."""
        return self.probability[np.arange(len(cells)) % self.steps_per_quarter]


class RepeatBar(IndependentKeys):
    """Repeats what it played one bar ago, as far as the corpus does.

    Two probabilities per key: of an onset if the key had one a bar (four quarters)
    before, and if it had none. Before the first bar there is silence. `weight` is that
    of `probability_by_key`.
    """

    label = "repeat the last bar"
    weight = 10.0

    def _count(self, pieces: list[np.ndarray]) -> None:
        self.bar = 4 * self.steps_per_quarter  # steps
        now = np.concatenate(pieces)
        before = np.concatenate([self._a_bar_before(piece) for piece in pieces])
        rows = []
        for condition in (~before, before):
            hits, trials = (now & condition).sum(axis=0), condition.sum(axis=0)
            rows.append(probability_by_key(hits, trials, self.weight))
        self.probability = np.stack(rows)  # (without or with an onset before, keys)

    def _a_bar_before(self, cells: np.ndarray) -> np.ndarray:
        """Return the cells one bar earlier, silence in the first bar, (steps, keys)."""
        return np.pad(cells, ((self.bar, 0), (0, 0)))[: len(cells)]

    def cell_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return each key's probability given the bar before, (steps, keys)."""
        return np.where(self._a_bar_before(cells), *self.probability[::-1])

    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return bars drawn one after the other, each from the one before."""
        generator = np.random.default_rng(seed)
        bars = [np.zeros((self.bar, self.keys), dtype=bool)]
        while (len(bars) - 1) * self.bar < steps:
            p = np.where(bars[-1], *self.probability[::-1])
            bars.append(generator.random(p.shape) < p)
        return np.concatenate(bars)[self.bar : self.bar + steps]


def repeat_last_bar(prime: PianoRoll, bars: int) -> PianoRoll:
    """Return `prime`, then its last bar of four quarters again and again, literally.

    `RepeatBar` without its doubts, to listen to. ValueError if the prime is shorter
    than a bar.
    """
    steps = 4 * prime.steps_per_quarter
    if len(prime) < steps:
        raise ValueError(f"a bar has {steps} steps, the prime only {len(prime)}")
    bar = prime[len(prime) - steps :]
    onsets = np.concatenate([prime.onsets, *[bar.onsets] * bars])
    sounding = np.concatenate([prime.sounding, *[bar.sounding] * bars])
    name = f"{prime.name}, last bar repeated"
    return replace(prime, onsets=onsets, sounding=sounding, name=name, reading=None)
