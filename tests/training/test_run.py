"""Runs: the same history twice, measures, ids, and what is refused."""

import pickle
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import expit
from support.short_runs import CALIBRATED, SHORT, assert_same, train
from support.toy import tune, tunes

from deepmusician.corpora import Corpus, Windows, key_density
from deepmusician.evaluation import evaluate, f1, predict
from deepmusician.files import to_json
from deepmusician.model import DeepMusician
from deepmusician.music import KEYS, PianoRoll
from deepmusician.training import Run, RunStore, fit, id_of
from deepmusician.training import run as run_module
from deepmusician.training.run import HISTORY_COLUMNS
from deepmusician.training.store import FILES, MARKER, RunError, mark_finished


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


def test_a_run_holds_a_row_an_epoch_and_measures_of_pieces_kept_back(whole):
    assert tuple(whole.history.columns) == HISTORY_COLUMNS
    assert whole.history.epoch.tolist() == [1, 2, 3, 4]
    assert whole.history.updates.tolist() == [3, 6, 9, 12]
    assert whole.history.seconds.is_monotonic_increasing
    assert whole.history.free_density.isna().all()
    assert whole.history.valid_loss.tolist() == pytest.approx(
        whole.history.valid_nll.tolist(), rel=1e-5
    )
    best = whole.history.valid_nll.min()
    assert whole.metrics["valid"]["nll_step"] == pytest.approx(best, rel=1e-6)
    assert whole.metrics["updates"] == 12
    assert set(whole.metrics["test"]) == set(whole.metrics["valid"])
    assert not whole.model.training


def test_a_tune_that_never_changes_is_learnt(store):
    pieces = (tune(0),)
    config = SHORT.but(hidden=32, classifier_hidden=32, epochs=10)
    config = config.but(dropout=0, classifier_dropout=0, transpose=0)
    config = config.but(windows_per_epoch=64, learning_rate=0.02)
    run = train(config, Corpus("tune", pieces, pieces, ()), store)
    assert run.history.valid_nll.iloc[-1] < 0.5 * run.history.valid_nll.iloc[0]
    assert run.metrics["valid"]["f1"] > 0.5


def test_a_finished_run_is_read_and_not_trained_again(whole, corpus, monkeypatch):
    monkeypatch.setattr(run_module, "_train", None)  # calling it would raise
    again = train(SHORT, corpus, RunStore(whole.folder.parent))
    assert_same(whole, again)
    assert again.config == whole.config
    assert to_json(again.metrics) == to_json(whole.metrics)


def test_the_same_settings_give_the_same_history_twice(whole, corpus, store):
    assert_same(whole, train(SHORT, corpus, store))


def test_another_seed_gives_another_history(whole, corpus, store):
    other = train(SHORT.but(seed=1), corpus, store)
    assert not other.history.train_nll.equals(whole.history.train_nll)


def test_nothing_but_the_runs_own_files_is_left_behind(whole, monkeypatch, tmp_path):
    left = {path.name for path in whole.folder.iterdir()}
    assert left == {*FILES, MARKER, ".lock"}


