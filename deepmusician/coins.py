"""Baselines that count keys: what can be said without whole steps in view.

`Baseline` is the interface that all baselines share, `Coins` those whose keys are
independent given the past. Chapter: the class imbalance.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.special import xlog1py, xlogy

from deepmusician.pianoroll import PianoRoll


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
                f"got {len(rolls)} rolls, steps a quarter {sorted(grids)}"
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
    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return the chance of every cell given the steps before it, (steps, keys)."""

    @abstractmethod
    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return `steps` sampled steps from silence, (steps, keys) of booleans."""

    def nll(self, rolls: Sequence[PianoRoll]) -> float:
        """Return the negative log-likelihood in nats a step, pooled over all steps.

        ValueError without a step, or on another grid than the one fitted.
        """
        if any(roll.steps_per_quarter != self.steps_per_quarter for roll in rolls):
            raise ValueError(f"{self.label} was fitted on another grid")
        if not (steps := sum(map(len, rolls))):
            raise ValueError(f"{self.label}: nll needs rolls with steps")
        nats = [-self.log_probabilities(roll.plane(self.plane)).sum() for roll in rolls]
        return float(sum(nats) / steps)

    def probabilities(self, roll: PianoRoll) -> np.ndarray:
        """Return each cell's chance given the steps before it, (steps, keys)."""
        return self.chances(roll.plane(self.plane))

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

    def describe(self) -> str:
        """Return what the baseline does, in a sentence."""
        return " ".join(type(self).__doc__.split("\n\n")[0].split())


class Coins(Baseline):
    """Baselines that toss one coin a key: given the past, the keys are independent."""

    def log_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return the sum over keys of ln p or ln (1 - p), shape (steps,)."""
        chance = self.chances(cells)
        return (xlogy(cells, chance) + xlog1py(~cells, -chance)).sum(axis=1)

    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return one toss for every cell, (steps, keys)."""
        generator = np.random.default_rng(seed)
        chance = self.chances(np.zeros((steps, self.keys), dtype=bool))
        return generator.random(chance.shape) < chance


def pooled_chance(hits: np.ndarray, trials: np.ndarray) -> float:
    """Return (hits + 1/2) / (trials + 1) over all keys together, never 0 or 1.

    Krichevsky and Trofimov 1981: the mean of a coin's chance under Jeffreys' prior.
    """
    return (np.sum(hits) + 0.5) / (np.sum(trials) + 1)


def chance_by_key(
    hits: np.ndarray, trials: np.ndarray | int, weight: float = 1.0
) -> np.ndarray:
    """Return every key's chance, (keys,), drawn towards that of all keys together.

    (hits + weight shared) / (trials + weight): keys that were hardly tried, whose
    counts say little, follow the others, and the density stays the corpus's own.
    """
    shared = pooled_chance(hits, np.broadcast_to(trials, hits.shape))
    return (hits + weight * shared) / (trials + weight)


class Silence(Coins):
    """Never plays. Its likelihood of any music with a note in it is zero."""

    label = "silence"

    def _count(self, pieces: list[np.ndarray]) -> None:
        """Nothing to count."""

    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return zeros, (steps, keys)."""
        return np.zeros(cells.shape)


class ConstantDensity(Coins):
    """Plays every key at every step with the same chance: the corpus's density."""

    label = "constant density"

    def _count(self, pieces: list[np.ndarray]) -> None:
        cells = np.concatenate(pieces)
        self.chance = pooled_chance(cells.sum(), cells.size)

    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return one number everywhere, (steps, keys)."""
        return np.full(cells.shape, self.chance)


class NoteUnigram(Coins):
    """Plays every key with that key's own frequency, whatever came before."""

    label = "note 1-gram"

    def _count(self, pieces: list[np.ndarray]) -> None:
        cells = np.concatenate(pieces)
        self.chance = chance_by_key(cells.sum(axis=0), len(cells))  # (keys,)

    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return the keys' frequencies at every step, (steps, keys)."""
        return np.broadcast_to(self.chance, cells.shape)


class BeatUnigram(Coins):
    """Plays every key with its frequency at this position in the beat."""

    label = "1-gram by position in the beat"

    def _count(self, pieces: list[np.ndarray]) -> None:
        rows = []
        for position in range(self.steps_per_quarter):
            cells = np.concatenate(
                [p[position :: self.steps_per_quarter] for p in pieces]
            )
            rows.append(chance_by_key(cells.sum(axis=0), len(cells)))
        self.chance = np.stack(rows)  # (positions, keys)

    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return the frequencies of each step's position, (steps, keys)."""
        return self.chance[np.arange(len(cells)) % self.steps_per_quarter]


class RepeatBar(Coins):
    """Repeats what it heard one bar ago, as far as the corpus does.

    Two chances a key: of a touch if the key was touched one bar (four quarters) before,
    and if it was not. Before the first bar there is silence. `weight` is that of
    `chance_by_key`.
    """

    label = "repeat the last bar"
    weight = 10.0

    @property
    def bar(self) -> int:
        """Return the steps in a bar of four quarters."""
        return 4 * self.steps_per_quarter

    def _count(self, pieces: list[np.ndarray]) -> None:
        now = np.concatenate(pieces)
        before = np.concatenate([self._a_bar_before(piece) for piece in pieces])
        rows = []
        for condition in (~before, before):
            hits, trials = (now & condition).sum(axis=0), condition.sum(axis=0)
            rows.append(chance_by_key(hits, trials, self.weight))
        self.chance = np.stack(rows)  # (not touched or touched a bar before, keys)

    def _a_bar_before(self, cells: np.ndarray) -> np.ndarray:
        """Return the cells one bar earlier, silence in the first bar, (steps, keys)."""
        padding = np.zeros((self.bar, cells.shape[1]), dtype=bool)
        return np.concatenate([padding, cells])[: len(cells)]

    def chances(self, cells: np.ndarray) -> np.ndarray:
        """Return each key's chance given the cell one bar before, (steps, keys)."""
        return np.where(self._a_bar_before(cells), self.chance[1], self.chance[0])

    def draw(self, steps: int, seed: int) -> np.ndarray:
        """Return bars drawn one after the other, each from the one before."""
        generator = np.random.default_rng(seed)
        bars = [np.zeros((self.bar, self.keys), dtype=bool)]
        while (len(bars) - 1) * self.bar < steps:
            chance = np.where(bars[-1], self.chance[1], self.chance[0])
            bars.append(generator.random(chance.shape) < chance)
        return np.concatenate(bars)[self.bar : self.bar + steps]
