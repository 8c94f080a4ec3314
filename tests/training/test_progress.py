"""The line of a run: what it shows, whom it reports to, and where it goes on."""

import pytest

from deepmusician.training.progress import ProgressLine, reporting_to

EPOCH = {"epoch": 1, "train_loss": 3.14159, "valid_nll": 2.5, "valid_f1": 0.25}


def line(show=False):
    return ProgressLine(epochs=2, updates_per_epoch=4, show=show)


def test_every_update_is_reported_as_a_share_of_all(capsys):
    reports = []
    with reporting_to(lambda *report: reports.append(report)), line() as progress:
        progress.update()
        progress.show(EPOCH)
        progress.update()
    assert [share for share, _ in reports] == [1 / 8, 1 / 8, 2 / 8]
    assert [measures for _, measures in reports] == [{}, EPOCH, EPOCH]
    assert capsys.readouterr().err == ""  # nothing is shown unless asked for


def test_nobody_hears_of_updates_after_the_block():
    reports = []
    with reporting_to(lambda *report: reports.append(report)):
        pass
    with line() as progress:
        progress.update()
    assert reports == []


def test_a_listener_that_fails_does_not_stay():
    failing = reporting_to(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), failing, line() as progress:
        progress.update()
    with line() as progress:
        progress.update()  # reports to nobody


def test_a_resumed_run_goes_on_at_its_share():
    shares = []
    with reporting_to(lambda share, _: shares.append(share)), line() as progress:
        progress.resume([EPOCH])
        progress.update()
    assert shares == [4 / 8, 5 / 8]


def test_the_line_names_epoch_and_measures_and_keeps_those_of_free_running(capsys):
    with line(show=True) as progress:
        progress.show(EPOCH | {"free_density": 0.0123})
        progress.show(EPOCH | {"epoch": 2})
        progress.update()
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown
    assert "train=3.14, valid NLL=2.5" in shown
    last = shown.rsplit("\r", 1)[-1]
    assert "free density=0.0123" in last
