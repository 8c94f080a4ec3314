"""Training: the same history twice, resuming, the loop's parts, and runs on disk."""

import json
import pickle
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import expit

from deepmusician import lesson as lesson_module
from deepmusician import runs, training
from deepmusician.corpora import Corpus
from deepmusician.evaluation import evaluate, foretell, from_json, to_json
from deepmusician.lesson import Interrupted, Lesson, rate
from deepmusician.metrics import f1
from deepmusician.model import DeepMusician
from deepmusician.pianoroll import KEYS, PianoRoll
from deepmusician.runs import RunError, RunStore
from deepmusician.settings import TrainConfig
from deepmusician.threads import computing_with, free_cores, others_load
from deepmusician.training import COLUMNS, Run, fit
from deepmusician.windows import Windows, key_density

TINY = TrainConfig(
    hidden=6,
    classifier_hidden=5,
    context=8,
    batch=4,
    epochs=4,
    windows_per_epoch=10,
    learning_rate=0.01,
    listen_every=0,
)


CALIBRATED = [
    {"loss": "focal", "alpha": 0.75, "gamma": 2.0},
    {"loss": "focal", "gamma": 5.0},
    {"pos_weight": 50.0},
    {"logit_adjustment": -4.0},
]


def piece(seed: int) -> PianoRoll:
    """Two bars of random touches on the beats."""
    plane = np.zeros((32, KEYS), bool)
    generator = np.random.default_rng(seed)
    plane[np.arange(0, 32, 4), generator.integers(40, 52, 8)] = True
    return PianoRoll.from_plane(plane, name=f"piece-{seed}")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    pieces = [piece(seed) for seed in range(6)]
    return Corpus("toy", tuple(pieces[:4]), (pieces[4],), (pieces[5],))


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


def train(config, corpus, store) -> Run:
    return fit(config, corpus, store, progress=False, threads=1)


def same(run: Run, other: Run) -> None:
    """Raise unless two runs agree in history (but for the time taken) and weights."""
    histories = [each.history.drop(columns="seconds") for each in (run, other)]
    assert histories[0].equals(histories[1])
    weights = [each.model.state_dict() for each in (run, other)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def break_off(monkeypatch, epoch: int, error: BaseException) -> None:
    """Make training raise in the middle of an epoch."""
    whole = Lesson.training_step

    def step(self, batch, index):
        if self.epoch == epoch and index == 1:
            raise error
        return whole(self, batch, index)

    monkeypatch.setattr(Lesson, "training_step", step)


@pytest.fixture(scope="module")
def whole(corpus, tmp_path_factory) -> Run:
    """A run that nothing interrupted."""
    return train(TINY, corpus, RunStore(tmp_path_factory.mktemp("runs")))


def test_a_run_holds_a_row_an_epoch_and_measures_of_pieces_kept_back(whole):
    assert tuple(whole.history.columns) == COLUMNS
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
    tune = (piece(0),)
    config = replace(TINY, hidden=32, classifier_hidden=32, epochs=10)
    config = replace(config, dropout=0, classifier_dropout=0, transpose=0)
    config = replace(config, windows_per_epoch=64, learning_rate=0.02)
    run = train(config, Corpus("tune", tune, tune, ()), store)
    assert run.history.valid_nll.iloc[-1] < 0.5 * run.history.valid_nll.iloc[0]
    assert run.metrics["valid"]["f1"] > 0.5


def test_a_finished_run_is_read_and_not_trained_again(whole, corpus, monkeypatch):
    monkeypatch.setattr(training, "_train", None)  # calling it would raise
    again = train(TINY, corpus, RunStore(whole.folder.parent))
    same(whole, again)
    assert again.config == whole.config
    assert to_json(again.metrics) == to_json(whole.metrics)


def test_the_same_settings_give_the_same_history_twice(whole, corpus, store):
    same(whole, train(TINY, corpus, store))


def test_another_seed_gives_another_history(whole, corpus, store):
    other = train(replace(TINY, seed=1), corpus, store)
    assert not other.history.train_nll.equals(whole.history.train_nll)


@pytest.mark.parametrize("config", [TINY, replace(TINY, teacher_forcing=0.5)])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    config, whole, corpus, store, tmp_path, monkeypatch
):
    break_off(monkeypatch, epoch=3, error=RuntimeError("power cut"))
    with pytest.raises(RuntimeError, match="power cut"):
        train(config, corpus, store)
    assert store.finished() == []
    monkeypatch.undo()
    taught = []
    monkeypatch.setattr(Lesson, "on_train_batch_end", lambda *_: taught.append(1))
    resumed = train(config, corpus, store)
    assert len(taught) == 2 * 3  # epochs 3 and 4, three updates each
    at_once = (
        whole if config is TINY else train(config, corpus, RunStore(tmp_path / "b"))
    )
    same(resumed, at_once)


