from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_cli import fails, typed
from toy import TINY, tunes

from deepmusician import benchmark as benchmark_module
from deepmusician import benchmark_record, benchmark_rows, code_state
from deepmusician.benchmark import benchmark, find_set
from deepmusician.benchmark_record import read_benchmark, read_curves, standing
from deepmusician.benchmark_rows import (
    BARS,
    NETWORKS,
    OUTPUTS,
    ROWS,
    SETS,
    Row,
    choose,
)
from deepmusician.notes import MusicFileError
from deepmusician.runs import RunStore
from deepmusician.training import Run
from deepmusician.whole_pieces import frame_nlls, pooled

LITTLE = replace(TINY, start="zero", windows_per_epoch=4, epochs=1)
ROOT = Path(__file__).parents[1]


@pytest.fixture
def little_rows(monkeypatch, tmp_path):
    """Two rows of the benchmark, on six short tunes, with a network of no size."""
    rows = {
        Row("jsb", "decoder", "independent"): LITTLE,
        Row("jsb", "decoder", "dependent"): replace(LITTLE, outputs="dependent"),
    }
    monkeypatch.setattr(benchmark_rows, "ROWS", rows)
    monkeypatch.setattr(benchmark_module, "load_corpus", lambda *_, **__: tunes())
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    return list(rows)


def test_a_row_a_seed_is_scored_on_whole_test_pieces(little_rows, tmp_path):
    store = RunStore(tmp_path)
    keys = [(row, seed) for row in little_rows for seed in (0, 1)]
    scores, epochs, pieces = benchmark(keys, store, jobs=1, progress=False)
    assert list(pieces) == little_rows
    assert scores.outputs.tolist() == ["independent"] * 2 + ["dependent"] * 2
    assert scores.seed.tolist() == [0, 1, 0, 1]
    run = Run.load(scores.run[3], store)
    wanted = pooled(frame_nlls(run.model, tunes().test))
    assert scores.test_nll[3] == pytest.approx(wanted)
    assert run.config.seed == 1
    assert scores.frames.tolist() == [32] * 4
    assert len(epochs) == 4 * LITTLE.epochs
    assert list(epochs.columns[:5]) == [*Row._fields, "seed", "epoch"]


def test_a_finished_row_is_not_trained_again(little_rows, tmp_path, monkeypatch):
    store = RunStore(tmp_path)
    keys = [(little_rows[0], 0)]
    first = benchmark(keys, store, jobs=1, progress=False).scores
    monkeypatch.setattr(
        "deepmusician.training._train", lambda *_: pytest.fail("trained")
    )
    again = benchmark(keys, store, jobs=1, progress=False).scores
    pd.testing.assert_frame_equal(first, again)


@pytest.fixture
def committed(monkeypatch):
    """A checkout at commit c0ffee, whose code gives what it gave."""
    monkeypatch.setattr(code_state.records, "clean_commit", lambda: "c0ffee")
    monkeypatch.setattr(code_state, "canary_now", lambda: {"bird": 1.0})
    monkeypatch.setattr(benchmark_record, "load_corpus", lambda *_, **__: tunes())


def test_the_record_comes_back_with_how_it_came_about(little_rows, tmp_path, committed):
    seeds = {"decoder": (0, 1)}
    benchmark_record.record_benchmark(little_rows, tmp_path, seeds, jobs=1)
    table = read_benchmark(tmp_path)
    assert len(table.rows) == 4
    assert table.provenance.commit == "c0ffee"
    recorded = table.provenance.details["rows"][str(little_rows[1])]
    assert recorded == asdict(little_rows[1].config)
    assert len(read_curves(tmp_path).rows) == 4 * LITTLE.epochs
    past = table.provenance.details["no_past"]["jsb"]
    assert past["note 1-gram"] < past["IID 1-gram"]
    piece = benchmark_record.read_piece(little_rows[1], 24, tmp_path)
    assert (len(piece), piece.steps_per_quarter) == (24, 4)


def test_rows_recorded_later_join_those_that_were_recorded_before(
    little_rows, tmp_path, committed, monkeypatch
):
    first, second = little_rows
    seeds = {"decoder": (0,)}
    benchmark_record.record_benchmark([first], tmp_path, seeds, jobs=1)
    monkeypatch.setattr(code_state.records, "clean_commit", lambda: "decaf")
    benchmark_record.record_benchmark([second], tmp_path, seeds, jobs=1)
    table = read_benchmark(tmp_path)
    assert list(table.rows.outputs) == ["independent", "dependent"]
    assert list(table.rows.commit) == ["c0ffee", "decaf"]
    assert list(table.provenance.details["rows"]) == [str(first), str(second)]
    assert len(read_curves(tmp_path).rows) == 2 * LITTLE.epochs
    for row in little_rows:
        assert len(benchmark_record.read_piece(row, 24, tmp_path)) == 24


