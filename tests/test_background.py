"""One run in a process of its own: what it tells, and that it can be stopped."""

import threading
from dataclasses import replace

import pytest
from toy import TINY, tunes

from deepmusician.background import Background
from deepmusician.evaluation import to_json
from deepmusician.outcomes import stored_in
from deepmusician.progress import ProgressLine, heard_by
from deepmusician.runs import RunStore
from deepmusician.training import id_of

PATIENCE = 600  # seconds; a process has to import torch first, maybe beside others


class Heard:
    """Listens to a run in the background, and waits for what it tells."""

    def __init__(self):
        self.told, self.came = [], threading.Condition()

    def __call__(self, told):
        with self.came:
            self.told.append(told)
            self.came.notify_all()

    def wait_for(self, kind, **parts):
        def found():
            return [
                told
                for told in self.told
                if told["tell"] == kind and parts.items() <= told.items()
            ]

        with self.came:
            assert self.came.wait_for(found, PATIENCE), self.told
            return found()[0]


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def background(heard):
    background = Background(heard)
    yield background
    background.stop()
    background.join(PATIENCE)


def test_a_run_tells_how_far_it_is_and_what_came_of_it(background, heard, store):
    background.start(TINY, tunes(), store)
    assert background.is_busy
    outcome = heard.wait_for("outcome")["outcome"]
    background.join(PATIENCE)
    assert not background.is_busy
    folder = store.root / id_of(replace(TINY, corpus="tunes"), tunes())
    assert to_json(stored_in(folder)) == to_json(outcome)  # NaN and all
    shares = [told["share"] for told in heard.told if told["tell"] == "progress"]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)
    phases = [told["phase"] for told in heard.told[:-1]]
    assert list(dict.fromkeys(phases)) == ["reading", "training", "listening"]
    assert heard.told[-2]["measures"]["epoch"] == TINY.epochs


def test_a_run_that_is_stopped_says_so_and_the_next_can_begin(background, heard, store):
    long = replace(TINY, epochs=10_000, patience=10_000)
    background.start(long, tunes(), store)
    heard.wait_for("progress", phase="training")
    with pytest.raises(RuntimeError, match="trained already"):
        background.start(TINY, tunes(), store)
    background.stop()
    background.join(PATIENCE)
    assert heard.told[-1] == {"tell": "stopped"}
    background.start(TINY, tunes(), store)
    heard.wait_for("outcome")


def test_a_run_that_fails_says_why(background, heard, store):
    background.start(replace(TINY, corpus="no/such/folder"), store=store)
    assert "neither a corpus" in heard.wait_for("failed")["why"]


def test_every_update_is_heard_and_only_within_the_block():
    told = []
    with heard_by(lambda *what: told.append(what)), ProgressLine(2, 2, False) as line:
        line.resume([{"epoch": 1}])
        line.update()
        line.show({"epoch": 2})
    line.update()
    assert told == [(0.5, {"epoch": 1}), (0.75, {"epoch": 1}), (0.75, {"epoch": 2})]