def test_training_prints_nothing_and_leaves_no_folder(corpus, store, tmp_path):
    code = (
        "import pickle, sys; from deepmusician.training import RunStore, fit;"
        ""
        "config, corpus = pickle.load(sys.stdin.buffer);"
        "fit(config, corpus, RunStore('store'), progress=False)"
    )
    result = subprocess.run(
        [sys.executable, "-W", "default", "-c", code],
        input=pickle.dumps((SHORT, corpus)),
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )
    assert (result.stdout, result.stderr) == (b"", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_the_global_generator_and_threads_are_left_as_they_were(corpus, store):
    torch.manual_seed(5)
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    fit(SHORT, corpus, store, progress=False, threads=threads + 1)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("settings", CALIBRATED)
def test_a_run_is_measured_and_chosen_by_its_calibrated_logits(settings, corpus, store):
    config = SHORT.but(**settings, hidden=16, learning_rate=0.03)
    run = train(config, corpus, store)
    assert run.calibration == config.calibration
    best = run.history.valid_nll.min()
    measures = run.metrics["valid"]
    assert measures["nll_step"] == pytest.approx(best, rel=1e-5)
    assert run.metrics["best_epoch"] == run.history.valid_nll.argmin() + 1
    assert measures["raw_nll_step"] > measures["nll_step"] + 1
    assert measures["raw_density"] > 3 * measures["density"]
    assert measures["raw_calibration_error"] > 3 * measures["calibration_error"]
    raw = evaluate(run.model, corpus.valid)
    assert raw["nll_step"] == pytest.approx(measures["raw_nll_step"], rel=1e-5)
    assert raw["average_precision"] == pytest.approx(
        measures["average_precision"], rel=1e-5
    )


def test_the_cutoffs_of_evaluation_do_what_they_promise(corpus, whole):
    logits, target = predict(whole.model, Windows(corpus.valid, context=8, target=8))
    probability, measures = expit(logits), whole.metrics["valid"]
    dense = probability > measures["density_threshold"]
    assert dense.sum() == target.sum()
    best = f1(probability > measures["best_threshold"], target)
    assert best == pytest.approx(measures["best_f1"])
    assert best == max(f1(probability > cut, target) for cut in np.unique(probability))


def test_the_corpus_name_does_not_decide_a_run_but_its_pieces_do(corpus):
    other = replace(corpus, train=corpus.train[:3])
    renamed = replace(corpus, name="other")
    assert id_of(SHORT, renamed) == id_of(SHORT, corpus)
    assert id_of(SHORT, other) != id_of(SHORT, corpus)


def test_a_corpus_of_one_piece_trains_with_a_warning(store):
    single = Corpus("single", (), (), (tune(0),))
    with pytest.warns(UserWarning, match="single: its 1 pieces are too few"):
        run = train(SHORT.but(epochs=1), single, store)
    assert run.metrics["valid"]["nll_step"] > 0


def test_a_corpus_without_music_is_one_clear_error(store):
    empty = PianoRoll.from_plane(np.zeros((0, KEYS), bool))
    with pytest.raises(ValueError, match="no music"):
        train(SHORT, Corpus("empty", (empty,), (empty,), ()), store)


def test_a_damaged_run_is_one_clear_error(whole, corpus, tmp_path):
    shutil.copytree(whole.folder, tmp_path / whole.id)
    (tmp_path / whole.id / "model.safetensors").write_bytes(b"short")
    for damaged in (
        lambda: Run.load(whole.id[:4], RunStore(tmp_path)),
        lambda: train(SHORT, corpus, RunStore(tmp_path)),
    ):
        with pytest.raises(RunError, match=rf"{whole.id}: this run is damaged"):
            damaged()


def test_a_run_whose_default_settings_have_changed_since_is_not_taken_for_another(
    whole, corpus, tmp_path
):
    store = RunStore(tmp_path)
    shutil.copytree(whole.folder, folder := tmp_path / whole.id)
    before = SHORT.but(patience=3).to_json()
    (folder / "config.json").write_text(before)
    mark_finished(folder)
    with pytest.raises(RunError, match=rf"{whole.id}: this run was trained with other"):
        train(SHORT, corpus, store)
    assert (folder / "config.json").read_text() == before


def test_a_run_is_the_same_whatever_its_corpus_is_called(whole, corpus, monkeypatch):
    monkeypatch.setattr(run_module, "_train", None)  # calling it would raise
    again = train(SHORT, replace(corpus, name="x"), RunStore(whole.folder.parent))
    assert_same(whole, again)
    assert again.config.corpus == corpus.name


def test_a_second_process_waits_and_then_reads_the_run(
    whole, corpus, tmp_path, monkeypatch, capsys
):
    store = RunStore(tmp_path)
    asked = []

    class Busy:
        """A lock whose holder finishes the run while we wait."""

        def acquire(self, timeout=None):
            asked.append(timeout)
            if timeout == 0:
                raise run_module.Timeout("held")
            for path in whole.folder.iterdir():
                (store.folder(whole.id) / path.name).write_bytes(path.read_bytes())
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            asked.append("released")

    monkeypatch.setattr(RunStore, "lock", lambda *_: Busy())
    monkeypatch.setattr(run_module, "_train", None)  # calling it would raise
    assert_same(whole, fit(SHORT, corpus, store))
    assert asked == [0, None, "released"]
    assert "waiting for it" in capsys.readouterr().err


def test_evaluating_does_not_depend_on_the_batch_and_leaves_the_mode_alone(corpus):
    torch.manual_seed(0)
    model = DeepMusician(SHORT.network).train()
    one, many = (evaluate(model, corpus.train, batch=size) for size in (1, 64))
    assert one == pytest.approx(many, rel=1e-5, nan_ok=True)
    assert model.training


def test_every_step_is_scored_from_its_true_past(corpus):
    torch.manual_seed(0)
    model = DeepMusician(SHORT.network).eval()
    roll = corpus.train[0][:11]  # windows of 8 and 3 steps
    logits, target = predict(model, Windows([roll], context=8, target=8))
    music = torch.tensor(roll.onsets).float()[None]
    with torch.no_grad():
        first = model(torch.zeros(1, 8, KEYS), music[:, :8])[0]
        second = model(music[:, :8], music[:, 8:])[0]
    assert np.allclose(logits, torch.cat([first, second]), atol=1e-6)
    assert np.array_equal(target, roll.onsets)


def test_an_untrained_networks_bias_predicts_the_corpus_density():
    model = DeepMusician(SHORT.network)
    rolls = [tune(seed) for seed in range(4)]
    windows = Windows(rolls, context=8, target=8)
    batches = windows.draw(2000, 500, (0,), opening=0, transpose=0)
    model.set_output_bias(key_density(batches))
    torch.nn.init.zeros_(model.classifier.output.weight)
    measures = evaluate(model, rolls)
    assert measures["target_density"] == 0.25
    assert measures["density"] == pytest.approx(0.25, rel=0.2)
