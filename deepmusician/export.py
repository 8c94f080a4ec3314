"""A trained network as one small file, which a page can carry (the composer's page).

    8 bytes    who made it
    4 and 4    version, and length of the header (little-endian, as all numbers here)
    header     JSON: `config`, `about`, and where each of the `tensors` begins
    payload    the tensors, each from a multiple of 4 bytes on
    32 bytes   SHA-256 of all that stands before

A bias is float32. A weight is a float32 scale a row, then an int8 a number; 8 bits
alone would move logits by 0.6, so a few bits more follow (`bits_of`, `quantising`).
What a mask makes zero is left out: a row holds its first `kept` numbers.
"""

import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from deepmusician.cache import atomic_write
from deepmusician.calibration import Calibration
from deepmusician.evaluation import from_json, to_json
from deepmusician.model import DeepMusician, NetworkConfig
from deepmusician.notes import DEFAULT_TEMPO
from deepmusician.quantising import Rows, pack, quantise, restore, unpack
from deepmusician.training import Run

MAGIC = b"DeepMus\n"
VERSION = 1
_HEAD = struct.Struct("<8sII")
_SUM = hashlib.sha256().digest_size
_ALIGNED = 4
_EXACT = 32


class ExportError(ValueError):
    """A file that holds no network, or a damaged one; the message names it."""


@dataclass(frozen=True, eq=False)
class Exported:
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
    ExportError where nothing can be written, or a weight is not a finite number.
    """
    path = Path(path)
    about = _about(run, name or run.id)
    content = _bytes(run.model, about)
    try:
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written ({error.strerror})") from error
    return path


def read_export(path: str | Path) -> Exported:
    """Return the network in a file that `export_run` wrote.

    Raises ExportError, naming the file, when it is missing, foreign or damaged.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ExportError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return parse(content)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error


def parse(content: bytes) -> Exported:
    """Return the network in a file's bytes. Raises ExportError; see `read_export`."""
    header, payload = _open(content)
    try:
        config = NetworkConfig(**header["config"])
        with torch.random.fork_rng():  # new weights draw; they are replaced
            model = DeepMusician(config).eval()
        tensors = {
            told["name"]: torch.from_numpy(_read(told, payload))
            for told in header["tensors"]
        }
        model.load_state_dict(tensors)
        about = from_json(json.dumps(header["about"]))
        about["calibration"] = header["about"]["calibration"]  # None is no number here
        return Exported(model, about)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ExportError(f"the header fits no network ({error})") from error


def bits_of(name: str, shape: Sequence[int], keys: int) -> int:
    """Return how many bits a weight needs, so that no logit moves by 0.05.

    Measured on the concert run, after 16 openings, 64 steps each: 8 bits everywhere
    move one by 0.58, these by 0.02, with two fewer for each by 0.07. What the encoder
    makes of its 96 steps fades within the decoder's first few, so that less will do;
    but not of what reads the keys.
    """
    return 11 if name.startswith("encoder.") and keys not in shape else 13


# --- writing


def _about(run: Run, name: str) -> dict:
    """Return what a file tells of its run beside the network's sizes."""
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


def _bytes(model: DeepMusician, about: Mapping) -> bytes:
    """Return a network's file."""
    tensors, payload = [], bytearray()
    for told, content in _tensors(model):
        tensors.append(told | {"offset": len(payload)})
        payload += content + bytes(-len(content) % _ALIGNED)
    header = {"config": asdict(model.config), "about": about, "tensors": tensors}
    text = json.dumps(json.loads(to_json(header)), separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNED)
    content = _HEAD.pack(MAGIC, VERSION, len(text)) + text + payload
    return content + hashlib.sha256(content).digest()


def _tensors(model: DeepMusician) -> Iterator[tuple[dict, bytes]]:
    """Yield what the header tells of each tensor, and its bytes."""
    masks = dict(model.named_buffers())
    for name, parameter in model.named_parameters():
        values = parameter.detach().cpu().numpy()
        told: dict[str, Any] = {"name": name, "shape": list(values.shape)}
        if values.ndim == 1:
            yield told | {"bits": _EXACT}, values.astype("<f4").tobytes()
            continue
        mask = masks.get(name.removesuffix("weight") + "mask")
        kept = np.full(len(values), values.shape[1])
        if mask is not None:
            kept = _kept(mask.cpu().numpy())
            told["kept"] = kept.tolist()
        bits = bits_of(name, values.shape, model.config.keys)
        try:
            rows = quantise(values, kept, bits)
        except ValueError as error:
            raise ExportError(f"{name}: {error}") from error
        content = rows.scales.astype("<f4").tobytes() + pack(rows.numbers, bits)
        yield told | {"bits": bits}, content


def _kept(mask: np.ndarray) -> np.ndarray:
    """Return how many of a row's first weights count; all later ones do not."""
    kept = mask.sum(axis=1)
    if not np.array_equal(mask, np.arange(mask.shape[1]) < kept[:, None]):
        raise ExportError("a mask leaves gaps, which this file cannot tell")
    return kept


# --- reading


def _open(content: bytes) -> tuple[dict, bytes]:
    """Return header and payload of a file that is whole."""
    if content[: len(MAGIC)] != MAGIC or len(content) < _HEAD.size + _SUM:
        raise ExportError(
            "holds no network. `deepmusician export` writes files that do."
        )
    _, version, length = _HEAD.unpack_from(content)
    if version != VERSION:
        raise ExportError(f"is of version {version}; this package reads {VERSION}")
    if hashlib.sha256(content[:-_SUM]).digest() != content[-_SUM:]:
        raise ExportError("is damaged or cut off: its checksum differs. Export again.")
    text, payload = content[_HEAD.size :][:length], content[_HEAD.size + length : -_SUM]
    try:
        return json.loads(text), payload
    except ValueError as error:
        raise ExportError(f"the header is no JSON ({error})") from error


def _read(told: Mapping, payload: bytes) -> np.ndarray:
    """Return one tensor as float32; ValueError where the payload ends before it."""
    shape, bits, content = told["shape"], told["bits"], payload[told["offset"] :]
    if bits == _EXACT:
        return np.frombuffer(content, "<f4", math.prod(shape)).reshape(shape).copy()
    rows, columns = shape
    kept = np.array(told.get("kept", [columns] * rows))
    scales = np.frombuffer(content, "<f4", rows)
    numbers = unpack(content[scales.nbytes :], int(kept.sum()), bits)
    return restore(Rows(scales, numbers), kept, columns, bits)
