"""The network: encoder, decoder and two classifiers.

The report's network reads 96 steps of context, hands its final hidden state to a
decoder, and predicts each of the 88 keys of the next step by itself. Beside it stands
a classifier whose keys depend on the lower ones, so that chords can agree.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Generator, Tensor, nn

from deepmusician.model.calibration import IDENTITY, Calibration
from deepmusician.model.checks import check_choice, check_number, check_whole, require
from deepmusician.model.classifiers import Classifier, DependentClassifier
from deepmusician.model.gru import FusedGRU
from deepmusician.music import PLANES

CLASSIFIERS = {"independent": Classifier, "dependent": DependentClassifier}
_RAREST = 1e-6  # a key that the corpus never plays stays possible
STARTS = ("guided", "zero", "random")
Choice = Callable[[Tensor, int], Tensor]
"""Takes a state (batch, hidden) and a step's number, returns the step (batch, keys)."""

_CHOICES = {"outputs": tuple(CLASSIFIERS), "plane": PLANES, "start": STARTS}


@dataclass(frozen=True)
class NetworkConfig:
    """The network's sizes and what it reads; the defaults are the report's.

    `outputs` names the classifier, `plane` and `steps_per_quarter` the roll it
    reads, `context` the steps it looks back on, and `start` where the decoder's
    hidden state comes from: the encoder ("guided"), zeros or noise ("random").
    Raises ValueError for an unknown name or a size out of range.
    """

    keys: int = 88
    hidden: int = 512
    layers: int = 2
    dropout: float = 0.2
    classifier_hidden: int = 256
    classifier_dropout: float = 0.5
    outputs: str = "independent"
    plane: str = "onsets"
    steps_per_quarter: int = 4
    context: int = 96
    start: str = "guided"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type is int:
                check_whole(each.name, value, least=1)
            elif each.type is float:
                value = check_number(each.name, value)
                object.__setattr__(self, each.name, value)
                require(each.name, value, 0 <= value < 1, "in [0, 1)")


