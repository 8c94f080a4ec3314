"""Windows of tokens: slices of pieces that were written down token by token."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from deepmusician.corpora.windows import MOST_SHIFT, draw_places, rooms_of
from deepmusician.music import KEYS, PianoRoll, TokenReader, Vocabulary, known_cells

WORDS = Vocabulary()
_BATCHES_ALIKE = 16  # that share their windows out by length
MOST_STEPS = 8192  # of the pieces that are scored at a time
_WIDE = Vocabulary(KEYS + 2 * MOST_SHIFT)  # so that a transposed piece is a slice


class TokenBatch(NamedTuple):
    """Several windows of tokens, as tensors; what is shorter is filled up at its end.

    inputs: (batch, tokens), the token before each of the target's.
    target: (batch, tokens). mask: the same shape, true where there is one.
    allowed: (batch, tokens, size), which tokens may come there.
    places: (batch, tokens), the step at which each stands, from the window's first on.
    cells: (batch, steps, 2 * keys) of 0.0 and 1.0, as `known_cells` gives them.
    steps: (batch,), how many of the steps belong to the piece.
    """

    inputs: Tensor
    target: Tensor
    mask: Tensor
    allowed: Tensor
    places: Tensor
    cells: Tensor
    steps: Tensor

    @property
    def network_inputs(self) -> tuple[Tensor, ...]:
        """What a network is called with; see `TokenNetwork`."""
        return self.inputs, self.allowed, self.places, self.mask, self.cells


class _Written(NamedTuple):
    """A piece: its tokens and the step of each, what was allowed, and its cells."""

    tokens: np.ndarray
    places: np.ndarray
    allowed: np.ndarray  # (tokens, size), on a keyboard with MOST_SHIFT spare keys
    cells: np.ndarray  # (steps, 2 * keys), as `TokenBatch.cells`


class TokenWindows:
    """The windows of several pieces as tokens; drawn and walked as `Windows` are.

    Args:
        rolls: the pieces; empty ones (no steps) are left out.
        target: a window's length in steps. It has all tokens that stand in them.

    Raises:
        ValueError: when no piece has any step.
    """

    def __init__(self, rolls: Sequence[PianoRoll], target: int = 96) -> None:
        rolls = [roll for roll in rolls if len(roll)]
        if not rolls:
            raise ValueError("no music to cut windows from: every piece is empty")
        self.target = target
        self.lengths = np.array([len(roll) for roll in rolls])
        self.steps_per_quarter = rolls[0].steps_per_quarter
        self._pieces = [_written(roll) for roll in rolls]
        self._rooms = rooms_of(rolls)

    def draw(
        self,
        count: int,
        batch: int,
        seed: tuple[int, ...],
        opening: float = 0.25,
        transpose: int = MOST_SHIFT,
    ) -> Iterator[TokenBatch]:
        """Yield `count` windows drawn at random, the same as `Windows.draw` draws.

        In batches of about as many tokens each, for little is lost with filling up.
        """
        places = np.array(
            draw_places(self.lengths, self._rooms, count, seed, opening, transpose)
        )
        counts = [self._count(*place[:2]) for place in places.T]
        generator = np.random.default_rng((*seed, _BATCHES_ALIKE))
        for batch_places in _batches_alike(np.array(counts), batch, generator):
            yield self.gather(*places[:, batch_places])

    def _count(self, piece: int, offset: int) -> int:
        """Return how many tokens a window has."""
        places = self._pieces[piece].places
        return int(np.diff(np.searchsorted(places, (offset, offset + self.target)))[0])

    def in_order(self, batch: int = 64) -> Iterator[TokenBatch]:
        """Yield every piece, whole and once, the shortest first.

        `batch` at a time, or fewer where they are longer than `MOST_STEPS` together.
        """
        order = np.argsort(self.lengths, kind="stable")
        while len(order):
            here = order[:batch]
            most = MOST_STEPS // np.arange(1, len(here) + 1)  # of each, if so many go
            here = here[: max(1, int((self.lengths[here] <= most).sum()))]
            yield self.gather(here, 0 * here, 0 * here, int(self.lengths[here].max()))
            order = order[len(here) :]

    def gather(
        self,
        pieces: np.ndarray,
        offsets: np.ndarray,
        shifts: np.ndarray,
        target: int | None = None,
    ) -> TokenBatch:
        """Return the windows that begin at these offsets of these pieces."""
        target = target or self.target
        windows = [
            _cut(self._pieces[piece], offset, target, shift)
            for piece, offset, shift in zip(pieces, offsets, shifts, strict=True)
        ]
        *columns, steps = zip(*windows, strict=True)
        inputs, tokens, allowed, places, cells = (
            torch.nn.utils.rnn.pad_sequence(
                [torch.from_numpy(np.ascontiguousarray(each)) for each in column],
                batch_first=True,
            )
            for column in columns
        )
        counts = torch.tensor([len(window[1]) for window in windows])
        mask = torch.arange(inputs.shape[1]) < counts[:, None]
        cells, steps = cells.float(), torch.tensor(steps)
        return TokenBatch(inputs, tokens, mask, allowed, places, cells, steps)


def _batches_alike(
    counts: np.ndarray, batch: int, generator: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield the numbers of windows in batches: of some batches, those alike together.

    `counts`: tokens of each window; `generator` shuffles the batches.
    """
    for first in range(0, len(counts), _BATCHES_ALIKE * batch):
        some = counts[first : first + _BATCHES_ALIKE * batch]
        order = first + np.argsort(some, kind="stable")
        batches = [order[at : at + batch] for at in range(0, len(order), batch)]
        yield from (batches[number] for number in generator.permutation(len(batches)))


