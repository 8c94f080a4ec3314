"""Sweeps on two processes of this machine: the table, resuming, kills."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from toy import TINY, tunes

from deepmusician import outcomes, workers
from deepmusician.free_running import RULES
from deepmusician.runs import RunStore
from deepmusician.sweep import PieceKey, sweep
from deepmusician.workers import WorkersError, train_all

GRID = ((0.25, 0.5), (0.0, 2.0), (0,))


def swept(store: RunStore, base=TINY, **options):
    options = {"corpus": tunes(), "progress": False} | options
    return sweep(base, *GRID, store=store, **options)


def equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Raise unless two tables agree but for the time taken."""
    tables = [table.drop(columns="seconds") for table in (one, other)]
    pd.testing.assert_frame_equal(*tables)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def done(store):
    """A sweep that nothing interrupted."""
    return swept(store)


def test_the_table_has_a_row_a_cell_and_every_measure(done):
    table = done.table
    cells = list(zip(table.alpha, table.gamma, table.seed, strict=True))
    assert cells == [(0.25, 0, 0), (0.25, 2, 0), (0.5, 0, 0), (0.5, 2, 0)]
    assert list(table.columns[:7]) == [
        *("alpha", "gamma", "seed", "run", "updates", "best_epoch", "seconds")
    ]
    assert {"valid_nll_step", "test_nll_step", "test_raw_density"} <= set(table)
    assert {"test_average_precision", "free_raw_sample_density"} <= set(table)
    assert {"test_sample_f1", "test_raw_threshold_f1"} <= set(table)
    assert table.run.nunique() == 4
    assert (table.updates == 4).all()


def test_every_cell_keeps_a_piece_by_each_rule(done):
    assert set(done.pieces) == {
        PieceKey(row.alpha, row.gamma, row.seed, rule)
        for row in done.table.itertuples()
        for rule in RULES
    }
    assert {len(roll) for roll in done.pieces.values()} == {192}


def test_a_second_sweep_reads_and_trains_nothing(done, store, monkeypatch):
    monkeypatch.setattr(workers, "_in_processes", None)  # calling it would raise
    again = swept(store)
    pd.testing.assert_frame_equal(again.table, done.table)
    assert again.pieces == done.pieces


def test_one_process_gives_the_same_table(done, tmp_path):
    equal(swept(RunStore(tmp_path), jobs=1).table, done.table)


def test_a_cell_is_the_run_that_fit_gives(done, store):
    config = replace(TINY, loss="focal", alpha=0.25, gamma=2.0)
    (outcome,) = train_all([config], tunes(), store, progress=False)
    row = done.table.set_index(["alpha", "gamma"]).loc[(0.25, 2.0)]
    assert outcome.run == row.run
    assert outcome.history.epoch.tolist() == [1, 2]
    assert outcome.measures["test_nll_step"] == row.test_nll_step


def test_a_run_asked_for_twice_is_trained_once(tmp_path):
    both = train_all([TINY, TINY], tunes(), RunStore(tmp_path), jobs=1, progress=False)
    assert both[0].run == both[1].run
    assert len(RunStore(tmp_path).finished()) == 1


def test_an_outcome_of_other_code_is_made_again(tmp_path, monkeypatch):
    store = RunStore(tmp_path)
    train_all([TINY], tunes(), store, jobs=1, progress=False)
    monkeypatch.setattr(outcomes, "_maker", lambda: "of another day")
    (outcome,) = train_all([TINY], tunes(), store, jobs=1, progress=False)
    stored = outcomes.stored_in(store.root / outcome.run)
    assert stored["made_by"] == "of another day"


def test_one_cell_that_fails_stops_no_other(tmp_path, monkeypatch):
    whole = outcomes.fit

    def fit(config, *rest, **options):
        if config.loss == "bce":
            raise ValueError("training diverged.")
        return whole(config, *rest, **options)

    monkeypatch.setattr(outcomes, "fit", fit)
    store = RunStore(tmp_path)
    with pytest.raises(WorkersError, match=r"1 of 4 runs failed.*bce.*diverged"):
        swept(store, jobs=1)
    assert len(store.finished()) == 3


def test_ctrl_c_says_how_far_it_came(tmp_path, monkeypatch):
    whole, ended = outcomes.fit, []

    def fit(*rest, **options):
        if ended:
            raise KeyboardInterrupt
        ended.append(whole(*rest, **options))
        return ended[0]

    monkeypatch.setattr(outcomes, "fit", fit)
    with pytest.raises(KeyboardInterrupt, match="stopped after 1 of 4 runs"):
        swept(RunStore(tmp_path), jobs=1)


def test_the_bar_counts_runs(tmp_path, capsys):
    train_all([TINY], tunes(), RunStore(tmp_path), jobs=1)
    assert "1/1" in capsys.readouterr().err
    train_all([TINY], tunes(), RunStore(tmp_path), jobs=1)
    assert "1/1" in capsys.readouterr().err


def test_a_table_holds_numbers(done):
    numbers = done.table.drop(columns="run")
    assert all(np.issubdtype(kind, np.number) for kind in numbers.dtypes)
