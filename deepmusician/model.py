"""The network: encoder, decoder and two classifiers (chapter 4).

The report's network reads 96 steps of context, hands its final hidden state to a
decoder, and judges each of the 88 keys of the next step by itself. Beside it stands
a classifier whose keys depend on the lower ones, so that chords can agree.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from deepmusician.calibration import Calibration
from deepmusician.classifiers import Classifier, DependentClassifier
from deepmusician.gru import FusedGRU

CLASSIFIERS = {"independent": Classifier, "dependent": DependentClassifier}
_PLAIN = Calibration()  # the logits as they are
STARTS = ("guided", "zero", "random")
PLANES = ("onsets", "sounding")


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
        """Refuse a network that can't be built."""
        _one_of("outputs", self.outputs, tuple(CLASSIFIERS))
        _one_of("plane", self.plane, PLANES)
        _one_of("start", self.start, STARTS)
        sizes = "keys hidden layers classifier_hidden steps_per_quarter context"
        for name in sizes.split():
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be at least 1, not {getattr(self, name)}"
                )
        for name in ("dropout", "classifier_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be in [0, 1), not {getattr(self, name)}")


class Encoder(nn.Module):
    """Sums the context up in one hidden state."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.gru = _gru(config)

    def forward(self, context: Tensor) -> Tensor:
        """Return the hidden state (layers, batch, hidden) after the last step.

        `context`: (batch, steps, keys). Chapter 4.
        """
        return self.gru(context)[1]


class Decoder(nn.Module):
    """Follows the music step by step, from a hidden state."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.gru = _gru(config)

    def forward(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (batch, steps, hidden) and the last hidden state.

        `inputs`: (batch, steps, keys), each the step before the one to be judged;
        `hidden`: (layers, batch, hidden). Chapter 4.
        """
        return self.gru(inputs, hidden)


class DeepMusician(nn.Module):
    """The whole network; the defaults are the report's 5,155,160 parameters."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.classifier = CLASSIFIERS[config.outputs](
            config.hidden,
            config.keys,
            config.classifier_hidden,
            config.classifier_dropout,
        )

    @property
    def parameter_count(self) -> int:
        """Return how many numbers training adjusts."""
        return sum(parameter.numel() for parameter in self.parameters())

    def set_output_bias(
        self, density: float | Tensor, calibration: Calibration = _PLAIN
    ) -> None:
        """Start every output at the corpus's density; see `Classifier`."""
        self.classifier.set_output_bias(density, calibration)

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
        _one_of("start", start, STARTS)
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
        calibrate: Callable[[Tensor], Tensor] = _PLAIN,
    ) -> Tensor:
        """Return the logits (batch, steps, keys) of the target's keys.

        `context`, `target`: (batch, steps, keys) of 0 and 1. The decoder hears SOS
        (an all-zero step), then the target's steps but the last. With
        `teacher_forcing` below 1 each of those is, with probability
        1 - teacher_forcing, a step that the network itself has drawn (scheduled
        sampling, Bengio et al. 2015); the decoder then walks step by step, which is
        slow. `generator` draws those steps and a random start; `calibrate` says what
        the logits that they are drawn from stand for. Chapters 4 and 5.
        """
        target = target.to(self._dtype)
        hidden = self.start_hidden(context, generator)
        if teacher_forcing >= 1:
            sos = torch.zeros_like(target[:, :1])
            heard = torch.cat([sos, target[:, :-1]], dim=1)  # (batch, steps, keys)
            states, _ = self.decoder(heard, hidden)
        else:
            states = self._walk(target, hidden, teacher_forcing, generator, calibrate)
        return self.classifier(states, target)

    def _walk(
        self,
        target: Tensor,
        hidden: Tensor,
        teacher_forcing: float,
        generator: Generator | None,
        calibrate: Callable[[Tensor], Tensor] = _PLAIN,
    ) -> Tensor:
        """Return the states (batch, steps, hidden) of a decoder that hears itself."""
        batch, steps, keys = target.shape
        coins = torch.rand(batch, steps, 1, generator=generator)
        forced = coins.to(target.device) < teacher_forcing
        heard, states = torch.zeros_like(target[:, 0]), []  # SOS: (batch, keys)
        for step in range(steps):
            state, hidden = self.decoder(heard.unsqueeze(1), hidden)
            states.append(state)  # (batch, 1, hidden)
            uniforms = torch.rand(batch, keys, generator=generator).to(target.device)
            own = self.classifier.sample(state[:, 0], uniforms, calibrate=calibrate)
            heard = torch.where(forced[:, step], target[:, step], own)
        return torch.cat(states, dim=1)

    @property
    def _dtype(self) -> torch.dtype:
        return self.classifier.output.weight.dtype


def _gru(config: NetworkConfig) -> FusedGRU:
    """Return one stack of GRU layers; a single layer has no place for dropout.

    PyTorch draws all weights within 1 / sqrt(hidden), for inputs that all carry a
    signal. Of a step's 88 keys about one is touched, so the music would come in
    faint, and the first hundred updates would go into turning it up. Input weights
    within [-1, 1] let it in at full size.
    """
    dropout = config.dropout if config.layers > 1 else 0.0
    gru = FusedGRU(
        config.keys, config.hidden, config.layers, batch_first=True, dropout=dropout
    )
    nn.init.uniform_(gru.weight_ih_l0, -1, 1)
    return gru


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
