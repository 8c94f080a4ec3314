"""Markov chains over whole steps, the strongest composers that only count."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from deepmusician.baselines.independent import (
    Baseline,
    BeatUnigram,
    ConstantDensity,
    NoteUnigram,
    RepeatBar,
    Silence,
)
from deepmusician.music import PianoRoll

START = b""
TRUST_GRID = 2.0 ** np.arange(-4, 8)
SHARE_GRID = np.linspace(0.01, 0.99, 99)

State = tuple[bytes, int]  # a step that came before, and the position in the beat


class Levels(NamedTuple):
    """What each level of the chain says about every step of some music, (steps,)."""

    position: np.ndarray  # of the step in its beat
    seen: np.ndarray  # how often the step's state was seen in training
    kinds: np.ndarray  # how many different steps followed that state
    chain: np.ndarray  # the step's relative frequency after its state
    frequency: np.ndarray  # its relative frequency at its position
    log_independent: np.ndarray  # ln p by independent keys at its position


def encode(cells: np.ndarray) -> list[bytes]:
    """Return every step of (steps, keys) packed into bytes, to count it by."""
    return [row.tobytes() for row in np.packbits(cells, axis=1)]


def decode(codes: list[bytes], keys: int) -> np.ndarray:
    """Return the cells that `encode` packed, (steps, keys) of booleans."""
    rows = np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(len(codes), -1)
    return np.unpackbits(rows, axis=1, count=keys).astype(bool)


def held_out_split(pieces: list) -> tuple[list, list]:
    """Return the pieces to count and those to choose weights on: every fifth.

    Of two to four pieces the last is held out, of one none.
    """
    chosen = range(4, len(pieces), 5) if len(pieces) > 4 else range(1, len(pieces))[-1:]
    counted = [piece for n, piece in enumerate(pieces) if n not in chosen]
    return counted, [pieces[n] for n in chosen]


class StepMarkov(Baseline):
    """Plays what followed the step before in the corpus.

    The state s is the step before and the position in the beat. Three levels are
    mixed, each covering what the one above has not seen:

        p(x | s) = a c(s, x) / c(s)
                 + (1 - a) [ b c(position, x) / c(position)
                           + (1 - b) prod_k p_k(x_k | position) ]

    with a = c(s) / (c(s) + t d(s)), where d counts the different steps seen after s
    (Witten and Bell 1991 have t = 1). The independent keys reach all 2^88 steps, so no
    likelihood is zero. The trust t and one share b for each position are those with the
    smallest NLL, on a grid, over every fifth training piece when only the others are
    counted; then all pieces are counted. With one piece alone t = 1 and b = 1/2.
    """

    label = "Markov chain over steps"

    def _count(self, pieces: list[np.ndarray]) -> None:
        self.trust, self.share = 1.0, np.full(self.steps_per_quarter, 0.5)
        counted, held_out = held_out_split(pieces)
        if held_out:
            self._count_steps(counted)
            parts = [self._levels(piece) for piece in held_out]
            self._choose_weights(Levels(*map(np.concatenate, zip(*parts, strict=True))))
        self._count_steps(pieces)
        self.share[[not counts for counts in self.frequencies]] = 0.0

    def _count_steps(self, pieces: list[np.ndarray]) -> None:
        """Count the pieces' transitions, whole steps and single keys."""
        self.transitions: dict[State, Counter] = defaultdict(Counter)
        self.frequencies = [Counter() for _ in range(self.steps_per_quarter)]
        for piece in pieces:
            codes = encode(piece)
            for state, code in zip(self._states(codes), codes, strict=True):
                self.transitions[state][code] += 1
                self.frequencies[state[1]][code] += 1
        self.independent = BeatUnigram().count(pieces, self.steps_per_quarter)

    def _states(self, codes: list[bytes]) -> list[State]:
        """Return, for every step, the last sounding step before it and its position."""
        states, last = [], START
        for step, code in enumerate(codes):
            states.append((last, step % self.steps_per_quarter))
            last = self._kept(last, code)
        return states

    def _kept(self, last: bytes, code: bytes) -> bytes:
        """Return what the state keeps of the past once a step has been played."""
        return code

    def _levels(self, cells: np.ndarray) -> Levels:
        """Return what each level says about the steps of one piece."""
        codes = encode(cells)
        rows = list(map(self._row, self._states(codes), codes))
        columns = np.array(rows, dtype=float).reshape(-1, 5).T
        independent = self.independent.log_probabilities(cells)
        return Levels(columns[0].astype(int), *columns[1:], independent)

    def _row(self, state: State, code: bytes) -> tuple:
        """Return position, count and diversity of a state, and two frequencies."""
        followers = self.transitions.get(state, Counter())
        peers = self.frequencies[state[1]]
        seen = followers.total()
        chain = followers[code] / seen if seen else 0.0
        frequency = peers[code] / max(peers.total(), 1)
        return state[1], seen, len(followers), chain, frequency

    def _choose_weights(self, levels: Levels) -> None:
        """Set trust and shares to the grid's best on the held-out steps."""
        best = np.inf
        for trust in TRUST_GRID:
            logs = [_mixture(levels, trust, share) for share in SHARE_GRID]
            nats = -np.stack(logs)  # (shares, steps)
            at = levels.position == np.arange(self.steps_per_quarter)[:, None]
            by_position = np.stack([nats[:, steps].sum(axis=1) for steps in at])
            if (total := by_position.min(axis=1).sum()) < best:
                best, self.trust = total, float(trust)
                self.share = SHARE_GRID[by_position.argmin(axis=1)]

    def log_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return ln p of every step given those before it, shape (steps,)."""
        levels = self._levels(cells)
        return _mixture(levels, self.trust, self.share[levels.position])

    def cell_probabilities(self, cells: np.ndarray) -> np.ndarray:
        """Return each key's probability given the steps before it, (steps, keys)."""
        states = self._states(encode(cells))
        rows = {state: self._after(state) for state in set(states)}
        return np.array([rows[state] for state in states]).reshape(cells.shape)

    def _after(self, state: State) -> np.ndarray:
        """Return every key's probability in one state, (keys,)."""
        trust, share = self._weights(state)
        independent = self.independent.probability[state[1]]
        backed_off = share * self._mean(self.frequencies[state[1]], independent)
        backed_off = backed_off + (1 - share) * independent
        followers = self.transitions.get(state, Counter())
        return trust * self._mean(followers, independent) + (1 - trust) * backed_off

    def _weights(self, state: State) -> tuple[float, float]:
        """Return the weight a of the transitions and the share b of whole steps."""
        followers = self.transitions.get(state, Counter())
        seen, share = followers.total(), float(self.share[state[1]])
        return seen / (seen + self.trust * len(followers)) if seen else 0.0, share

    def _mean(self, counts: Counter, default: np.ndarray) -> np.ndarray:
        """Return the mean of the counted steps, (keys,), or `default` without any."""
        if not counts:
            return default
        weights = np.fromiter(counts.values(), dtype=float)
        return weights @ decode(list(counts), self.keys) / weights.sum()

    def draw(self, steps: int, seed: int, smoothed: bool = True) -> np.ndarray:
        """Return `steps` steps drawn one after the other from the start of a piece.

        Unless `smoothed`, every step is one that was counted: see `walk`.
        """
        generator = np.random.default_rng(seed)
        codes, last = [], START
        for step in range(steps):
            state = (last, step % self.steps_per_quarter)
            codes.append(self._next(state, generator, smoothed))
            last = self._kept(last, codes[-1])
        return decode(codes, self.keys) if codes else np.zeros((0, self.keys), bool)

    def walk(self, steps: int, seed: int = 0, name: str = "") -> PianoRoll:
        """Return a new roll along counted transitions alone, without any smoothing.

        `compose` draws from the distribution that `nll` measures; once independent
        draws have led to a step that the corpus does not have, no transition leads on
        from there.
        """
        return self._to_roll(self.draw(steps, seed, smoothed=False), name)

    def _next(
        self, state: State, generator: np.random.Generator, smoothed: bool
    ) -> bytes:
        """Return one step drawn from the mixture: first its level, then the step."""
        trust, share = self._weights(state) if smoothed else (1.0, 1.0)
        followers = self.transitions.get(state, Counter())
        for weight, counts in ((trust, followers), (share, self.frequencies[state[1]])):
            if counts and generator.random() < weight:
                return _pick(counts, generator)
        p = self.independent.probability[state[1]]
        return encode(generator.random((1, self.keys)) < p)[0]