def test_rows_recorded_before_are_refused_when_the_code_has_changed_since(
    little_rows, tmp_path, committed, monkeypatch
):
    first, second = little_rows
    seeds = {"decoder": (0,)}
    benchmark_record.record_benchmark([first], tmp_path, seeds, jobs=1)
    monkeypatch.setattr(code_state, "canary_now", lambda: {"bird": 2.0})
    with pytest.raises(code_state.RecordError, match="other results"):
        benchmark_record.record_benchmark([second], tmp_path, seeds, jobs=1)
    assert list(read_benchmark(tmp_path).rows.outputs) == ["independent"]


def scores_of(*nlls, outputs="dependent"):
    """Scores of as many seeds of the bare decoder on JSB."""
    rows = [
        Row("jsb", "decoder", outputs)._asdict() | {"seed": n, "test_nll": nll}
        for n, nll in enumerate(nlls)
    ]
    other = Row("jsb", "encoder-decoder", outputs)._asdict() | {"test_nll": 1.0}
    return pd.DataFrame([*rows, other])


def test_a_bar_is_met_by_the_mean_of_the_bare_decoders_seeds():
    told = standing(scores_of(5.3, 5.4, 5.45)).set_index(["set", "outputs"])
    row = told.loc["jsb", "dependent"]
    assert (row.verdict, row.seeds) == ("met", 3)
    assert row["mean"] == pytest.approx(5.3833, abs=1e-3)
    assert row.spread == pytest.approx(np.std([5.3, 5.4, 5.45], ddof=1))
    assert standing(scores_of(5.3, 5.6)).verdict.tolist().count("missed") == 1


def test_a_bar_that_nothing_was_trained_for_stays_open():
    told = standing(scores_of(5.3)).set_index(["set", "outputs"])
    assert told.loc["nottingham", "independent"].verdict == "open"
    assert np.isnan(told.loc["nottingham", "independent"]["mean"])
    assert len(told) == len(BARS)


def test_a_set_that_cannot_be_had_is_none(monkeypatch):
    def offline(*_, **__):
        raise MusicFileError("jsb", "cannot be had", "Connect.")

    monkeypatch.setattr(benchmark_module, "load_corpus", lambda *_, **__: tunes())
    assert len(find_set("jsb").pieces) == 6
    monkeypatch.setattr(benchmark_module, "load_corpus", offline)
    assert find_set("jsb") is None


def test_rows_are_chosen_by_set_outputs_and_network():
    assert choose(["jsb"], ["dependent"]) == [Row("jsb", "decoder", "dependent")]
    assert {row.set for row in choose()} == set(SETS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((["musedata"],), "musedata"),
        ((SETS, ["both"]), "both"),
        ((SETS, OUTPUTS, ["tcn"]), "tcn"),
        ((["nottingham"], OUTPUTS, ["encoder-decoder"]), "it has jsb"),
    ],
)
def test_a_row_that_does_not_exist_is_named(asked, said):
    with pytest.raises(ValueError, match=said):
        choose(*asked)


def test_every_row_reads_the_published_frames_as_the_record_does():
    for row, config in ROWS.items():
        assert (row.set in SETS, row.network in NETWORKS) == (True, True)
        assert config.corpus == row.set
        assert config.plane == "sounding"
        assert config.outputs == row.outputs
        assert (config.start == "guided") == (row.network == "encoder-decoder")
    bare = {(row.set, row.outputs) for row in ROWS if row.network == "decoder"}
    assert bare == set(BARS)


def test_the_command_of_a_row_asks_for_that_row(capsys):
    for row in ROWS:
        words = row.command.split()
        told = dict(zip(words[2::2], words[3::2], strict=True))
        network = told.get("--network", "decoder")
        assert choose([told["--sets"]], [told["--outputs"]], [network]) == [row]


def test_the_command_prints_the_score_among_the_published_ones(
    little_rows, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(benchmark_record, "load_corpus", lambda *_, **__: tunes())
    words = ("--outputs", "dependent", "--seeds", "2", "--jobs", "1", "-o", "mine")
    result = typed("benchmark", *words)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "mine/benchmark.csv"
    assert "±" in result.stdout
    assert "5.56  RNN-NADE" in result.stdout
    assert len(read_benchmark("mine").rows) == 2


def test_the_command_says_in_one_line_what_it_does_not_know():
    assert "musedata" in fails("benchmark", "--sets", "musedata")
