"""From the decoder's state to four voices, a softmax each."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding_bag, pad, relu

from deepmusician.model.classifiers import EXCLUDED, Classifier, Heated, MaskedLinear
from deepmusician.model.phrases import Past
from deepmusician.music import VOICES

TURNS = (0, 2, 3, 1)  # of soprano, alto, tenor and bass
_PAIRS = ((0, 0, 0, 1, 1, 2), (1, 2, 3, 2, 3, 3))
_HELD = (1, 2, 3, 4, 6, 8, 12, 16)  # steps; so many or fewer, and more
_BAR, _OCTAVE = 16, 12
_INTERVALS = 2 * _OCTAVE + 2  # unknown, then from an octave down to one up
_KINDS = (
    *([_BAR] + 4 * [len(_HELD) + 1] + 4 * [_INTERVALS]),
    *(6 * [2 * _OCTAVE + 1] + 4 * [_INTERVALS]),
)
MARKS = sum(_KINDS)
_FOLLOWED = 3  # no phrase returns, the voice goes on with it, or otherwise


def marks_of(steps: Tensor, recalled: Tensor) -> Tensor:
    """Return what a choir knows before its last steps, (batch, count, MARKS), 0 or 1.

    The place in a bar of four quarters, counted from the first note on; how long each
    voice has sung the same; how it moved there; the intervals between the voices; and
    how each would move if the phrase that returns went on. `steps`: (batch, steps,
    cells), of which those before are known; `recalled`: (batch, count, cells).
    """
    at = torch.arange(steps.shape[1], device=steps.device)
    keys = _keys(steps)
    before, earlier = (pad(keys, (0, 0, n, -n)) for n in (1, 2))  # 0 before the first
    since = ((keys != before) * at[:, None]).cummax(1).values
    held = at[:, None] - pad(since, (0, 0, 1, -1))
    first = steps.any(-1).to(torch.uint8).argmax(1)  # (batch,)
    place = (at - first[:, None]).clip(min=0) % _BAR
    upper, lower = (before[..., voices] for voices in _PAIRS)
    apart = (upper - lower) % _OCTAVE + 1 + _OCTAVE * (upper - lower > _OCTAVE)
    marks = [
        *(place[..., None], torch.bucketize(held, held.new_tensor(_HELD))),
        *(_interval(before, earlier), (upper > 0) * (lower > 0) * apart),
    ]
    count = recalled.shape[1]
    marks = [each[:, -count:] for each in marks]
    marks.append(_interval(_keys(recalled), before[:, -count:]))
    numbers = torch.cat(marks, dim=-1)  # (batch, count, kinds)
    starts = numbers.new_tensor((0, *_KINDS[:-1])).cumsum(0)
    shape = *numbers.shape[:2], MARKS
    return steps.new_zeros(shape).scatter_(-1, numbers + starts, 1.0)


def _keys(steps: Tensor) -> Tensor:
    """Return each voice's key from 1 on, 0 for a rest, (batch, steps, voices)."""
    sung = steps.unflatten(-1, (-1, VOICES))
    return sung.any(-2) * (sung.argmax(-2) + 1)


def _interval(to: Tensor, origin: Tensor) -> Tensor:
    """Return intervals up to an octave from 1 on, 0 where a voice rests."""
    return (
        (to > 0) * (origin > 0) * ((to - origin).clip(-_OCTAVE, _OCTAVE) + _OCTAVE + 1)
    )


