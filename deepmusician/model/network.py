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
from deepmusician.model.checks import (
    check_choice,
    check_number,
    check_whole,
    require,
    require_all,
)
from deepmusician.model.classifiers import EXCLUDED, Classifier, DependentClassifier
from deepmusician.model.gru import FusedGRU
from deepmusician.model.phrases import Past, recall
from deepmusician.model.voices import MARKS, VoiceClassifier, marks_of
from deepmusician.music import VIEWS, VOICES, possible_cells

CLASSIFIERS = {
    **{"independent": Classifier, "dependent": DependentClassifier},
    "voices": VoiceClassifier,
}
_RAREST = 1e-6  # a key that the corpus never plays stays possible
STARTS = ("guided", "zero", "random")
Choice = Callable[[Tensor, Past, int], Tensor]
"""Takes a state (batch, hidden), what is known before a step, and its number, returns
the step (batch, cells)."""

_CHOICES = {
    **{"outputs": tuple(CLASSIFIERS), "plane": VIEWS, "start": STARTS},
    "representation": ("roll", "tokens"),
    "body": ("gru", "steps", "transformer"),
}
_MAYBE_NONE = ("intervals", "heads", "phrases")


@dataclass(frozen=True)
class NetworkConfig:
    """The network's sizes and what it reads; the defaults are the report's.

    `outputs` names the classifier, `plane` (see `PianoRoll.plane`) and
    `steps_per_quarter` the roll it reads, `context` the steps it looks back on, and
    `start` where the decoder's hidden state comes from: the encoder ("guided"), zeros
    or noise ("random"). `intervals`: the widest, in semitones, that adds to the logits,
    and `phrases`: the steps of the longest phrase whose return does, 0 for none.
    `representation` is "roll" or "tokens" (see `Vocabulary`), which need plane "both"
    and start "zero". On tokens, `body` is a "gru", a GRU over "steps" with another
    for the tokens of a step, or a "transformer", and `heads` are those of its
    attention, 0 for none, which sees `context` steps back.
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
    intervals: int = 0
    phrases: int = 0
    representation: str = "roll"
    body: str = "gru"
    heads: int = 0

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type is int:
                check_whole(each.name, value, least=int(each.name not in _MAYBE_NONE))
            elif each.type is float:
                value = check_number(each.name, value)
                object.__setattr__(self, each.name, value)
                require(each.name, value, 0 <= value < 1, "in [0, 1)")
        if self.representation == "tokens":
            require_all(self, {"plane": "both", "start": "zero"}, "for tokens")
            even = self.heads == 0 or self.hidden % (4 * self.heads) == 0
            require("hidden", self.hidden, even, "a multiple of four times the heads")
        else:
            require_all(self, {"body": "gru", "heads": 0}, "for rolls")
        if "voices" in (self.plane, self.outputs):
            wanted = {"plane": "voices", "outputs": "voices", "start": "zero"}
            require_all(self, wanted, "for voices")
            require("phrases", self.phrases, self.phrases > 0, "above 0 for voices")

    @property
    def planes(self) -> int:
        """How many cells a key has at each step."""
        return {"both": 2, "voices": VOICES}.get(self.plane, 1)

    @property
    def cells(self) -> int:
        """How many values a step has, in and out."""
        return self.keys * self.planes


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
        self.gru = _gru(config, embedded=config.plane == "voices")
        self.embedding = nn.Identity()
        if config.plane == "voices":
            sizes = config.cells + MARKS, config.hidden
            self.embedding = nn.Linear(*sizes, bias=False)
            nn.init.normal_(self.embedding.weight, std=0.3)

    def forward(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (batch, steps, hidden) and the last hidden state.

        `inputs`: (batch, steps, keys), each the step before the one to predict, of
        voices with its marks; `hidden`: (layers, batch, hidden).
        """
        return self.gru(self.embedding(inputs), hidden)


