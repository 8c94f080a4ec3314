"""The settings of a training run: all that decides its result, checked when made."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import product
from typing import NamedTuple

from torch import Tensor

from deepmusician.corpora import MOST_SHIFT
from deepmusician.model import (
    Calibration,
    NetworkConfig,
    bce_loss,
    check_choice,
    check_focal,
    check_number,
    check_positive,
    check_whole,
    focal_loss,
    require,
    require_all,
)
from deepmusician.training.optimizers import OPTIMIZERS

_WHOLE = {
    **dict.fromkeys(("batch", "epochs", "windows_per_epoch", "patience"), 1),
    **dict.fromkeys(("transpose", "listen_every", "seed"), 0),
}
_POSITIVE = ("learning_rate", "clip", "pos_weight", "loss_scale")
_BOUNDS = {
    **dict.fromkeys(
        ("warm_up", "settle", "teacher_forcing", "noise", "opening"), (0, 1)
    ),
    **{"weight_decay": (0,), "gamma": (0,), "logit_adjustment": (), "alpha": ()},
    "average": (0,),
}
_FOR_TOKENS = {
    **{"loss": "bce", "pos_weight": 1.0, "logit_adjustment": 0.0},
    "teacher_forcing": 1.0,
}
_NETWORK = {each.name for each in fields(NetworkConfig)}


@dataclass(frozen=True)
class TrainConfig:
    """What to train on, which network, and how. The defaults are the report's network.

    Raises ValueError, naming the setting, for a value that makes no sense.

    Attributes:
        corpus: a name in `CATALOGUE`, or a folder of music files.
        network: its sizes, its outputs, and the grid and plane that it reads.
        loss: "bce" or "focal"; alpha and gamma belong to "focal" (see `focal_loss`).
            Tokens are learnt by their cross-entropy, which "bce" then stands for.
        pos_weight: how often an onset counts in "bce".
        logit_adjustment: added to every logit in the loss, so that the network need
            not learn it: ln(share / (1 - share)) of the cells with an onset leaves it
            only what the music says beyond that (Menon et al. 2021).
        loss_scale: multiplies the loss that is differentiated, not the one reported.
        batch: windows per update. epochs: at most. windows_per_epoch: drawn anew.
        optimizer: "adamw", or "muon" for weight matrices, with AdamW for the rest.
        learning_rate, weight_decay: the optimizer's. warm_up: the share of all updates
            in which the rate rises from 0, before it falls as a cosine to 0.
        settle: the share of the epochs, the last ones, without dropout and noise. Rare
            onsets predicted through dropout's noise look likelier than without it, so
            a network that stopped there would play too few.
        clip: the largest norm of the gradient.
        average: the decay per update of an exponential mean of the weights, which is
            then measured and kept (Polyak and Juditsky 1992); 0 keeps the weights.
        patience: epochs without a better validation NLL before training stops early.
        teacher_forcing: probability that the decoder reads the true step, not its own.
        noise: share of the decoder's inputs that are a step from elsewhere, so that it
            learns to go on after what it did not expect.
        transpose: windows move by up to so many semitones.
        opening: share of windows that begin their piece, after silence.
        density_bias: whether the calibrated logits start at each key's density in the
            corpus: the best that the loss allows before any music is read.
        precision: of the products in training: "float32", "bfloat16", or "auto", which
            is bfloat16 where the machine has it in hardware; `fit` finds out.
        listen_every: epochs between two looks at free running; 0 never looks.
        seed: of weights, windows, dropout.
    """

    corpus: str = "bach-chorales"
    network: NetworkConfig = field(default_factory=NetworkConfig)
    loss: str = "bce"
    alpha: float | None = None
    gamma: float = 2.0
    pos_weight: float = 1.0
    logit_adjustment: float = 0.0
    loss_scale: float = 1.0
    batch: int = 32
    epochs: int = 30
    windows_per_epoch: int = 1024
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.05
    settle: float = 0.2
    clip: float = 1.0
    average: float = 0.0
    patience: int = 8
    teacher_forcing: float = 1.0
    noise: float = 0.0
    transpose: int = MOST_SHIFT
    opening: float = 0.25
    density_bias: bool = True
    precision: str = "auto"
    listen_every: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        exact: dict[str, object] = {"corpus": str(self.corpus)}
        for name, least in _WHOLE.items():
            check_whole(name, getattr(self, name), least)
        for name in _POSITIVE:
            exact[name] = check_positive(name, getattr(self, name))
        for name, bounds in _BOUNDS.items():
            if (value := getattr(self, name)) is not None:
                exact[name] = check_number(name, value, *bounds)
        for name, value in exact.items():
            object.__setattr__(self, name, value)
        for name in ("weight_decay", "average"):
            share = getattr(self, name)
            require(name, share, share < 1, "from 0 to below 1")
        most = f"at most {MOST_SHIFT} semitones"
        require("transpose", self.transpose, self.transpose <= MOST_SHIFT, most)
        check_choice("loss", self.loss, ("bce", "focal"))
        check_choice("precision", self.precision, ("auto", "float32", "bfloat16"))
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        plain = self.loss == "bce" or self.pos_weight == 1
        require("pos_weight", self.pos_weight, plain, "1 unless loss='bce'")
        focal = self.loss == "focal" or self.alpha is None
        require("alpha", self.alpha, focal, "None unless loss='focal'")
        check_focal(self.alpha, self.gamma)
        if self.network.representation == "tokens":
            require_all(self, _FOR_TOKENS, "for tokens")
        both = "inside (0, 1), or the loss forgets onsets or silence"
        require("alpha", self.alpha, self.alpha not in (0, 1), both)

    @property
    def calibration(self) -> Calibration:
        """What turns logits trained with this loss into calibrated ones."""
        return calibration_of(self)

    def but(self, **changes: object) -> "TrainConfig":
        """Return these settings with others; the network's go by their own names."""
        own = {name: changes.pop(name) for name in _NETWORK & set(changes)}
        network = replace(changes.pop("network", self.network), **own)
        return replace(self, network=network, **changes)

    def changed(self) -> dict:
        """Return the settings that are not at their defaults, by name.

        A setting that is added later changes nothing here while it is at its default.
        """
        default = _flat(asdict(TrainConfig()))
        mine = _flat(asdict(self)).items()
        return {name: value for name, value in mine if value != default[name]}

    def to_json(self) -> str:
        """Return the settings as one JSON object."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_dict(cls, settings: object) -> "TrainConfig":
        """Return the settings that `asdict` gave, or that a record has.

        Those of the network may stand beside the others; what is missing is at its
        default. Raises ValueError for anything else.
        """
        if not isinstance(settings, Mapping):
            raise ValueError(f"these are no training settings: {settings}")
        flat = _flat(settings)
        known = _NETWORK | {each.name for each in fields(cls)}
        if unknown := sorted(set(flat) - known):
            raise ValueError(f"these are no training settings: {unknown}")
        return cls().but(**flat)

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Return the settings that `to_json` wrote. ValueError for anything else."""
        return cls.from_dict(json.loads(text))


