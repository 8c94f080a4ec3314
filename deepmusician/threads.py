"""How many of the machine's cores a training run should use.

Two torch threads beside another busy process run several times slower than one:
each waits for the other at every product.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

_CPU_TIMES = Path("/proc/stat")  # Linux: seconds of all cores since the start


def free_cores(seconds: float = 0.3) -> int:
    """Return how many threads to compute with: the cores that nobody else keeps busy.

    At least 1, at most as many as torch would use by itself (so `OMP_NUM_THREADS`
    is heeded). Looks at what other processes do for `seconds`; where the system
    does not tell, at the load of the last minute.
    """
    most = torch.get_num_threads()
    return max(1, most - round(others_load(seconds))) if most > 1 else 1


def others_load(seconds: float = 0.3) -> float:
    """Return how many cores other processes keep busy, on average over `seconds`."""
    if not _CPU_TIMES.exists():
        return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    busy, own, start = _busy_seconds(), time.process_time(), time.perf_counter()
    time.sleep(seconds)
    elapsed = time.perf_counter() - start
    own = time.process_time() - own
    return max(0.0, (_busy_seconds() - busy - own) / elapsed)


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Let torch compute with so many threads, then as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _busy_seconds() -> float:
    """Return the seconds that all cores together have computed since the start."""
    user, nice, system = map(int, _CPU_TIMES.read_text().split(maxsplit=4)[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")