class VoiceClassifier(Classifier):
    """Four voices in turn, each one of the keys or a rest, given the voices before.

    Cell 4k + v says that voice v sings key k. With h the decoder's state, voice v has

        a    = relu(W h + vectors of what the voices before sing, and how they moved)
        z[k] = (U a)[k] + s(a)[k - last key of v]
                        + sum over voices u before v of  t(a)[k - key of u]

    beside the score of a phrase that returns. It sings key k with the probability
    softmax(z)[k], where a rest has z = 0. That is written as the logit of each cell
    given that no lower key is sung,

        z[k] - log(1 + sum over j > k of exp z[j]),

    and `EXCLUDED` above the key that is, so that the cells' cross-entropy adds up to
    the softmax's.
    """

    def __init__(self, *sizes: Any, **options: Any) -> None:
        super().__init__(*sizes, **options)
        if self.reach:
            self.from_before.weights = nn.Identity()  # they come from the units

    @staticmethod
    def _turns(cells: int) -> Tensor:
        return torch.tensor(TURNS).repeat(cells // VOICES)

    def _add_outputs(self, hidden: int, cells: int, width: int) -> None:
        turns, own = torch.tensor(TURNS), torch.arange(width) // (width // VOICES)
        self.output = MaskedLinear(
            torch.arange(cells)[:, None] % VOICES == own, bias=True
        )
        kinds = cells // VOICES + 1, *(VOICES * [_INTERVALS]), _FOLLOWED
        sizes = torch.tensor(VOICES * kinds)
        self.register_buffer("starts", sizes.cumsum(0) - sizes, persistent=False)
        seen = turns[:, None].repeat_interleave(sum(kinds), 0) < turns[own]
        self.register_buffer("seen", seen, persistent=False)  # (kinds, width)
        self.said = nn.Parameter(0.1 * torch.randn(seen.shape))
        if self.reach:
            sources = (1 + VOICES) * (2 * self.reach + 1)
            self.by_interval = nn.Parameter(
                torch.zeros(VOICES, width // VOICES + 1, sources)
            )
            earlier = turns[:, None, None] < turns  # (of voice, 1, to voice)
            self.register_buffer("earlier", earlier, persistent=False)

    def _scores(self, states: Tensor, cells: Tensor, past: Past) -> Tensor:
        """Return the scores z (..., cells) of every voice's keys."""
        states = self.dropout(states)
        last = _keys(past.before)
        keys = _keys(cells)
        followed = (1 + (keys != _keys(past.recalled))) * (past.sizes > 0)[..., None]
        to_last = _interval(keys[..., None], last[..., None, :])  # (..., voices, 4)
        said = [keys[..., None], to_last, followed[..., None]]
        numbers = torch.cat(said, dim=-1).flatten(-2) + self.starts
        vectors = embedding_bag(
            numbers.flatten(0, -2), self.said * self.seen, mode="sum"
        )
        units = relu(self.hidden(states) + vectors.view(*states.shape[:-1], -1))
        units = self.dropout(units)
        scores = self.output(units) + self.phrases(states, cells, past)
        if self.reach:
            grouped = pad(units.unflatten(-1, (VOICES, -1)), (0, 1), value=1.0)
            weights = torch.einsum("...vw,vwo->...vo", grouped, self.by_interval)
            weights = weights.unflatten(-1, (1 + VOICES, -1)).movedim(-3, -1)
            # (..., from its own last key and each voice's key, distance, to voice)
            own = torch.diag_embed(weights[..., 0, :, :], dim1=-3, dim2=-1).flatten(-3)
            lower = (weights[..., 1:, :, :] * self.earlier).flatten(-3)
            scores = scores + self.from_before(own, past.before)
            scores = scores + self.from_before(lower, cells)
        return scores

    def forward(  # type: ignore[override]  # here the cells are needed
        self, states: Tensor, cells: Tensor, past: Past
    ) -> Tensor:
        """Return the logits (..., cells), each given the voices before and lower keys.

        `states`: (..., hidden); `cells`: (..., cells), 0 or 1.
        """
        scores = self._scores(states, cells, past)
        by_voice = scores.unflatten(-1, (-1, VOICES)).transpose(-1, -2)
        from_above = pad(by_voice, (0, 1)).flip(-1).logcumsumexp(-1).flip(-1)
        logits = (by_voice - from_above[..., 1:]).transpose(-1, -2)
        sung = cells.unflatten(-1, (-1, VOICES))
        over = sung.cumsum(-2) > sung
        return logits.masked_fill(over, EXCLUDED).flatten(-2)

    def _draw(
        self, states: Tensor, uniforms: Tensor, heated: Heated, past: Past | None
    ) -> Tensor:
        """Return one draw of the cells (batch, cells), voice by voice; see `sample`.

        Of the uniforms each voice takes one; what is given is sung.
        """
        cells = torch.zeros_like(uniforms)
        for voice in sorted(range(VOICES), key=TURNS.__getitem__):
            scores = self._scores(states, cells, past)[:, voice::VOICES]
            shares = pad(heated(scores), (0, 1)).softmax(-1)
            if past.given is not None:
                sung = past.given[:, voice::VOICES]
                is_sung = sung.any(-1, keepdim=True)
                shares = torch.where(is_sung, pad(sung, (0, 1)), shares)
            key = (shares.cumsum(-1) <= uniforms[:, voice, None]).sum(-1, keepdim=True)
            sung = key < scores.shape[-1]
            cells[:, voice::VOICES].scatter_(1, key * sung, sung.to(cells.dtype))
        return cells