def _flat(settings: Mapping) -> dict:
    """Return settings with the network's beside the others."""
    beside = dict(settings)
    return dict(beside.pop("network", {})) | beside


def objective(config: TrainConfig, logits: Tensor, target: Tensor) -> Tensor:
    """Return the loss that the settings ask for, in nats per step (a scalar).

    `logits` and `target`: (steps, keys). Before `loss_scale`, so that what is
    reported can be compared; only what is differentiated is multiplied.
    """
    keys, logits = target.shape[-1], logits + config.logit_adjustment
    if config.loss == "bce":
        return bce_loss(logits, target, pos_weight=config.pos_weight) * keys
    return focal_loss(logits, target, config.alpha, config.gamma) * keys


def calibration_of(config: TrainConfig) -> Calibration:
    """Return the map from logits trained with `objective` to calibrated ones.

    A weight w on the onsets raises the log-odds learnt by ln w; an adjustment is
    a part of the logit that the network itself is spared.
    """
    if config.loss == "bce":
        shift = config.logit_adjustment - math.log(config.pos_weight)
        return Calibration(shift=shift)
    return Calibration(config.alpha, config.gamma, config.logit_adjustment)


class Cell(NamedTuple):
    """Where a run stands in a sweep."""

    alpha: float
    gamma: float
    seed: int

    def __str__(self) -> str:
        return f"alpha {self.alpha:g}, gamma {self.gamma:g}, seed {self.seed}"

    def config(self, base: TrainConfig) -> TrainConfig:
        """Return `base` with a focal loss of this alpha and gamma, and this seed.

        At alpha 0.5 and gamma 0 focal loss is half the binary cross-entropy; that cell
        is trained with the whole of it. Raises ValueError for values out of range.
        """
        if (self.alpha, self.gamma) == (0.5, 0):
            return base.but(loss="bce", alpha=None, gamma=0.0, seed=self.seed)
        return base.but(loss="focal", **self._asdict())


def cell_of(config: TrainConfig) -> Cell:
    """Return the cell that a run's settings belong to; without alpha, 0.5."""
    if config.loss == "bce":
        return Cell(0.5, 0.0, config.seed)
    alpha = 0.5 if config.alpha is None else config.alpha
    return Cell(alpha, config.gamma, config.seed)


def sweep_cells(
    alphas: Iterable[float], gammas: Iterable[float], seeds: Iterable[int]
) -> list[Cell]:
    """Return every cell once, a whole grid of one seed before the next seed.

    Raises ValueError when one of the three is empty or names a value twice.
    """
    axes = {
        "seeds": list(seeds),
        "alphas": [float(alpha) for alpha in alphas],
        "gammas": [float(gamma) for gamma in gammas],
    }
    for name, values in axes.items():
        if not values or len(set(values)) < len(values):
            raise ValueError(f"{name} must be different values, not {values}")
    return [Cell(alpha, gamma, seed) for seed, alpha, gamma in product(*axes.values())]
