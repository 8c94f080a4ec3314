"""From the decoder's state to four voices, a softmax each."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from deepmusician.model.calibration import IDENTITY
from deepmusician.model.classifiers import (
    EXCLUDED,
    DependentClassifier,
    MaskedLinear,
)
from deepmusician.model.intervals import IntervalScores
from deepmusician.model.phrases import Past
from deepmusician.music import VOICES

_HELD = (1, 2, 3, 4, 6, 8, 12, 16)  # steps; so many or fewer, and more
_BAR = 16
MARKS = _BAR + VOICES * (len(_HELD) + 1)
TURNS = (0, 2, 3, 1)  # of soprano, alto, tenor and bass


def time_marks(steps: Tensor, count: int) -> Tensor:
    """Return when each of the last `count` steps comes, (batch, count, marks), 0 or 1.

    Its place in a bar of four quarters, counted from the first note on, then how long
    each voice has sung the same. `steps`: (batch, steps, cells); of each those before.
    """
    at = torch.arange(steps.shape[1], device=steps.device)
    changed = torch.cat([steps[:, :1] != 0, steps[:, 1:] != steps[:, :-1]], dim=1)
    changed = changed.unflatten(-1, (-1, VOICES)).any(-2)  # (batch, steps, voices)
    since = (changed * at[:, None]).cummax(1).values
    held = at[:, None] - nn.functional.pad(since[:, :-1], (0, 0, 1, 0))
    edges = torch.tensor(_HELD, device=steps.device)
    held = nn.functional.one_hot(torch.bucketize(held, edges), len(_HELD) + 1)
    first = steps.any(-1).to(torch.uint8).argmax(1)  # (batch,)
    place = (at - first[:, None]).clip(min=0) % _BAR
    place = nn.functional.one_hot(place, _BAR)
    marks = torch.cat([place, held.flatten(2)], dim=-1)
    return marks[:, -count:].to(steps.dtype)


class VoiceClassifier(DependentClassifier):
    """Four voices in turn, each one of the keys or a rest, given the voices before.

    Cell 4k + v says that voice v sings key k. With z the scores of a voice's keys, as a
    `DependentClassifier` makes them of the state and the voices before, and 0 that of a
    rest, the voice sings key k with the probability softmax(z)[k]. It is written as the
    logit of each cell given that no lower key is sung,

        z[k] - log(1 + sum over j > k of exp z[j]),

    and `EXCLUDED` above the key that is, so that the cells' cross-entropy adds up to
    the softmax's.
    """

    @staticmethod
    def _turns(cells: int) -> Tensor:
        return torch.tensor(TURNS).repeat(cells // VOICES)

    def _add_outputs(self, hidden: int, cells: int, width: int) -> None:
        super()._add_outputs(hidden, cells, width)
        if self.reach:
            self.from_lower = IntervalScores(hidden, VOICES, -self.reach, self.reach)
            turns = torch.tensor(TURNS)
            counts = (turns[:, None] < turns)[:, None]  # (of voice, 1, to voice)
            counts = counts.expand(-1, 2 * self.reach + 1, -1).reshape(-1, 1)
            self.from_lower.weights = MaskedLinear(counts.expand(-1, hidden))
            nn.init.zeros_(self.from_lower.weights.weight)

    def forward(  # type: ignore[override]  # here the cells are needed
        self, states: Tensor, cells: Tensor, past: Past | None = None
    ) -> Tensor:
        """Return the logits (..., cells), each given the voices before and lower keys.

        The arguments are those of `DependentClassifier`.
        """
        scores = super().forward(self.dropout(states), cells, past)
        by_voice = scores.unflatten(-1, (-1, VOICES)).transpose(-1, -2)
        from_above = pad(by_voice, (0, 1)).flip(-1).logcumsumexp(-1).flip(-1)
        logits = (by_voice - from_above[..., 1:]).transpose(-1, -2)
        sung = cells.unflatten(-1, (-1, VOICES))
        over = sung.cumsum(-2) > sung
        return logits.masked_fill(over, EXCLUDED).flatten(-2)

    @torch.no_grad()
    def sample(
        self,
        states: Tensor,
        uniforms: Tensor,
        temperature: float = 1.0,
        calibrate: Callable[[Tensor], Tensor] = IDENTITY,
        past: Past | None = None,
        given: Tensor | None = None,
    ) -> Tensor:
        """Return one draw of the cells (batch, cells), voice by voice.

        See `Classifier`; of the uniforms each voice takes one. `given`: (batch, cells),
        of which a voice that sings there sings that.
        """
        cells = torch.zeros_like(uniforms)
        for voice in sorted(range(VOICES), key=TURNS.__getitem__):
            scores = super().forward(states, cells, past)[:, voice::VOICES]
            shares = pad(calibrate(scores) / temperature, (0, 1)).softmax(-1)
            if given is not None and (sung := given[:, voice::VOICES]).any():
                shares = torch.where(
                    sung.any(-1, keepdim=True), pad(sung, (0, 1)), shares
                )
            key = (shares.cumsum(-1) <= uniforms[:, voice, None]).sum(-1, keepdim=True)
            sung = key < scores.shape[-1]
            cells[:, voice::VOICES].scatter_(1, key * sung, sung.to(cells.dtype))
        return cells
