"""Windows of music: what the network reads (context) and what it must write (target).

A window is cut at a step of a piece: the context is the 96 steps before it, the
target the next 96. Before a piece begins and after it ends there is silence; the
mask marks the target's steps that belong to the piece.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from deepmusician.music import KEYS, PianoRoll, possible_cells

MOST_SHIFT = 5  # semitones, up or down


class Batch(NamedTuple):
    """Several windows, as tensors.

    context: (batch, context, cells) of 0.0 and 1.0, silence before the piece. A cell is
        a key; where both planes are read, each key has two (see `PianoRoll.plane`).
    target: (batch, steps, cells) of 0.0 and 1.0, silence after the piece.
    mask: (batch, steps), true where the step belongs to the piece.
    """

    context: torch.Tensor
    target: torch.Tensor
    mask: torch.Tensor

    @property
    def before(self) -> torch.Tensor:
        """The true step before each of the target's, (batch, steps, cells)."""
        return torch.cat([self.context[:, -1:], self.target[:, :-1]], dim=1)


class Windows:
    """The windows of several pieces, at random for training or in order for scoring.

    All pieces lie end to end in one array, with enough silence between them that
    no window sees two. The keyboard has MOST_SHIFT spare keys on either side, so
    that a transposed window is a slice too.

    Args:
        rolls: the pieces; empty ones (no steps) are left out.
        plane: "onsets", "sounding", "both" or "voices".
        context, target: lengths in steps.

    Raises:
        ValueError: when no piece has any step.
    """

    def __init__(
        self,
        rolls: Sequence[PianoRoll],
        plane: str = "onsets",
        context: int = 96,
        target: int = 96,
    ) -> None:
        planes = [roll.plane(plane) for roll in rolls if len(roll)]
        if not planes:
            raise ValueError("no music to cut windows from: every piece is empty")
        self.context, self.target = context, target
        self._planes = planes[0].shape[1] // KEYS
        width = (KEYS + 2 * MOST_SHIFT) * self._planes
        self.lengths = np.array([len(steps) for steps in planes])
        gap = max(context, target)
        self.firsts = gap + np.cumsum(np.append(0, self.lengths[:-1] + gap))
        end = self.firsts[-1] + self.lengths[-1] + gap
        self._keyboard = np.zeros((end, width), np.uint8)
        lowest = MOST_SHIFT * self._planes
        for first, steps in zip(self.firsts, planes, strict=True):
            here = self._keyboard[first : first + len(steps)]
            here[:, lowest : lowest + steps.shape[1]] = steps
        self._room = rooms_of([roll for roll in rolls if len(roll)])

    def draw(
        self,
        count: int,
        batch: int,
        seed: tuple[int, ...],
        opening: float = 0.25,
        transpose: int = MOST_SHIFT,
    ) -> Iterator[Batch]:
        """Yield `count` windows drawn at random, `batch` at a time.

        A piece is drawn in proportion to its length, then the target's first step:
        the piece's own first with probability `opening`, else any of its steps.
        The same seed draws the same windows.

        Args:
            count: number of windows; the last batch may be smaller.
            batch: windows per batch.
            seed: whole numbers, by custom (seed of the run, epoch).
            opening: share of windows that begin their piece, after silence.
            transpose: at most so many semitones up or down (up to MOST_SHIFT),
                each shift that keeps the piece on the keyboard equally likely.
        """
        places = draw_places(self.lengths, self._room, count, seed, opening, transpose)
        for start in range(0, count, batch):
            yield self.gather(*(each[start : start + batch] for each in places))

    def in_order(self, batch: int = 64) -> Iterator[Batch]:
        """Yield every step of every piece exactly once as a target, `batch` at a time.

        Each piece is cut into consecutive targets with their true context.
        """
        counts = -(-self.lengths // self.target)  # windows per piece, rounded up
        pieces = np.repeat(np.arange(len(counts)), counts)
        offsets = np.concatenate([np.arange(n) * self.target for n in counts])
        for start in range(0, len(pieces), batch):
            here = slice(start, start + batch)
            yield self.gather(pieces[here], offsets[here], np.zeros_like(pieces[here]))

    def gather(
        self, pieces: np.ndarray, offsets: np.ndarray, shifts: np.ndarray
    ) -> Batch:
        """Return the windows whose targets start at these offsets of these pieces."""
        steps, width = self.context + self.target, KEYS * self._planes
        cells = np.empty((len(pieces), steps, width), np.uint8)
        rows = self.firsts[pieces] + offsets - self.context
        columns = (MOST_SHIFT - shifts) * self._planes
        for window, row, column in zip(cells, rows, columns, strict=True):
            window[:] = self._keyboard[row : row + steps, column : column + width]
        music = torch.from_numpy(cells).float()  # (batch, context + target, cells)
        left = (self.lengths[pieces] - offsets)[:, None]  # steps to the piece's end
        mask = torch.from_numpy(np.arange(self.target) < left)  # (batch, target)
        return Batch(music[:, : self.context], music[:, self.context :], mask)


def draw_places(
    lengths: np.ndarray,
    rooms: np.ndarray,
    count: int,
    seed: tuple[int, ...],
    opening: float,
    transpose: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pieces, first steps and shifts of windows at random; see `draw`."""
    generator = np.random.default_rng(seed)
    share = lengths / lengths.sum()
    pieces = generator.choice(len(share), size=count, p=share)
    offsets = generator.integers(0, lengths[pieces])
    offsets[generator.random(count) < opening] = 0
    lowest, highest = np.clip(rooms[pieces], -transpose, transpose).T
    return pieces, offsets, generator.integers(lowest, highest + 1)


def rooms_of(rolls: Sequence[PianoRoll]) -> np.ndarray:
    """Return by how many semitones each piece may move, (pieces, 2)."""
    return np.array([_room(roll.sounding) for roll in rolls])


def key_density(batches: Iterable[Batch], is_both: bool = False) -> torch.Tensor:
    """Return the share of the targets' steps in which each cell is set, (cells,).

    `is_both`: of a hold, the share of the steps in which it is possible. A cell that
    is never set counts as set half a time, so that its logit is finite.
    """
    parts = [(each.target[each.mask], each.before[each.mask]) for each in batches]
    music, before = map(torch.cat, zip(*parts, strict=True))  # (steps, cells)
    possible = possible_cells(before, music) if is_both else torch.ones_like(music)
    return (music.sum(dim=0) + 0.5) / (possible.sum(dim=0) + 1)


def _room(steps: np.ndarray) -> tuple[int, int]:
    """Return how many semitones music of (steps, keys) may move: (down <= 0, up >= 0).

    Never more than MOST_SHIFT; a silent piece has nothing that could fall off.
    """
    used = np.flatnonzero(steps.any(axis=0))
    down, up = (used[0], KEYS - 1 - used[-1]) if used.size else (KEYS, KEYS)
    return -min(int(down), MOST_SHIFT), min(int(up), MOST_SHIFT)
