"""What of the machine a run takes, and that all is as before afterwards."""

import sys

import psutil
import pytest
import torch

from deepmusician.training import computing_with, others_load, threads
from deepmusician.training.threads import (
    free_cores,
    keeping_memory,
    resolved_precision,
)

resource = pytest.importorskip("resource")
SIZE = 64_000_000  # bytes


def test_a_busy_neighbour_costs_a_thread(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    for load, cores in [(0.0, 2), (0.4, 2), (0.9, 1), (7.0, 1)]:
        monkeypatch.setattr(
            "deepmusician.training.threads.others_load", lambda _, x=load: x
        )
        assert free_cores() == cores


def test_the_load_of_others_is_a_number_of_cores():
    assert 0 <= others_load(0.05) < 10_000


def test_threads_are_put_back_even_after_an_error():
    before = torch.get_num_threads()

    def fail():
        with computing_with(before + 3):
            assert torch.get_num_threads() == before + 3
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert torch.get_num_threads() == before


def test_auto_is_what_the_machine_is_fast_at_and_the_rest_stays(monkeypatch):
    measured = resolved_precision("auto")
    assert measured in ("float32", "bfloat16")
    for pays, expected in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(threads, "_bfloat16_pays", lambda pays=pays: pays)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        assert resolved_precision("auto") == expected
        assert resolved_precision("float32") == "float32"
        assert resolved_precision("bfloat16") == "bfloat16"


def test_without_kernels_products_are_float32(monkeypatch):
    monkeypatch.setattr(threads, "kernels", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolved_precision("auto") == "float32"
    with pytest.raises(ValueError, match="needs numba"):
        resolved_precision("bfloat16")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own setting")
def test_memory_is_kept_for_the_next_update_and_given_back():
    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(40):
            torch.ones(SIZE // 4)  # more than glibc ever keeps by itself
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    resident = psutil.Process().memory_info
    plain, before = faults(), resident().rss
    with keeping_memory():
        assert faults() < plain / 4
        assert resident().rss > before + SIZE / 2
    assert resident().rss < before + SIZE / 2
