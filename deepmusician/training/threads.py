"""How many of the machine's cores a training run should use.

Two torch threads beside another busy process run several times slower than one:
each waits for the other at every product.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch


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