class ChordMarkov(StepMarkov):
    """A chain whose state keeps the last step with an onset, however long ago.

    On the onset plane most steps are silent, and after silence `StepMarkov` has
    forgotten the chord. A stronger yardstick.
    """

    label = "Markov chain over chords"

    def _kept(self, last: bytes, code: bytes) -> bytes:
        return code if any(code) else last


def _pick(counts: Counter, generator: np.random.Generator) -> bytes:
    """Return one of the counted steps, each as likely as it was frequent."""
    ends = np.cumsum(np.fromiter(counts.values(), dtype=float))
    pick = np.searchsorted(ends, generator.random() * ends[-1], side="right")
    return list(counts)[pick]


def _mixture(levels: Levels, trust: float, share: np.ndarray | float) -> np.ndarray:
    """Return ln p of every step, (steps,), at a trust and at shares.

    Independent keys join in logarithms: a wild step may be too unlikely for a float.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = levels.seen / (levels.seen + trust * levels.kinds)
        weight = np.where(levels.seen > 0, weight, 0.0)
        counted = weight * levels.chain + (1 - weight) * share * levels.frequency
        rest = np.log((1 - weight) * (1 - share)) + levels.log_independent
        return np.logaddexp(np.log(counted), rest)


BASELINES = (Silence, ConstantDensity, NoteUnigram, BeatUnigram, RepeatBar, StepMarkov)


def fit_baselines(rolls: Sequence[PianoRoll]) -> dict[str, Baseline]:
    """Return every baseline fitted on the rolls' onsets, by its label for tables."""
    return {kind.label: kind().fit(rolls) for kind in BASELINES}
