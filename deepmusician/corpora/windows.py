"""Windows of music: what the network reads (context) and what it must write (target).

A window is cut at a step of a piece: the context is the 96 steps before it, the
target the next 96. Before a piece begins and after it ends there is silence; the
mask marks the target's steps that belong to the piece.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from deepmusician.music import KEYS, PianoRoll

MOST_SHIFT = 5  # semitones, up or down


class Batch(NamedTuple):
    """Several windows, as tensors.

    context: (batch, context, keys) of 0.0 and 1.0, silence before the piece.
    target: (batch, steps, keys) of 0.0 and 1.0, silence after the piece.
    mask: (batch, steps), true where the step belongs to the piece.
    """

    context: torch.Tensor
    target: torch.Tensor
    mask: torch.Tensor


class Windows:
    """The windows of several pieces, at random for training or in order for scoring.

    All pieces lie end to end in one array, with enough silence between them that
    no window sees two. The keyboard has MOST_SHIFT spare keys on either side, so
    that a transposed window is a slice too.

    Args:
        rolls: the pieces; empty ones (no steps) are left out.
        plane: "onsets" or "sounding".
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
        self.lengths = np.array([len(steps) for steps in planes])
        gap = max(context, target)
        self.firsts = gap + np.cumsum(np.append(0, self.lengths[:-1] + gap))
        self._keyboard = np.zeros(
            (self.firsts[-1] + self.lengths[-1] + gap, KEYS + 2 * MOST_SHIFT), np.uint8
        )
        for first, steps in zip(self.firsts, planes, strict=True):
            here = self._keyboard[first : first + len(steps)]
            here[:, MOST_SHIFT : MOST_SHIFT + KEYS] = steps
        self._room = np.array([_room(steps) for steps in planes])  # (pieces, 2)

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
        generator = np.random.default_rng(seed)
        share = self.lengths / self.lengths.sum()
        pieces = generator.choice(len(share), size=count, p=share)
        offsets = generator.integers(0, self.lengths[pieces])
        offsets[generator.random(count) < opening] = 0
        lowest, highest = np.clip(self._room[pieces], -transpose, transpose).T
        shifts = generator.integers(lowest, highest + 1)
        for start in range(0, count, batch):
            here = slice(start, start + batch)
            yield self._gather(pieces[here], offsets[here], shifts[here])

    def in_order(self, batch: int = 64) -> Iterator[Batch]:
        """Yield every step of every piece exactly once as a target, `batch` at a time.

        Each piece is cut into consecutive targets with their true context.
        """
        counts = -(-self.lengths // self.target)  # windows per piece, rounded up
        pieces = np.repeat(np.arange(len(counts)), counts)
        offsets = np.concatenate([np.arange(n) * self.target for n in counts])
        for start in range(0, len(pieces), batch):
            here = slice(start, start + batch)
            yield self._gather(pieces[here], offsets[here], np.zeros_like(pieces[here]))

    def _gather(
        self, pieces: np.ndarray, offsets: np.ndarray, shifts: np.ndarray
    ) -> Batch:
        """Return the windows whose targets start at these offsets of these pieces."""
        steps = self.context + self.target
        cells = np.empty((len(pieces), steps, KEYS), np.uint8)
        rows = self.firsts[pieces] + offsets - self.context
        columns = MOST_SHIFT - shifts
        for window, row, column in zip(cells, rows, columns, strict=True):
            window[:] = self._keyboard[row : row + steps, column : column + KEYS]
        music = torch.from_numpy(cells).float()  # (batch, context + target, keys)
        left = (self.lengths[pieces] - offsets)[:, None]  # steps to the piece's end
        mask = torch.from_numpy(np.arange(self.target) < left)  # (batch, target)
        return Batch(music[:, : self.context], music[:, self.context :], mask)


def key_density(batches: Iterable[Batch]) -> torch.Tensor:
    """Return each key's share of the targets' steps in which it is set, (keys,).

    A key that never is counts as set half a time, so that its logit is finite.
    """
    music = torch.cat([batch.target[batch.mask] for batch in batches])  # (steps, keys)
    return (music.sum(dim=0) + 0.5) / (len(music) + 1)


def _room(steps: np.ndarray) -> tuple[int, int]:
    """Return how many semitones music of (steps, keys) may move: (down <= 0, up >= 0).

    Never more than MOST_SHIFT; a silent piece has nothing that could fall off.
    """
    used = np.flatnonzero(steps.any(axis=0))
    down, up = (used[0], KEYS - 1 - used[-1]) if used.size else (KEYS, KEYS)
    return -min(int(down), MOST_SHIFT), min(int(up), MOST_SHIFT)
