"""A trained network as one small file, which a page can carry.

    8 bytes    who made it
    4 and 4    version, and length of the header (little-endian, as all numbers here)
    header     JSON: `config`, `about`, and where each of the `tensors` begins
    payload    the tensors, each from a multiple of 4 bytes on
    32 bytes   SHA-256 of all that stands before

A bias is float32. A weight is a whole number of a unit that its row has for itself:
w = u n, with n from -m to m, m = 127 times 2^(bits - 8) and u = max |w| / m. Its bytes
are a float32 scale per row, then an int8 per number, its first 8 bits, and after all of
those the others, packed (`bits_of` says how many). What a mask makes zero is left out:
a row holds its first `kept` numbers.
"""

import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from deepmusician.files import atomic_write, from_json, to_json
from deepmusician.model import Calibration, DeepMusician, NetworkConfig
from deepmusician.music import DEFAULT_TEMPO
from deepmusician.training.run import Run

MAGIC = b"DeepMus\n"
VERSION = 1
_HEAD = struct.Struct("<8sII")
_SUM = hashlib.sha256().digest_size
_ALIGNED = 4
_EXACT = 32
COARSE = 8
_LARGEST = 127  # of 8 bits, the same on both sides of zero


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
    ExportError where nothing can be written, or a weight is not a finite number.
    """
    path = Path(path)
    content = _bytes(run.model, _about(run, name or run.id))
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
    header, payload = _open(content)
    try:
        config = NetworkConfig(**header["config"])
        with torch.random.fork_rng():  # new weights draw; they are replaced
            model = DeepMusician(config).eval()
        tensors = {
            entry["name"]: torch.from_numpy(_read(entry, payload))
            for entry in header["tensors"]
        }
        model.load_state_dict(tensors)
        about = from_json(json.dumps(header["about"]))
        about["calibration"] = header["about"]["calibration"]  # None is no number here
        return ExportedNetwork(model, about)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ExportError(f"the header fits no network ({error})") from error


def bits_of(name: str, shape: Sequence[int], keys: int) -> int:
    """Return how many bits a weight needs, so that no logit moves by 0.05.

    Measured on the composer's network, after 16 openings, 64 steps each: 8 bits
    everywhere move one by 0.58, these by 0.02, with two fewer for each by 0.07. What
    the encoder makes of its 96 steps fades within the decoder's first few, so that
    less will do; but not of what reads the keys.
    """
    return 11 if name.startswith("encoder.") and keys not in shape else 13


# --- writing


def _about(run: Run, name: str) -> dict:
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


def _bytes(model: DeepMusician, about: Mapping) -> bytes:
    """Return a network's file."""
    tensors, payload = [], bytearray()
    for entry, content in _tensors(model):
        tensors.append(entry | {"offset": len(payload)})
        payload += content + bytes(-len(content) % _ALIGNED)
    header = {"config": asdict(model.config), "about": about, "tensors": tensors}
    text = json.dumps(json.loads(to_json(header)), separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNED)
    content = _HEAD.pack(MAGIC, VERSION, len(text)) + text + payload
    return content + hashlib.sha256(content).digest()


def _tensors(model: DeepMusician) -> Iterator[tuple[dict, bytes]]:
    """Yield the header's entry for each tensor, and the tensor's bytes."""
    masks = dict(model.named_buffers())
    for name, parameter in model.named_parameters():
        values = parameter.detach().cpu().numpy()
        entry: dict[str, Any] = {"name": name, "shape": list(values.shape)}
        if values.ndim == 1:
            yield entry | {"bits": _EXACT}, values.astype("<f4").tobytes()
            continue
        mask = masks.get(name.removesuffix("weight") + "mask")
        kept = np.full(len(values), values.shape[1])
        if mask is not None:
            kept = _kept(mask.cpu().numpy())
            entry["kept"] = kept.tolist()
        bits = bits_of(name, values.shape, model.config.keys)
        try:
            rows = quantise(values, kept, bits)
        except ValueError as error:
            raise ExportError(f"{name}: {error}") from error
        content = rows.scales.astype("<f4").tobytes() + pack_bits(rows.numbers, bits)
        yield entry | {"bits": bits}, content


