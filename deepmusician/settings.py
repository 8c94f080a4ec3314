"""The settings of a training run: all that decides its result, checked when made.

Chapter: training.
"""

import json
import math
from dataclasses import asdict, dataclass, fields

from deepmusician.calibration import Calibration
from deepmusician.losses import check_focal
from deepmusician.model import NetworkConfig
from deepmusician.objective import calibration_of
from deepmusician.windows import MOST_SHIFT

_LOSSES = ("bce", "focal")
_POSITIVE_WHOLE = (
    *("steps_per_quarter", "hidden", "layers", "classifier_hidden"),
    *("context", "batch", "epochs", "windows_per_epoch", "patience"),
)
_WHOLE_FROM_ZERO = ("transpose", "listen_every", "seed")
_POSITIVE = ("learning_rate", "clip", "pos_weight", "loss_scale")
_SHARES = (
    *("dropout", "classifier_dropout", "warm_up", "settle"),
    *("teacher_forcing", "opening"),
)
_NETWORK = [field.name for field in fields(NetworkConfig) if field.name != "keys"]


@dataclass(frozen=True)
class TrainConfig:
    """What to train on, which network, and how. The defaults are the report's network.

    Raises ValueError, naming the setting, for a value that makes no sense.

    Attributes:
        corpus: a name that `corpus_names()` gives, or a folder of music files.
        steps_per_quarter, plane: the grid, and which of a roll's planes is learnt.
        hidden, layers, dropout: of both GRUs.
        classifier_hidden, classifier_dropout: of the layer before the 88 logits.
        outputs: "independent" (the report's) or "dependent" (a key sees those below).
        start: what the decoder starts from: "guided" by the encoder, "zero", "random".
        context: steps the network looks back on; a window's target is as long.
        loss: "bce" or "focal"; alpha and gamma belong to "focal" (see `focal_loss`).
        pos_weight: how often a touch counts in "bce".
        logit_adjustment: added to every logit in the loss, so that the network need
            not learn it: ln(share / (1 - share)) of the cells touched leaves it only
            what the music says beyond that (Menon et al. 2021).
        loss_scale: multiplies the loss that is differentiated, not the one reported.
        batch: windows an update. epochs: at most. windows_per_epoch: drawn anew.
        learning_rate, weight_decay: AdamW's. warm_up: the share of all updates in
            which the rate rises from 0, before it falls as a cosine to 0.
        settle: the share of the epochs, the last ones, taught without dropout. Rare
            touches judged through dropout's noise look likelier than without it, so
            a network that stopped there would play too few.
        clip: the largest norm of the gradient.
        patience: epochs without a better validation NLL before training stops early.
        teacher_forcing: chance that the decoder reads the true step, not its own.
        transpose: windows move by up to so many semitones.
        opening: share of windows that begin their piece, after silence.
        density_bias: whether the calibrated logits start at each key's density in the
            corpus: at the best that the loss allows before any music is heard.
        listen_every: epochs between two looks at free running; 0 never looks.
        seed: of weights, windows, dropout.
    """

    corpus: str = "bach-chorales"
    steps_per_quarter: int = 4
    plane: str = "onsets"
    hidden: int = 512
    layers: int = 2
    dropout: float = 0.2
    classifier_hidden: int = 256
    classifier_dropout: float = 0.5
    outputs: str = "independent"
    start: str = "guided"
    context: int = 96
    loss: str = "bce"
    alpha: float | None = None
    gamma: float = 2.0
    pos_weight: float = 1.0
    logit_adjustment: float = 0.0
    loss_scale: float = 1.0
    batch: int = 32
    epochs: int = 30
    windows_per_epoch: int = 1024
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.05
    settle: float = 0.2
    clip: float = 1.0
    patience: int = 8
    teacher_forcing: float = 1.0
    transpose: int = MOST_SHIFT
    opening: float = 0.25
    density_bias: bool = True
    listen_every: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "corpus", str(self.corpus))
        for name in _POSITIVE_WHOLE:
            self._whole(name, least=1, said="a positive whole number")
        for name in _WHOLE_FROM_ZERO:
            self._whole(name, least=0, said="a whole number from 0 up")
        for name in _POSITIVE:
            self._number(name, lambda x: 0 < x < float("inf"), "a positive number")
        for name in _SHARES:
            self._number(name, lambda x: 0 <= x <= 1, "between 0 and 1")
        self._number("weight_decay", lambda x: 0 <= x < 1, "from 0 to below 1")
        most = f"at most {MOST_SHIFT} semitones"
        _require("transpose", self.transpose, self.transpose <= MOST_SHIFT, most)
        self._check_loss()
        _ = self.network  # which checks its own part

    def _whole(self, name: str, least: int, said: str) -> None:
        """Raise ValueError unless a setting is a whole number, `least` or more."""
        value = getattr(self, name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        _require(name, value, whole and value >= least, said)

    def _number(self, name: str, fits: object, said: str) -> None:
        """Raise ValueError unless a setting is a number that fits; keep a float."""
        value = getattr(self, name)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        _require(name, value, number and fits(value), said)
        object.__setattr__(self, name, float(value))

    def _check_loss(self) -> None:
        """Raise ValueError unless the settings of the loss suit it."""
        said = "one of " + ", ".join(_LOSSES)
        _require("loss", self.loss, self.loss in _LOSSES, said)
        self._number("gamma", lambda x: True, "a number")
        self._number("logit_adjustment", math.isfinite, "a finite number")
        plain = self.loss == "bce" or self.pos_weight == 1
        _require("pos_weight", self.pos_weight, plain, "1 unless loss='bce'")
        if self.alpha is not None:
            self._number("alpha", lambda x: True, "a number, or None")
            _require(
                "alpha", self.alpha, self.loss == "focal", "None unless loss='focal'"
            )
        check_focal(self.alpha, self.gamma)
        both = "inside (0, 1), or the loss forgets touches or silence"
        _require("alpha", self.alpha, self.alpha not in (0, 1), both)

    @property
    def network(self) -> NetworkConfig:
        """The network's part of the settings."""
        return NetworkConfig(**{name: getattr(self, name) for name in _NETWORK})

    @property
    def calibration(self) -> Calibration:
        """What turns the logits that this loss teaches into those of the truth."""
        return calibration_of(self)

    def to_json(self) -> str:
        """Return the settings as one JSON object."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Return the settings that `to_json` wrote. ValueError for anything else."""
        told = json.loads(text)
        known = {field.name for field in fields(cls)}
        if not isinstance(told, dict) or set(told) - known:
            unknown = sorted(set(told) - known) if isinstance(told, dict) else told
            raise ValueError(f"these are no training settings: {unknown}")
        return cls(**told)


def _require(name: str, value: object, fits: bool, said: str) -> None:
    """Raise ValueError, naming the setting, unless its value fits."""
    if not fits:
        raise ValueError(f"{name} must be {said}, not {value!r}")