class DeepMusician(nn.Module):
    """The whole network; the defaults are the report's 5,155,160 parameters."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        sizes = config.hidden, config.keys, config.classifier_hidden
        options = config.classifier_dropout, config.planes, config.intervals
        options = *options, config.phrases
        self.classifier = CLASSIFIERS[config.outputs](*sizes, *options)

    @property
    def parameter_count(self) -> int:
        """Return how many numbers training adjusts; not those of an unread encoder."""
        is_read = self.config.start == "guided"
        parts = [self.decoder, self.classifier, *[self.encoder] * is_read]
        return sum(each.numel() for part in parts for each in part.parameters())

    def set_output_bias(
        self, density: float | Tensor, calibration: Calibration = IDENTITY
    ) -> None:
        """Put the logit that stands for the density on the last layer's bias.

        `density`: the share of steps with an onset, one number or one per cell. A
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
        noise: float = 0.0,
    ) -> Tensor:
        """Return the logits (batch, steps, cells) of the target's cells.

        `context`, `target`: (batch, steps, cells) of 0 and 1. The decoder reads SOS
        (an all-zero step; for both planes the context's last step, whose keys may be
        held on), then the target's steps but the last, each of them with probability
        `noise` another of the batch. Holds that cannot be have the logit `EXCLUDED`.
        With `teacher_forcing` below 1 a step that is read is, with probability
        1 - teacher_forcing, one that the network itself has drawn (scheduled sampling,
        Bengio et al. 2015); the decoder then goes step by step, which is slow.
        `generator` draws those steps and a random start; `calibrate` says what the
        logits that they are drawn from stand for.
        """
        target = target.to(self._dtype)
        hidden = self.start_hidden(context, generator)
        first = self.first_input(context)
        before = torch.cat([first.unsqueeze(1), target[:, :-1]], dim=1)
        if teacher_forcing >= 1:
            past = self.past(before, context, target)
            states, _ = self.read(past, hidden, noise)  # (batch, steps, hidden)
            return self._logits(states, target, past, before)
        batch, steps, cells = target.shape
        draws = torch.rand(batch, steps, 1, generator=generator).to(target.device)
        forced = draws < teacher_forcing

        def choose(state: Tensor, past: Past, step: int) -> Tensor:
            uniforms = torch.rand(batch, cells, generator=generator).to(target.device)
            own = self.classifier.sample(state, uniforms, 1.0, calibrate, past)
            return torch.where(forced[:, step], target[:, step], own)

        states, read, _ = self.walk(first, hidden, steps, choose, context)
        inputs = torch.cat([first.unsqueeze(1), read[:, :-1]], dim=1)
        past = self.past(inputs, context, read)
        return self._logits(states, target, past, before)

    def first_input(self, context: Tensor) -> Tensor:
        """Return what the decoder reads first, (batch, cells); see `forward`."""
        return context[:, -1].to(self._dtype) * (self.config.planes == 2)

    def past(self, before: Tensor, context: Tensor, target: Tensor) -> Past:
        """Return what is known before each of the target's steps, `before` among it."""
        if not self.config.phrases:
            return Past(before)
        steps, count = torch.cat([context.to(self._dtype), target], 1), target.shape[1]
        past = Past(before, *recall(steps, count, self.config.phrases))
        if self.config.plane == "voices":
            past = past._replace(marks=marks_of(steps, past.recalled))
        return past

    def _logits(
        self, states: Tensor, target: Tensor, past: Past, before: Tensor
    ) -> Tensor:
        """Return the logits of the target after what was read and what was there."""
        logits = self.classifier(states, target, past).to(self._dtype)
        if self.config.planes != 2:
            return logits
        return logits.masked_fill(~possible_cells(before, target), EXCLUDED)

    def read(
        self, past: Past, hidden: Tensor, noise: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return the decoder's states after each step before, and its last state.

        `noise`: the share of steps that are others of the batch to the decoder.
        """
        inputs = past.before
        if past.marks is not None:
            inputs = torch.cat([inputs, past.marks], dim=-1)
        return self.decoder(disturbed(inputs, noise) if noise else inputs, hidden)

    def walk(
        self, first: Tensor, hidden: Tensor, steps: int, choose: Choice, played: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the decoder's states, the steps chosen and the last hidden state.

        The decoder reads `first` (batch, cells), then each step that `choose` returns;
        `played`: (batch, steps, cells), all before them. The states are (batch, steps,
        hidden), the steps chosen (batch, steps, cells); `hidden`: (layers, batch,
        hidden).
        """
        states, chosen, last = [], [], first
        for step in range(steps):
            past = self.past(last[:, None], played, torch.zeros_like(last[:, None]))
            state, hidden = self.read(past, hidden)
            last = choose(state[:, 0], past.at(0), step)
            states.append(state)  # (batch, 1, hidden)
            chosen.append(last)
            if self.config.phrases:
                played = torch.cat([played, last[:, None]], dim=1)
        return torch.cat(states, dim=1), torch.stack(chosen, dim=1), hidden

    @property
    def _dtype(self) -> torch.dtype:
        return self.classifier.output.weight.dtype


def disturbed(steps: Tensor, share: float) -> Tensor:
    """Return steps (batch, steps, cells), a share of them any others of the batch."""
    flat = steps.flatten(0, 1)
    others = torch.randint(len(flat), (len(flat),), device=flat.device)
    chosen = torch.rand(len(flat), 1, device=flat.device) < share
    return torch.where(chosen, flat[others], flat).view_as(steps)


def _gru(config: NetworkConfig, embedded: bool = False) -> FusedGRU:
    """Return one stack of GRU layers; a single layer has no place for dropout.

    PyTorch draws all weights within 1 / sqrt(hidden), for inputs that all carry a
    signal. Of a step's 88 keys about one has an onset, so the music would come in
    faint, and the first hundred updates would go into turning it up. Input weights
    within [-1, 1] let it in at full size, unless it comes as an embedding.
    """
    dropout = config.dropout if config.layers > 1 else 0.0
    inputs = config.hidden if embedded else config.cells
    sizes = inputs, config.hidden, config.layers
    gru = FusedGRU(*sizes, batch_first=True, dropout=dropout)
    if not embedded:
        nn.init.uniform_(gru.weight_ih_l0, -1, 1)
    return gru
