"""One run in a process of its own: its reports, and that it can be stopped."""

import pytest
from support.toy import TINY, tunes
from support.training_watch import PATIENCE, Reports

from deepmusician.files import to_json
from deepmusician.studies.outcome import stored_outcome
from deepmusician.training import RunStore, id_of, reporting_to
from deepmusician.training.progress import ProgressLine
from deepmusician.widgets.training_process import TrainingProcess


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def reports():
    return Reports()


@pytest.fixture
def training(reports):
    training = TrainingProcess(reports)
    yield training
    training.stop()
    training.join(PATIENCE)


def test_a_run_reports_how_far_it_is_and_what_came_of_it(training, reports, store):
    training.start(TINY, tunes(), store)
    assert training.is_busy
    outcome = reports.wait_for("outcome")["outcome"]
    training.join(PATIENCE)
    assert not training.is_busy
    folder = store.root / id_of(TINY.but(corpus="tunes"), tunes())
    assert to_json(stored_outcome(folder)) == to_json(outcome)  # NaN and all
    shares = [
        report["share"] for report in reports.received if report["tell"] == "progress"
    ]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)
    phases = [report["phase"] for report in reports.received[:-1]]
    assert list(dict.fromkeys(phases)) == ["reading", "training", "listening"]
    assert reports.received[-2]["measures"]["epoch"] == TINY.epochs


def test_a_run_that_is_stopped_says_so_and_the_next_can_begin(training, reports, store):
    long = TINY.but(epochs=10_000, patience=10_000)
    training.start(long, tunes(), store)
    reports.wait_for("progress", phase="training")
    with pytest.raises(RuntimeError, match="trained already"):
        training.start(TINY, tunes(), store)
    training.stop()
    training.join(PATIENCE)
    assert reports.received[-1] == {"tell": "stopped"}
    training.start(TINY, tunes(), store)
    reports.wait_for("outcome")


def test_a_run_that_fails_says_why(training, reports, store):
    training.start(TINY.but(corpus="no/such/folder"), store=store)
    assert "neither a corpus" in reports.wait_for("failed")["why"]


def test_every_update_is_reported_and_only_within_the_block():
    updates = []
    with (
        reporting_to(lambda *update: updates.append(update)),
        ProgressLine(2, 2, False) as line,
    ):
        line.resume([{"epoch": 1}])
        line.update()
        line.show({"epoch": 2})
    line.update()
    assert updates == [(0.5, {"epoch": 1}), (0.75, {"epoch": 1}), (0.75, {"epoch": 2})]
