"""The training loop: resuming, stopping in time, and every kind of loss."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from support.short_runs import CALIBRATED, SHORT, assert_same, train
from support.toy import tunes

from deepmusician.corpora import Corpus, Windows
from deepmusician.evaluation import evaluate
from deepmusician.music import KEYS
from deepmusician.training import CHECKPOINT, Run, RunStore, rate_share
from deepmusician.training import loop as training_loop
from deepmusician.training import run as run_module
from deepmusician.training.loop import Interrupted, TrainingLoop
from deepmusician.training.optimizers import running_mean


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return tunes()


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


@pytest.fixture(scope="module")
def whole(corpus, tmp_path_factory) -> Run:
    """A run that nothing interrupted."""
    return train(SHORT, corpus, RunStore(tmp_path_factory.mktemp("runs")))


def break_off(monkeypatch, epoch: int, error: BaseException) -> None:
    """Make training raise in the middle of an epoch."""
    whole = TrainingLoop.training_step

    def step(self, batch, index):
        if self.epoch == epoch and index == 1:
            raise error
        return whole(self, batch, index)

    monkeypatch.setattr(TrainingLoop, "training_step", step)


WHOLE_NOTES = {"plane": "both", "start": "zero", "intervals": 12}
TOKENS = {"representation": "tokens", "plane": "both", "start": "zero", "hidden": 8}


@pytest.mark.parametrize(
    "config",
    [
        SHORT,
        SHORT.but(teacher_forcing=0.5),
        SHORT.but(optimizer="muon", average=0.9),
        SHORT.but(**WHOLE_NOTES),
        SHORT.but(**WHOLE_NOTES, loss="focal", alpha=0.4, noise=0.2),
        SHORT.but(**TOKENS, noise=0.2),
        SHORT.but(**TOKENS, body="transformer", heads=2, optimizer="muon"),
    ],
)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    config, whole, corpus, store, tmp_path, monkeypatch
):
    break_off(monkeypatch, epoch=3, error=RuntimeError("power cut"))
    with pytest.raises(RuntimeError, match="power cut"):
        train(config, corpus, store)
    assert store.finished() == []
    monkeypatch.undo()
    updates, count = [], TrainingLoop.on_train_batch_end
    monkeypatch.setattr(
        TrainingLoop,
        "on_train_batch_end",
        lambda *arguments: updates.append(1) or count(*arguments),
    )
    resumed = train(config, corpus, store)
    assert len(updates) == 2 * 3  # epochs 3 and 4, three updates each
    at_once = (
        whole if config is SHORT else train(config, corpus, RunStore(tmp_path / "b"))
    )
    assert_same(resumed, at_once)


def test_ctrl_c_is_one_message_that_says_how_to_go_on(corpus, store, monkeypatch):
    handler = signal.getsignal(signal.SIGINT)
    break_off(monkeypatch, epoch=2, error=KeyboardInterrupt())
    with pytest.raises(Interrupted, match="after 1 of 4 epochs; the same call goes on"):
        train(SHORT, corpus, store)
    assert issubclass(Interrupted, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_run_cut_off_after_its_last_epoch_is_only_written_down(
    whole, corpus, store, monkeypatch
):
    monkeypatch.setattr(run_module, "save", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(SHORT, corpus, store)
    monkeypatch.undo()
    monkeypatch.setattr(TrainingLoop, "training_step", None)  # calling it would raise
    assert_same(whole, train(SHORT, corpus, store))


def test_a_checkpoint_that_cannot_be_read_means_to_begin_anew(whole, corpus, store):
    folder = store.folder(whole.id)
    (folder / CHECKPOINT).write_bytes(b"half a checkpoint")
    assert_same(whole, train(SHORT, corpus, store))


def test_training_stops_when_patience_runs_out_and_keeps_the_best_epoch(
    corpus, store, monkeypatch
):
    nlls = iter([5.0, 3.0, 4.0, 4.0, 1.0])
    seen = []

    def measured(model, windows, loss, calibration):
        seen.append(model.state_dict()["classifier.output.bias"].clone())
        return {"loss": -len(seen), "nll": next(nlls), "density": 1.0, "f1": 0.5}

    monkeypatch.setattr(training_loop, "epoch_measures", measured)
    run = train(SHORT.but(epochs=9, patience=2), corpus, store)
    assert run.history.valid_nll.tolist() == [5.0, 3.0, 4.0, 4.0]
    assert run.metrics["best_epoch"] == 2
    assert torch.equal(run.model.state_dict()["classifier.output.bias"], seen[1])


def test_training_that_diverges_is_one_clear_error(corpus, store, monkeypatch):
    monkeypatch.setattr(
        training_loop,
        "epoch_measures",
        lambda *_, **__: {"loss": np.nan, "nll": np.nan, "density": 0, "f1": 0},
    )
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*Lower learning_rate"):
        train(SHORT, corpus, store)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_learns_what_a_cpu_does(corpus, store, monkeypatch, tmp_path):
    still = {"dropout": 0.0, "classifier_dropout": 0.0, "precision": "float32"}
    on_gpu = train(SHORT.but(**still), corpus, store)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    on_cpu = train(SHORT.but(**still), corpus, RunStore(tmp_path / "cpu"))
    for name in ("train_nll", "valid_nll"):
        one, other = on_gpu.history[name], on_cpu.history[name]
        np.testing.assert_allclose(one, other, rtol=0.01)


def test_free_running_is_watched_every_so_many_epochs_and_at_the_end(corpus, store):
    run = train(SHORT.but(epochs=3, listen_every=2), corpus, store)
    assert run.history.free_density.isna().tolist() == [True, False, False]
    assert run.history.free_density.dropna().between(0, KEYS).all()


@pytest.mark.parametrize(
    "config",
    [
        SHORT.but(epochs=1, loss="focal", alpha=0.5, gamma=2.0),
        SHORT.but(epochs=1, outputs="dependent", plane="sounding", start="zero"),
        SHORT.but(epochs=1, density_bias=False, layers=1),
        SHORT.but(epochs=1, pos_weight=20.0, teacher_forcing=0.5),
        SHORT.but(epochs=1, logit_adjustment=-4.4),
    ],
)
def test_every_kind_of_network_and_loss_can_be_trained(config, corpus, store):
    run = train(config, corpus, store)
    assert np.isfinite(run.history.valid_nll).all()
    assert run.model.config == config.network


def test_the_last_epochs_are_trained_without_dropout(corpus, store):
    """Half the epochs settle: dropout changes the first half of the history only."""
    noisy = SHORT.but(dropout=0.5, classifier_dropout=0.5, settle=0.5)
    calm = noisy.but(dropout=0.0, classifier_dropout=0.0)
    losses = [
        train(config, corpus, store).history.train_nll for config in (noisy, calm)
    ]
    assert losses[0][0] != losses[1][0]
    settled = noisy.but(settle=1.0)
    np.testing.assert_array_equal(
        train(settled, corpus, store).history.train_nll, losses[1]
    )


def test_focal_loss_without_focus_is_bce(corpus, store):
    focal = train(SHORT.but(epochs=2, loss="focal", gamma=0.0), corpus, store)
    bce = train(SHORT.but(epochs=2), corpus, store)
    assert focal.history.train_loss.tolist() == pytest.approx(
        bce.history.train_loss.tolist(), rel=1e-5
    )


@pytest.mark.parametrize("settings", CALIBRATED)
def test_every_loss_starts_at_the_corpus_density_once_calibrated(settings, corpus):
    config = SHORT.but(hidden=32, classifier_dropout=0.0, **settings)
    valid = Windows(corpus.train, context=8, target=8)
    torch.manual_seed(0)
    loop = TrainingLoop(config, valid, valid)
    torch.nn.init.zeros_(loop.model.classifier.output.weight)
    measures = evaluate(loop.model, corpus.train, calibration=config.calibration)
    assert measures["density"] == pytest.approx(0.25, rel=0.2)


def test_a_scaled_loss_is_reported_unscaled_and_learns_less(corpus, store):
    focal = SHORT.but(loss="focal", alpha=0.5, epochs=2)
    plain = train(focal, corpus, store)
    scaled = train(focal.but(loss_scale=1e-9), corpus, store)
    assert scaled.history.train_loss[0] > 0.1 * plain.history.train_loss[0]
    gone = [each.history.valid_nll.diff().abs()[1] for each in (scaled, plain)]
    assert gone[0] < 0.1 * gone[1]


def test_the_learning_rate_rises_then_falls_as_a_cosine():
    rates = [rate_share(update, total=10, warm_up=0.2) for update in range(11)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[6] == pytest.approx(0.5)
    assert rates[10] == pytest.approx(0)
    assert np.all(np.diff(rates[2:]) < 0)


def test_lightning_is_imported_by_one_file_and_only_to_train():
    package = Path(training_loop.__file__).parent
    importing = [
        path.name
        for path in package.rglob("*.py")
        if "import pytorch_lightning" in path.read_text(encoding="utf-8")
    ]
    assert importing == ["loop.py"]
    code = (
        "import sys, deepmusician.training; print('pytorch_lightning' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


def test_the_mean_of_the_weights_is_measured_and_kept(corpus, store):
    loops = []
    for average in (0.0, 0.9):
        config = SHORT.but(average=average)
        windows = Windows(corpus.train, context=8, target=8)
        torch.manual_seed(0)
        loops.append(TrainingLoop(config, windows, windows))
    plain, averaged = loops
    assert plain.measured is plain.model
    first = averaged.model.classifier.output.bias.detach().clone()
    for step in range(3):
        with torch.no_grad():
            averaged.model.classifier.output.bias.add_(step)
        averaged.on_train_batch_end()
    kept = averaged.measured.classifier.output.bias
    assert (first < kept).all()
    assert (kept < averaged.model.classifier.output.bias).all()


def test_the_mean_forgets_where_the_weights_began():
    mean = torch.zeros(1)
    for count in range(300):
        mean = running_mean(0.99, mean, torch.ones(1), torch.tensor(count))
    assert mean.item() == pytest.approx(1, abs=1e-2)
    later = running_mean(0.99, torch.zeros(1), torch.ones(1), torch.tensor(5000))
    assert later.item() == pytest.approx(0.01)