def _kept(mask: np.ndarray) -> np.ndarray:
    """Return how many of a row's first weights count; all later ones do not."""
    kept = mask.sum(axis=1)
    if not np.array_equal(mask, np.arange(mask.shape[1]) < kept[:, None]):
        raise ExportError("a mask leaves gaps, which this file cannot hold")
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


def _read(entry: Mapping, payload: bytes) -> np.ndarray:
    """Return one tensor as float32; ValueError where the payload ends before it."""
    shape, bits, content = entry["shape"], entry["bits"], payload[entry["offset"] :]
    if bits == _EXACT:
        return np.frombuffer(content, "<f4", math.prod(shape)).reshape(shape).copy()
    rows, columns = shape
    kept = np.array(entry.get("kept", [columns] * rows))
    scales = np.frombuffer(content, "<f4", rows)
    numbers = unpack_bits(content[scales.nbytes :], int(kept.sum()), bits)
    return dequantise(QuantisedRows(scales, numbers), kept, columns, bits)


# --- whole numbers


class QuantisedRows(NamedTuple):
    """A weight's rows.

    `scales`: what 127 of the coarse numbers' units are counted in, (rows,), float32.
    `numbers`: the rows end to end, (numbers,), int16.
    """

    scales: np.ndarray
    numbers: np.ndarray


def quantise(weight: np.ndarray, kept: np.ndarray, bits: int) -> QuantisedRows:
    """Return a weight (rows, columns) as whole numbers, the first `kept` of each row.

    `kept`: (rows,). No weight moves by more than half a unit. ValueError for one that
    is not finite.
    """
    if not np.isfinite(weight).all():
        raise ValueError("a weight is not a finite number")
    inside = _inside(kept, weight.shape[1])
    weight = np.where(inside, weight, 0).astype(np.float64)
    scales = (np.abs(weight).max(axis=1) / _LARGEST).astype(np.float32)
    unit = np.where(scales > 0, scales, 1).astype(np.float64) / _parts(bits)
    most = _LARGEST * _parts(bits)
    numbers = np.rint(weight / unit[:, None]).clip(-most, most)
    return QuantisedRows(scales, numbers[inside].astype(np.int16))


def dequantise(
    rows: QuantisedRows, kept: np.ndarray, columns: int, bits: int
) -> np.ndarray:
    """Return the weight (rows, columns) that whole numbers stand for, as float32."""
    weight = np.zeros((len(kept), columns))
    weight[_inside(kept, columns)] = rows.numbers
    return (weight * (rows.scales[:, None] / _parts(bits))).astype(np.float32)


def pack_bits(numbers: np.ndarray, bits: int) -> bytes:
    """Return whole numbers as bytes: an int8 each, then what those leave, packed.

    What they leave is from 0 to 2^(bits - 8) - 1, its highest bit first; the int8 is
    the nearest there is, so that alone it is the weight of 8 bits.
    """
    half = _parts(bits) // 2
    coarse = (numbers + half) // _parts(bits)
    left = numbers + half - coarse * _parts(bits)
    places = np.arange(bits - COARSE)[::-1]
    packed = np.packbits(left[:, None] >> places & 1)  # (numbers, bits - 8) in a row
    return coarse.astype(np.int8).tobytes() + packed.tobytes()


def unpack_bits(content: bytes, count: int, bits: int) -> np.ndarray:
    """Return the `count` whole numbers (int16) that `pack_bits` made bytes of.

    ValueError where the bytes end before them.
    """
    extra = bits - COARSE
    coarse = np.frombuffer(content, np.int8, count).astype(np.int16)
    packed = np.frombuffer(content, np.uint8, -(-count * extra // 8), offset=count)
    left = np.unpackbits(packed, count=count * extra).reshape(count, extra)
    places = np.arange(extra)[::-1]
    left = (left.astype(np.int16) << places).sum(axis=1)
    return (coarse * _parts(bits) + left - _parts(bits) // 2).astype(np.int16)


def _parts(bits: int) -> int:
    """Return what a coarse unit is divided into."""
    return 2 ** (bits - COARSE)


def _inside(kept: np.ndarray, columns: int) -> np.ndarray:
    """Return where a row holds a number, (rows, columns)."""
    return np.arange(columns) < kept[:, None]