def test_ctrl_c_is_one_message_that_says_how_to_go_on(corpus, store, monkeypatch):
    handler = signal.getsignal(signal.SIGINT)
    break_off(monkeypatch, epoch=2, error=KeyboardInterrupt())
    with pytest.raises(Interrupted, match="after 1 of 4 epochs; the same call goes on"):
        train(TINY, corpus, store)
    assert issubclass(Interrupted, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_run_cut_off_after_its_last_epoch_is_only_written_down(
    whole, corpus, store, monkeypatch
):
    monkeypatch.setattr(training, "_effort", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(TINY, corpus, store)
    monkeypatch.undo()
    monkeypatch.setattr(Lesson, "training_step", None)  # calling it would raise
    same(whole, train(TINY, corpus, store))


def test_a_checkpoint_that_cannot_be_read_means_to_begin_anew(whole, corpus, store):
    folder = store.folder(whole.id)
    (folder / runs.CHECKPOINT).write_bytes(b"half a checkpoint")
    same(whole, train(TINY, corpus, store))


def test_nothing_but_the_runs_own_files_is_left_behind(whole, monkeypatch, tmp_path):
    left = {path.name for path in whole.folder.iterdir()}
    assert left == {*runs.FILES, runs.MARKER, ".lock"}


def test_training_prints_nothing_and_leaves_no_folder(corpus, store, tmp_path):
    code = (
        "import pickle, sys; from deepmusician.training import fit;"
        "from deepmusician.runs import RunStore;"
        "config, corpus = pickle.load(sys.stdin.buffer);"
        "fit(config, corpus, RunStore('store'), progress=False)"
    )
    told = subprocess.run(
        [sys.executable, "-W", "default", "-c", code],
        input=pickle.dumps((TINY, corpus)),
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )
    assert (told.stdout, told.stderr) == (b"", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_the_global_dice_and_threads_are_left_as_they_were(corpus, store):
    torch.manual_seed(5)
    dice, threads = torch.random.get_rng_state(), torch.get_num_threads()
    fit(TINY, corpus, store, progress=False, threads=threads + 1)
    assert torch.equal(dice, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads


def test_training_stops_when_patience_runs_out_and_keeps_the_best_epoch(
    corpus, store, monkeypatch
):
    found = iter([5.0, 3.0, 4.0, 4.0, 1.0])
    seen = []

    def glance(model, windows, loss, calibration):
        seen.append(model.state_dict()["classifier.output.bias"].clone())
        return {"loss": -len(seen), "nll": next(found), "density": 1.0, "f1": 0.5}

    monkeypatch.setattr(lesson_module, "glance", glance)
    run = train(replace(TINY, epochs=9, patience=2), corpus, store)
    assert run.history.valid_nll.tolist() == [5.0, 3.0, 4.0, 4.0]
    assert run.metrics["best_epoch"] == 2
    assert torch.equal(run.model.state_dict()["classifier.output.bias"], seen[1])


def test_training_that_diverges_is_one_clear_error(corpus, store, monkeypatch):
    monkeypatch.setattr(
        lesson_module,
        "glance",
        lambda *_, **__: {"loss": np.nan, "nll": np.nan, "density": 0, "f1": 0},
    )
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*Lower learning_rate"):
        train(TINY, corpus, store)


def test_free_running_is_watched_every_so_many_epochs_and_at_the_end(corpus, store):
    run = train(replace(TINY, epochs=3, listen_every=2), corpus, store)
    assert run.history.free_density.isna().tolist() == [True, False, False]
    assert run.history.free_density.dropna().between(0, KEYS).all()


@pytest.mark.parametrize(
    "config",
    [
        replace(TINY, epochs=1, loss="focal", alpha=0.5, gamma=2.0),
        replace(TINY, epochs=1, outputs="dependent", plane="sounding", start="zero"),
        replace(TINY, epochs=1, density_bias=False, layers=1),
        replace(TINY, epochs=1, pos_weight=20.0, teacher_forcing=0.5),
        replace(TINY, epochs=1, logit_adjustment=-4.4),
    ],
)
def test_every_kind_of_network_and_loss_can_be_trained(config, corpus, store):
    run = train(config, corpus, store)
    assert np.isfinite(run.history.valid_nll).all()
    assert run.model.config == config.network


def test_the_last_epochs_are_taught_without_dropout(corpus, store):
    """Half the epochs settle: dropout changes the first half of the history only."""
    noisy = replace(TINY, dropout=0.5, classifier_dropout=0.5, settle=0.5)
    calm = replace(noisy, dropout=0.0, classifier_dropout=0.0)
    losses = [
        train(config, corpus, store).history.train_nll for config in (noisy, calm)
    ]
    assert losses[0][0] != losses[1][0]
    settled = replace(noisy, settle=1.0)
    np.testing.assert_array_equal(
        train(settled, corpus, store).history.train_nll, losses[1]
    )


def test_focal_loss_without_focus_is_bce(corpus, store):
    focal = train(replace(TINY, epochs=2, loss="focal", gamma=0.0), corpus, store)
    bce = train(replace(TINY, epochs=2), corpus, store)
    assert focal.history.train_loss.tolist() == pytest.approx(
        bce.history.train_loss.tolist(), rel=1e-5
    )


@pytest.mark.parametrize("settings", CALIBRATED)
def test_every_loss_starts_at_the_corpus_density_once_calibrated(settings, corpus):
    config = replace(TINY, hidden=32, classifier_dropout=0.0, **settings)
    valid = Windows(corpus.train, context=8, target=8)
    torch.manual_seed(0)
    lesson = Lesson(config, valid, valid)
    torch.nn.init.zeros_(lesson.model.classifier.output.weight)
    measures = evaluate(lesson.model, corpus.train, calibration=config.calibration)
    assert measures["density"] == pytest.approx(0.25, rel=0.2)


@pytest.mark.parametrize("settings", CALIBRATED)
def test_a_run_is_measured_and_chosen_by_its_calibrated_logits(settings, corpus, store):
    config = replace(TINY, **settings, hidden=16, learning_rate=0.03)
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


def test_a_scaled_loss_is_reported_unscaled_and_learns_less(corpus, store):
    focal = replace(TINY, loss="focal", alpha=0.5, epochs=2)
    plain = train(focal, corpus, store)
    scaled = train(replace(focal, loss_scale=1e-9), corpus, store)
    assert scaled.history.train_loss[0] > 0.1 * plain.history.train_loss[0]
    gone = [each.history.valid_nll.diff().abs()[1] for each in (scaled, plain)]
    assert gone[0] < 0.1 * gone[1]


def test_the_cutoffs_of_evaluation_do_what_they_promise(corpus, whole):
    logits, target = foretell(whole.model, Windows(corpus.valid, context=8, target=8))
    probability, measures = expit(logits), whole.metrics["valid"]
    dense = probability > measures["density_threshold"]
    assert dense.sum() == target.sum()
    best = f1(probability > measures["best_threshold"], target)
    assert best == pytest.approx(measures["best_f1"])
    assert best == max(f1(probability > cut, target) for cut in np.unique(probability))


def test_the_corpus_name_does_not_decide_a_run_but_its_pieces_do(corpus):
    other = replace(corpus, train=corpus.train[:3])
    renamed = replace(corpus, name="other")
    assert training.id_of(TINY, renamed) == training.id_of(TINY, corpus)
    assert training.id_of(TINY, other) != training.id_of(TINY, corpus)


def test_a_corpus_of_one_piece_trains_with_a_warning(store):
    single = Corpus("single", (), (), (piece(0),))
    with pytest.warns(UserWarning, match="single: its 1 pieces are too few"):
        run = train(replace(TINY, epochs=1), single, store)
    assert run.metrics["valid"]["nll_step"] > 0


def test_a_corpus_without_music_is_one_clear_error(store):
    empty = PianoRoll.from_plane(np.zeros((0, KEYS), bool))
    with pytest.raises(ValueError, match="no music"):
        train(TINY, Corpus("empty", (empty,), (empty,), ()), store)


def test_a_damaged_run_is_one_clear_error(whole, corpus, tmp_path):
    shutil.copytree(whole.folder, tmp_path / whole.id)
    (tmp_path / whole.id / "model.safetensors").write_bytes(b"short")
    for damaged in (
        lambda: Run.load(whole.id[:4], RunStore(tmp_path)),
        lambda: train(TINY, corpus, RunStore(tmp_path)),
    ):
        with pytest.raises(RunError, match=rf"{whole.id}: this run is damaged"):
            damaged()


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
                raise training.Timeout("held")
            for path in whole.folder.iterdir():
                (store.folder(whole.id) / path.name).write_bytes(path.read_bytes())

        def release(self):
            asked.append("released")

    monkeypatch.setattr(RunStore, "lock", lambda *_: Busy())
    monkeypatch.setattr(training, "_train", None)  # calling it would raise
    same(whole, fit(TINY, corpus, store))
    assert asked == [0, None, "released"]
    assert "waiting for it" in capsys.readouterr().err


def test_evaluating_does_not_depend_on_the_batch_and_leaves_the_mode_alone(corpus):
    torch.manual_seed(0)
    model = DeepMusician(TINY.network).train()
    one, many = (evaluate(model, corpus.train, batch=size) for size in (1, 64))
    assert one == pytest.approx(many, rel=1e-5, nan_ok=True)
    assert model.training


def test_every_step_is_scored_from_its_true_past(corpus):
    torch.manual_seed(0)
    model = DeepMusician(TINY.network).eval()
    roll = corpus.train[0][:11]  # windows of 8 and 3 steps
    logits, target = foretell(model, Windows([roll], context=8, target=8))
    music = torch.tensor(roll.onsets).float()[None]
    with torch.no_grad():
        first = model(torch.zeros(1, 8, KEYS), music[:, :8])[0]
        second = model(music[:, :8], music[:, 8:])[0]
    assert np.allclose(logits, torch.cat([first, second]), atol=1e-6)
    assert np.array_equal(target, roll.onsets)


def test_an_untrained_networks_bias_foretells_the_corpus_density():
    model = DeepMusician(TINY.network)
    rolls = [piece(seed) for seed in range(4)]
    windows = Windows(rolls, context=8, target=8)
    batches = windows.draw(2000, 500, (0,), opening=0, transpose=0)
    model.set_output_bias(key_density(batches))
    torch.nn.init.zeros_(model.classifier.output.weight)
    measures = evaluate(model, rolls)
    assert measures["target_density"] == 0.25
    assert measures["density"] == pytest.approx(0.25, rel=0.2)


def test_the_learning_rate_rises_then_falls_as_a_cosine():
    rates = [rate(update, total=10, warm_up=0.2) for update in range(11)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[6] == pytest.approx(0.5)
    assert rates[10] == pytest.approx(0)
    assert np.all(np.diff(rates[2:]) < 0)


def test_measures_survive_json_and_nan_becomes_null():
    measures = {"valid": {"f1": float("nan"), "nll": 2.5}, "updates": 3, "all": [0.5]}
    text = to_json(measures)
    assert json.loads(text)["valid"] == {"f1": None, "nll": 2.5}
    again = from_json(text)
    assert np.isnan(again["valid"].pop("f1"))
    assert again == {"valid": {"nll": 2.5}, "updates": 3, "all": [0.5]}


def test_a_busy_neighbour_costs_a_thread(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    for load, threads in [(0.0, 2), (0.4, 2), (0.9, 1), (7.0, 1)]:
        monkeypatch.setattr("deepmusician.threads.others_load", lambda _, x=load: x)
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


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hidden": 0}, "hidden must be a positive whole number, not 0"),
        ({"hidden": 8.0}, "hidden must be a positive whole number"),
        ({"epochs": True}, "epochs must be a positive whole number"),
        ({"batch": "many"}, "batch must be a positive whole number"),
        ({"seed": -1}, "seed must be a whole number from 0 up"),
        ({"learning_rate": 0}, "learning_rate must be a positive number"),
        ({"learning_rate": float("nan")}, "learning_rate must be a positive number"),
        ({"opening": 1.5}, "opening must be between 0 and 1"),
        ({"dropout": 1.0}, "dropout must be in"),
        ({"transpose": 6}, "transpose must be at most 5 semitones"),
        ({"outputs": "both"}, "outputs must be one of independent, dependent"),
        ({"plane": "pedal"}, "plane must be one of"),
        ({"loss": "hinge"}, "loss must be one of bce, focal"),
        ({"alpha": 0.3}, "alpha must be None unless loss='focal'"),
        ({"loss": "focal", "alpha": 2}, "alpha must lie between 0 and 1"),
        ({"loss": "focal", "alpha": 1}, "alpha must be inside"),
        ({"loss": "focal", "pos_weight": 2}, "pos_weight must be 1 unless loss='bce'"),
        ({"pos_weight": 0}, "pos_weight must be a positive number"),
        ({"logit_adjustment": -np.inf}, "logit_adjustment must be a finite number"),
        ({"loss_scale": 0}, "loss_scale must be a positive number"),
        ({"loss": "focal", "gamma": -1}, "gamma must be a finite number from 0 up"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong, said):
    with pytest.raises(ValueError, match=said):
        TrainConfig(**wrong)


def test_settings_survive_json_and_whole_rates_are_the_same_run():
    config = replace(TINY, loss="focal", alpha=0.25)
    assert TrainConfig.from_json(config.to_json()) == config
    assert TrainConfig(weight_decay=0).to_json() == (
        TrainConfig(weight_decay=0.0).to_json()
    )


@pytest.mark.parametrize("text", ["[]", '{"hiden": 5}', "not json", "3"])
def test_settings_are_not_read_from_anything_else(text):
    with pytest.raises(ValueError, match=r"no training settings|Expecting value"):
        TrainConfig.from_json(text)


def test_the_default_network_is_the_reports():
    assert DeepMusician(TrainConfig().network).parameter_count == 5_155_160


def test_lightning_is_imported_by_one_file_and_only_to_train():
    package = runs.Path(runs.__file__).parent
    importing = [
        path.name
        for path in package.rglob("*.py")
        if "import pytorch_lightning" in path.read_text(encoding="utf-8")
    ]
    assert importing == ["lesson.py"]
    code = (
        "import sys, deepmusician.training; print('pytorch_lightning' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout == "False\n"
