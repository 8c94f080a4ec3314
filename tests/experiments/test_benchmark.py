"""Recording the benchmark, on six tunes and a network of no size."""

from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support.little_benchmark import LITTLE, with_little_rows
from support.recordings import as_committed
from support.shelf import need_download

from deepmusician.corpora import load_corpus
from deepmusician.evaluation import pooled
from deepmusician.model import Calibration, DeepMusician, NetworkConfig
from deepmusician.music import PianoRoll
from deepmusician.studies import (
    BENCHMARK,
    check_benchmark,
    read_benchmark,
    read_benchmark_curves,
    read_benchmark_piece,
)
from deepmusician.studies.benchmark import row_nlls
from deepmusician.studies.results import RecordError
from deepmusician.training import RunStore, fit, resolved
from deepmusician.training.loop import TrainingLoop
from experiments import benchmark
from experiments.benchmark import mean_of_choirs, record_benchmark

EPOCHS = 2  # of the short re-run
NEAR = 0.1  # nats per frame: what rounding may do in so few epochs


@pytest.fixture
def little_rows(monkeypatch, tmp_path):
    as_committed(monkeypatch)
    return with_little_rows(monkeypatch, tmp_path / "cache")


def test_the_record_comes_back_with_how_it_came_about(little_rows, tmp_path):
    record_benchmark(little_rows, tmp_path, seeds=2, jobs=1)
    table = read_benchmark(tmp_path)
    assert len(table.rows) == 4
    assert table.provenance.commit == "c0ffee"
    recorded = table.provenance.details["rows"][str(little_rows[1])]
    assert recorded == asdict(resolved(little_rows[1].config))
    assert len(read_benchmark_curves(tmp_path).rows) == 4 * LITTLE.epochs
    past = table.provenance.details["no_past"]["jsb"]
    assert past["note 1-gram"] < past["IID 1-gram"]
    piece = read_benchmark_piece(little_rows[1], 24, tmp_path)
    assert (len(piece), piece.steps_per_quarter) == (24, 4)


def test_rows_recorded_later_join_those_that_were_recorded_before(
    little_rows, tmp_path, monkeypatch
):
    first, second = little_rows
    record_benchmark([first], tmp_path, seeds=1, jobs=1)
    as_committed(monkeypatch, "decaf")
    record_benchmark([second], tmp_path, seeds=1, jobs=1)
    table = read_benchmark(tmp_path)
    assert list(table.rows.outputs) == ["independent", "dependent"]
    assert list(table.rows.commit) == ["c0ffee", "decaf"]
    assert list(table.provenance.details["rows"]) == [str(first), str(second)]
    assert len(read_benchmark_curves(tmp_path).rows) == 2 * LITTLE.epochs
    for row in little_rows:
        assert len(read_benchmark_piece(row, 24, tmp_path)) == 24


def test_rows_recorded_before_are_refused_when_the_code_has_changed_since(
    little_rows, tmp_path, monkeypatch
):
    first, second = little_rows
    record_benchmark([first], tmp_path, seeds=1, jobs=1)
    as_committed(monkeypatch, fingerprint={"nll": 3.0})
    with pytest.raises(RecordError, match="other results"):
        record_benchmark([second], tmp_path, seeds=1, jobs=1)
    assert list(read_benchmark(tmp_path).rows.outputs) == ["independent"]


def test_the_mean_of_choirs_is_that_of_what_they_give_each_note(monkeypatch):
    sizes = {"hidden": 8, "classifier_hidden": 8, "context": 8, "phrases": 8}
    network = NetworkConfig(plane="voices", outputs="voices", start="zero", **sizes)
    config = SimpleNamespace(network=network, corpus="jsb-sixteenths")
    runs = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        model = DeepMusician(network).eval()
        runs.append(
            SimpleNamespace(model=model, calibration=Calibration(), config=config)
        )
    notes = np.random.default_rng(0).integers(60, 64, (2, 20, 4))
    pieces = SimpleNamespace(
        valid=[PianoRoll.from_voices(notes[0])], test=[PianoRoll.from_voices(notes[1])]
    )
    monkeypatch.setattr(benchmark, "load_corpus", lambda _: pieces)
    ones = [mean_of_choirs([run]) for run in runs]
    for run, one in zip(runs, ones, strict=True):
        assert one["valid_nll"] == pytest.approx(pooled(row_nlls(run, pieces.valid)))
    both = mean_of_choirs(runs)
    assert both["seeds"] == 2
    apart = [one["test_nll"] for one in ones]
    assert min(apart) < both["test_nll"] + np.log(2)
    assert both["test_nll"] < np.mean(apart)
    assert both["test_nll_in_keys"] < np.mean([one["test_nll_in_keys"] for one in ones])
    twice = mean_of_choirs([runs[0], runs[0]])
    assert {**twice, "seeds": 1} == pytest.approx(ones[0])
    in_keys = pooled(row_nlls(runs[0], pieces.test, in_keys=True))
    assert twice["test_nll_in_keys"] == pytest.approx(in_keys)


@pytest.fixture
def jsb(monkeypatch):
    """The chorales of the benchmark, where they lie on one of the shelves."""
    need_download(monkeypatch, "boulanger-lewandowski/JSB_Chorales.mat")
    return load_corpus("jsb")


def test_a_short_re_run_starts_on_the_recorded_curve(jsb, tmp_path, monkeypatch):
    early = property(lambda loop: len(loop.history) >= EPOCHS)
    monkeypatch.setattr(TrainingLoop, "is_over", early)
    run = fit(BENCHMARK.config, jsb, RunStore(tmp_path), progress=False)
    curves = read_benchmark_curves()
    recorded = curves.select(**BENCHMARK._asdict(), seed=0).rows.head(EPOCHS)
    assert len(run.history) == EPOCHS
    assert list(run.history.valid_nll) == pytest.approx(
        list(recorded.valid_nll), abs=NEAR
    )
    with pytest.raises(RecordError, match="make benchmark"):
        check_benchmark(run, jsb, BENCHMARK)  # it has only begun
