"""A trained network as one small file of the safetensors format, for a page to carry.

A bias is float32. Of a weight each row has a unit of its own, and all are whole
numbers of it: w = u n, with n from -32767 to 32767 (int16) and u = max |w| / 32767
(float32), the tensor `<name>.unit`. The one text in the header's metadata is JSON:
`config`, the network's sizes, `about`, what is known of it, and `edition`, so that an
older program refuses a file that it would misread. Edition 1, which does not say so,
had no networks of both planes, no intervals, and an encoder in every network; now one
that no network's start needs is left out, and read as zeros.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from deepmusician.files import atomic_write, from_json, to_json
from deepmusician.model import Calibration, DeepMusician, NetworkConfig
from deepmusician.music import DEFAULT_TEMPO
from deepmusician.training.run import Run

METADATA = "deepmusician"
UNIT = ".unit"
EDITION = 2
_ENCODER = "encoder."
_LARGEST = 32767  # of 16 bits, the same on both sides of zero


class ExportError(ValueError):
    """A file that holds no network, or a damaged one; the message names it."""


@dataclass(frozen=True, eq=False)
class ExportedNetwork:
    """A network as a file holds it.

    Attributes:
        model: with the weights that the file's numbers stand for, in evaluation mode.
        about: name, run, corpus, seed, tempo, calibration, density_threshold, and the
            `measures` of the run that was exported, before its weights were rounded.
    """

    model: DeepMusician
    about: dict

    @property
    def calibration(self) -> Calibration:
        """What turns the model's logits into those of probabilities."""
        return Calibration(**self.about["calibration"])

    @property
    def metrics(self) -> dict:
        """The run's measures, so that a file composes as its run does."""
        return self.about["measures"]


def export_run(run: Run, path: str | Path, name: str = "") -> Path:
    """Write a run's network as one small file, whole or not at all; return its path.

    `name`: what the file says it is called; by default the run's id. Raises
    ExportError for a network on tokens, where nothing can be written, or where a weight
    is not a finite number.
    """
    if run.model.config.representation == "tokens" or run.model.config.phrases:
        cause = "writes tokens, or recalls phrases, which the page does not play"
        raise ExportError(f"{run.id}: {cause}. Export a network on rolls without them.")
    path, tensors, masks = Path(path), {}, dict(run.model.named_buffers())
    config = run.model.config
    for key, parameter in run.model.named_parameters():
        if config.start != "guided" and key.startswith(_ENCODER):
            continue
        values = parameter.detach().cpu().numpy()
        if not np.isfinite(values).all():
            raise ExportError(f"{key}: a weight is not a finite number")
        mask = masks.get(key.removesuffix("weight") + "mask")
        if mask is not None:
            values = values * mask.cpu().numpy()
        if values.ndim == 1:
            tensors[key] = values
        else:
            tensors[key], tensors[key + UNIT] = quantise(values)
    about = _about(run, name or run.id)
    header = {"edition": EDITION, "config": asdict(config), "about": about}
    content = save(tensors, {METADATA: to_json(header)})
    try:
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def read_export(path: str | Path) -> ExportedNetwork:
    """Return the network in a file that `export_run` wrote.

    Raises ExportError, naming the file, when it is missing, foreign or damaged.
    """
    try:
        return parse_export(Path(path).read_bytes())
    except OSError as error:
        raise ExportError(f"{path}: cannot be read ({error.strerror})") from error
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error


def parse_export(content: bytes) -> ExportedNetwork:
    """Return the network in a file's bytes. Raises ExportError; see `read_export`."""
    try:
        tensors = load(content)  # which checks the header, and where the tensors lie
        length = int.from_bytes(content[:8], "little")
        text = json.loads(content[8:][:length])["__metadata__"][METADATA]
        header, about = json.loads(text), from_json(text)["about"]
    except (SafetensorError, LookupError, ValueError) as error:
        raise ExportError(
            f"holds no network, or not a whole one ({error}). "
            "`deepmusician export` writes files that do."
        ) from error
    if (edition := header.get("edition", 1)) > EDITION:
        raise ExportError(
            f"is of edition {edition}, and this program reads up to {EDITION}: "
            "install a newer deepmusician"
        )
    try:
        about["calibration"] = header["about"]["calibration"]  # None is no number here
        config = NetworkConfig(**header["config"])
        with torch.random.fork_rng():  # new weights draw; they are replaced
            model = DeepMusician(config).eval()
        weights = {
            name: torch.from_numpy(_exact(values, tensors.get(name + UNIT)))
            for name, values in tensors.items()
            if not name.endswith(UNIT)
        }
        if config.start != "guided":
            for name, values in model.encoder.state_dict(prefix=_ENCODER).items():
                weights.setdefault(name, torch.zeros_like(values))
        model.load_state_dict(weights)
        return ExportedNetwork(model, about)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ExportError(f"the header fits no network ({error})") from error


def quantise(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a weight (rows, columns) as whole numbers (int16), and the rows' units.

    The units are (rows,), float32. No weight moves by more than half a unit.
    """
    units = (np.abs(weight).max(axis=1) / _LARGEST).astype(np.float32)
    divisors = np.where(units > 0, units, 1).astype(np.float64)
    numbers = np.rint(weight / divisors[:, None]).clip(-_LARGEST, _LARGEST)
    return numbers.astype(np.int16), units


def _exact(values: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    """Return what a tensor of the file stands for, as float32."""
    if units is None:
        return values
    return (values * units.astype(np.float64)[:, None]).astype(np.float32)


def _about(run: Run, name: str) -> Mapping:
    """Return what a file says about its run beside the network's sizes."""
    threshold = run.metrics.get("valid", {}).get("density_threshold", math.nan)
    return {
        "name": name,
        "run": run.id,
        "corpus": Path(run.config.corpus).name,
        "seed": run.config.seed,
        "tempo": DEFAULT_TEMPO,
        "calibration": asdict(run.calibration),
        "density_threshold": threshold,
        "measures": run.metrics,
    }
