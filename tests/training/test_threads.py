"""How many cores a run takes, and that torch has its own back."""

import pytest
import torch

from deepmusician.training import computing_with, others_load
from deepmusician.training.threads import free_cores


def test_a_busy_neighbour_costs_a_thread(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    for load, threads in [(0.0, 2), (0.4, 2), (0.9, 1), (7.0, 1)]:
        monkeypatch.setattr(
            "deepmusician.training.threads.others_load", lambda _, x=load: x
        )
        assert free_cores() == threads


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
