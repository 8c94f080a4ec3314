"""Weights as whole numbers of a unit that each row has for itself.

A weight of `bits` bits is w = u n, with n from -m to m, m = 127 times 2^(bits - 8) and
u = max |w| / m of the row. In bytes it is an int8 a number, its first 8 bits, and after
all of those the others, packed. The composer's page.
"""

from typing import NamedTuple

import numpy as np

COARSE = 8
_LARGEST = 127  # of 8 bits, the same on both sides of zero


class Rows(NamedTuple):
    """A weight's rows.

    `scales`: what 127 of the coarse numbers' units are counted in, (rows,), float32.
    `numbers`: the rows end to end, (numbers,), int16.
    """

    scales: np.ndarray
    numbers: np.ndarray


def quantise(weight: np.ndarray, kept: np.ndarray, bits: int) -> Rows:
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
    return Rows(scales, numbers[inside].astype(np.int16))


def restore(rows: Rows, kept: np.ndarray, columns: int, bits: int) -> np.ndarray:
    """Return the weight (rows, columns) that whole numbers stand for, as float32."""
    weight = np.zeros((len(kept), columns))
    weight[_inside(kept, columns)] = rows.numbers
    return (weight * (rows.scales[:, None] / _parts(bits))).astype(np.float32)


def pack(numbers: np.ndarray, bits: int) -> bytes:
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


def unpack(content: bytes, count: int, bits: int) -> np.ndarray:
    """Return the `count` whole numbers (int16) that `pack` made bytes of.

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