class Encoder(nn.Module):
    """Sums the context up in one hidden state."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.gru = _gru(config)

    def forward(self, context: Tensor) -> Tensor:
        """Return the hidden state (layers, batch, hidden) after the last step.

        `context`: (batch, steps, keys).
        """
        return self.gru(context)[1]


class Decoder(nn.Module):
    """Follows the music step by step, from a hidden state."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.gru = _gru(config)

    def forward(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (batch, steps, hidden) and the last hidden state.

        `inputs`: (batch, steps, keys), each the step before the one to predict;
        `hidden`: (layers, batch, hidden).
        """
        return self.gru(inputs, hidden)


class DeepMusician(nn.Module):
    """The whole network; the defaults are the report's 5,155,160 parameters."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        sizes = config.hidden, config.keys, config.classifier_hidden
        kind = CLASSIFIERS[config.outputs]
        self.classifier = kind(*sizes, config.classifier_dropout)

    @property
    def parameter_count(self) -> int:
        """Return how many numbers training adjusts."""
        return sum(parameter.numel() for parameter in self.parameters())

    def set_output_bias(
        self, density: float | Tensor, calibration: Calibration = IDENTITY
    ) -> None:
        """Put the logit that stands for the density on the last layer's bias.

        `density`: the share of cells with an onset, one number or one per key. A
        network that starts there need not first learn silence (Lin et al. 2017,
        section 4.1). `calibration` is that of the loss to come: its logits stand for
        other values. Raises ValueError for a density outside [0, 1].
        """
        share = torch.as_tensor(density, dtype=torch.float64)
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError(f"a density must lie between 0 and 1, not {density}")
        with torch.no_grad():
            share = share.clamp(_RAREST, 1 - _RAREST)
            self.classifier.output.bias.copy_(calibration.inverse(share))

    def start_hidden(
        self,
        context: Tensor,
        generator: Generator | None = None,
        start: str | None = None,
    ) -> Tensor:
        """Return the hidden state (layers, batch, hidden) that the decoder starts from.

        `context`: (batch, steps, keys). `start` is "guided" (the encoder's state),
        "zero" or "random" (even noise in [-1, 1], the range of a GRU's state, from
        `generator`); by default the configuration's. Raises ValueError for another.
        """
        start = start or self.config.start
        check_choice("start", start, STARTS)
        if start == "guided":
            return self.encoder(context.to(self._dtype))
        shape = (self.config.layers, len(context), self.config.hidden)
        noise = torch.zeros(shape, dtype=torch.float64)
        if start == "random":
            noise.uniform_(-1, 1, generator=generator)
        return noise.to(context.device, self._dtype)

    def forward(
        self,
        context: Tensor,
        target: Tensor,
        teacher_forcing: float = 1.0,
        generator: Generator | None = None,
        calibrate: Callable[[Tensor], Tensor] = IDENTITY,
    ) -> Tensor:
        """Return the logits (batch, steps, keys) of the target's keys.

        `context`, `target`: (batch, steps, keys) of 0 and 1. The decoder reads SOS
        (an all-zero step), then the target's steps but the last. With
        `teacher_forcing` below 1 each of those is, with probability
        1 - teacher_forcing, a step that the network itself has drawn (scheduled
        sampling, Bengio et al. 2015); the decoder then goes step by step, which is
        slow. `generator` draws those steps and a random start; `calibrate` says what
        the logits that they are drawn from stand for.
        """
        target = target.to(self._dtype)
        hidden = self.start_hidden(context, generator)
        sos = torch.zeros_like(target[:, 0])
        if teacher_forcing >= 1:
            inputs = torch.cat([sos.unsqueeze(1), target[:, :-1]], dim=1)
            states, _ = self.decoder(inputs, hidden)  # (batch, steps, hidden)
            return self.classifier(states, target).to(self._dtype)
        batch, steps, keys = target.shape
        draws = torch.rand(batch, steps, 1, generator=generator).to(target.device)
        forced = draws < teacher_forcing

        def choose(state: Tensor, step: int) -> Tensor:
            uniforms = torch.rand(batch, keys, generator=generator).to(target.device)
            own = self.classifier.sample(state, uniforms, calibrate=calibrate)
            return torch.where(forced[:, step], target[:, step], own)

        states, _, _ = self.walk(sos, hidden, steps, choose)
        return self.classifier(states, target).to(self._dtype)

    def walk(
        self, first: Tensor, hidden: Tensor, steps: int, choose: Choice
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the decoder's states, the steps chosen and the last hidden state.

        The decoder reads `first` (batch, keys), then each step that `choose` returns
        for its state (batch, hidden) and the number of the step. The states are
        (batch, steps, hidden), the steps chosen (batch, steps, keys); `hidden`:
        (layers, batch, hidden).
        """
        states, chosen, last = [], [], first
        for step in range(steps):
            state, hidden = self.decoder(last.unsqueeze(1), hidden)
            last = choose(state[:, 0], step)
            states.append(state)  # (batch, 1, hidden)
            chosen.append(last)
        return torch.cat(states, dim=1), torch.stack(chosen, dim=1), hidden

    @property
    def _dtype(self) -> torch.dtype:
        return self.classifier.output.weight.dtype


def _gru(config: NetworkConfig) -> FusedGRU:
    """Return one stack of GRU layers; a single layer has no place for dropout.

    PyTorch draws all weights within 1 / sqrt(hidden), for inputs that all carry a
    signal. Of a step's 88 keys about one has an onset, so the music would come in
    faint, and the first hundred updates would go into turning it up. Input weights
    within [-1, 1] let it in at full size.
    """
    dropout = config.dropout if config.layers > 1 else 0.0
    gru = FusedGRU(
        config.keys, config.hidden, config.layers, batch_first=True, dropout=dropout
    )
    nn.init.uniform_(gru.weight_ih_l0, -1, 1)
    return gru
