"""The recorded benchmark: still what the code would do, and where the bars stand."""

import os
from pathlib import Path

import pytest

from deepmusician.benchmark_record import (
    check_again,
    read_benchmark,
    read_curves,
    read_piece,
)
from deepmusician.benchmark_rows import ROWS, Row
from deepmusician.code_state import RecordError, check_code
from deepmusician.corpora import load_corpus
from deepmusician.lesson import Lesson
from deepmusician.presets import BENCHMARK
from deepmusician.runs import RunStore
from deepmusician.settings import TrainConfig
from deepmusician.training import fit

ROOT = Path(__file__).parents[1]
SHELVES = (os.environ.get("DEEPMUSICIAN_DATA"), ROOT.parent / "shared" / "datasets")
EPOCHS = 2  # of the short re-run
NEAR = 0.1  # nats a frame: what rounding may do in so few epochs


@pytest.fixture
def jsb(monkeypatch):
    """The chorales of the benchmark, where they lie on one of the shelves."""
    for shelf in filter(None, SHELVES):
        if Path(shelf, "boulanger-lewandowski", "JSB_Chorales.mat").exists():
            monkeypatch.setenv("DEEPMUSICIAN_DATA", str(shelf))
            return load_corpus("jsb")
    pytest.skip("JSB_Chorales.mat was not downloaded: set DEEPMUSICIAN_DATA")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_recorded_row_still_has_its_configuration(row):
    rows = read_benchmark().provenance.details["rows"]
    if str(row) in rows:
        recorded = TrainConfig(**rows[str(row)])
        assert recorded == row.config, f"record it anew: {row.command}"


def test_every_recorded_row_is_one_of_the_benchmark():
    rows = read_benchmark().provenance.details["rows"]
    assert set(rows) <= {str(row) for row in ROWS}


def test_the_code_gives_what_it_gave_when_the_benchmark_was_recorded():
    check_code(read_benchmark().provenance, "make benchmark")


def test_a_short_re_run_starts_on_the_recorded_curve(jsb, tmp_path, monkeypatch):
    early = property(lambda lesson: len(lesson.history) >= EPOCHS)
    monkeypatch.setattr(Lesson, "is_over", early)
    run = fit(BENCHMARK.config, jsb, RunStore(tmp_path), progress=False)
    curves = read_curves().rows
    recorded = curves[
        (curves.set == BENCHMARK.set)
        & (curves.network == BENCHMARK.network)
        & (curves.outputs == BENCHMARK.outputs)
        & (curves.seed == 0)
    ].head(EPOCHS)
    assert len(run.history) == EPOCHS
    assert list(run.history.valid_nll) == pytest.approx(
        list(recorded.valid_nll), abs=NEAR
    )
    with pytest.raises(RecordError, match="make benchmark"):
        check_again(run, jsb, BENCHMARK)  # it has only begun


def test_the_record_holds_three_seeds_of_each_jsb_row_of_the_bare_decoder():
    scores = read_benchmark().rows
    bare = scores[(scores.set == "jsb") & (scores.network == "decoder")]
    assert bare.groupby("outputs").seed.nunique().to_dict() == {
        "dependent": 3,
        "independent": 3,
    }


def test_no_recorded_score_is_so_low_that_one_has_to_suspect_a_leak():
    scores = read_benchmark().rows.query("set == 'jsb'")
    assert scores[scores.outputs == "independent"].test_nll.min() > 8.0
    assert scores[scores.outputs == "dependent"].test_nll.min() > 4.0


def test_the_best_epoch_was_chosen_on_the_validation_pieces():
    table, curves = read_benchmark().rows, read_curves().rows
    for run in table.itertuples():
        mine = curves[
            (curves.set == run.set)
            & (curves.network == run.network)
            & (curves.outputs == run.outputs)
            & (curves.seed == run.seed)
        ]
        assert mine.epoch[mine.valid_nll.idxmin()] == run.best_epoch


def test_a_recorded_row_has_a_piece_that_can_be_heard():
    piece = read_piece(Row("jsb", "decoder", "dependent"), 32)
    assert len(piece) == 32
    assert 2 < piece.sounding.sum(axis=1).mean() < 6