def token_shares(batches: Iterable[TokenBatch]) -> Tensor:
    """Return how often each token comes where it may, (size,).

    One that never comes counts as having come half a time, so that its logarithm is
    finite.
    """
    came, could = torch.zeros(2, WORDS.size)
    for each in batches:
        came += torch.bincount(each.target[each.mask], minlength=WORDS.size)
        could += each.allowed[each.mask].sum(dim=0)
    return (came + 0.5) / (could + 1)


def _written(roll: PianoRoll) -> _Written:
    """Return a piece's tokens and what goes with them."""
    tokens = WORDS.encode(roll)
    reader = TokenReader(_WIDE, len(roll))
    allowed = np.empty((len(tokens), _WIDE.size), dtype=bool)
    places = np.empty(len(tokens), dtype=np.int64)
    for number, token in enumerate(_transposed(tokens, MOST_SHIFT, _WIDE)):
        allowed[number], places[number] = reader.allowed(), reader.step
        reader.read(int(token))
    return _Written(tokens, places, allowed, known_cells(roll.onsets, roll.sounding))


def _cut(piece: _Written, offset: int, target: int, shift: int) -> tuple:
    """Return inputs, tokens, allowed, places, cells and steps of a transposed window.

    It begins at a step before `offset`, at the last token there, where it had none.
    """
    first, last = np.searchsorted(piece.places, (offset, offset + target))
    if first == last:
        offset = piece.places[first - 1]
        first, last = np.searchsorted(piece.places, (offset, offset + target))
    before = piece.tokens[first - 1] if first else WORDS.start
    tokens = piece.tokens[first:last]
    inputs = np.concatenate([[before], tokens[:-1]])[: len(tokens)]
    longest, low = WORDS.longest, WORDS.longest + MOST_SHIFT - shift
    wide = piece.allowed[first:last]
    allowed = np.concatenate(
        [wide[:, :longest], wide[:, low : low + KEYS], wide[:, -longest:]], axis=1
    )
    cells = np.roll(piece.cells[offset : offset + target], 2 * shift, axis=1)
    moved = (_transposed(each, shift, WORDS) for each in (inputs, tokens))
    places = piece.places[first:last] - offset
    return *moved, allowed, places, cells, len(cells)


def _transposed(tokens: np.ndarray, semitones: int, words: Vocabulary) -> np.ndarray:
    """Return tokens of the piano in those of another keyboard, moved up.

    A wider keyboard's durations have greater numbers.
    """
    pitches, spare = WORDS.pitches, words.keys - KEYS
    is_pitch = (tokens >= pitches.start) & (tokens < pitches.stop)
    is_duration = (tokens >= pitches.stop) & (tokens < WORDS.size)
    return tokens + semitones * is_pitch + spare * is_duration
