"""What of the machine a training run should use: cores, formats, memory.

Two torch threads beside another busy process run several times slower than one:
each waits for the other at every product.
"""

import ctypes
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from timeit import repeat

import psutil
import torch

from deepmusician.model import kernels

_PAYS = 1.5  # times as fast as float32: below, the casts cost more than is won
_MMAP_MAX, _TRIM_THRESHOLD = -4, -1  # see mallopt(3)
_DEFAULTS = {_MMAP_MAX: 65536, _TRIM_THRESHOLD: 128 * 1024}


def free_cores(seconds: float = 0.3) -> int:
    """Return how many threads to compute with: the cores that nobody else keeps busy.

    At least 1, at most as many as torch would use by itself (so `OMP_NUM_THREADS`
    is heeded). Watches other processes for `seconds`.
    """
    most = torch.get_num_threads()
    return max(1, most - round(others_load(seconds))) if most > 1 else 1


def others_load(seconds: float = 0.3) -> float:
    """Return how many cores other processes keep busy, on average over `seconds`."""
    own, start = time.process_time(), time.perf_counter()
    busy = psutil.cpu_percent(seconds) / 100 * psutil.cpu_count()
    own = (time.process_time() - own) / (time.perf_counter() - start)
    return max(0.0, busy - own)


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Let torch compute with so many threads, then as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def resolved_precision(precision: str) -> str:
    """Return what "auto" means here: "bfloat16" where the machine computes with it.

    On a CPU that is measured, once a process; the kernels must be there. Raises
    ValueError for "bfloat16" where they are not.
    """
    on_gpu = torch.cuda.is_available()
    if precision == "bfloat16" and not on_gpu and kernels() is None:
        raise ValueError(
            "precision='bfloat16' needs numba on a CPU, and DEEPMUSICIAN_KERNELS not "
            "off. Install numba, or ask for float32."
        )
    if precision != "auto":
        return precision
    pays = torch.cuda.is_bf16_supported() if on_gpu else kernels() and _bfloat16_pays()
    return "bfloat16" if pays else "float32"


@cache
def _bfloat16_pays() -> bool:
    """Return whether products of a GRU's step are much faster in bfloat16."""

    def seconds(dtype: torch.dtype) -> float:
        weights, states = torch.ones(1536, 512).to(dtype), torch.ones(512, 32).to(dtype)
        return min(repeat(lambda: torch.mm(weights, states), repeat=9, number=1))

    with computing_with(1):
        return seconds(torch.float32) > _PAYS * seconds(torch.bfloat16)


@contextmanager
def keeping_memory() -> Iterator[None]:
    """Let the C library keep what is freed, for the next update, until the end.

    An update takes and frees some hundred megabytes in blocks so large that glibc asks
    the system for each of them anew, which fills every page with zeros: a fifth of the
    time. Other C libraries are left as they are.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if not hasattr(library, "mallopt"):
        yield
        return
    library.mallopt(_MMAP_MAX, 0)
    library.mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        for setting, value in _DEFAULTS.items():
            library.mallopt(setting, value)
        library.malloc_trim(0)
