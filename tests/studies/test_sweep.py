"""A sweep on two processes of this machine, and its record, small and checked."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.recordings import as_committed
from support.toy import TINY, tunes

from deepmusician.studies import (
    PRESETS,
    RULE_VARIANTS,
    PieceKey,
    by_rule,
    check_sweep,
    less_bce,
    parallel,
    preset,
    read_sweep,
    read_sweep_pieces,
    run_sweep,
    seed_spread,
    sweep,
    write_sweep,
)
from deepmusician.studies import outcome as outcomes
from deepmusician.studies.parallel import WorkersError, train_all
from deepmusician.studies.results import RecordError, find_result
from deepmusician.training import RunStore, TrainConfig, fit, sweep_cells
from experiments.sweep import record_sweep

GRID = ((0.25, 0.5), (0.0, 2.0), (0,))


def swept(store: RunStore, base=TINY, **options):
    options = {"corpus": tunes(), "progress": False} | options
    return run_sweep(base, *GRID, store=store, **options)


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
        for rule in RULE_VARIANTS
    }
    assert {len(roll) for roll in done.pieces.values()} == {192}


def test_a_second_sweep_reads_and_trains_nothing(done, store, monkeypatch):
    monkeypatch.setattr(parallel, "_in_processes", None)  # calling it would raise
    again = swept(store)
    pd.testing.assert_frame_equal(again.table, done.table)
    assert again.pieces == done.pieces


def test_one_process_gives_the_same_table(done, tmp_path):
    equal(swept(RunStore(tmp_path), jobs=1).table, done.table)


def test_a_cell_is_the_run_that_fit_gives(done, store):
    config = TINY.but(loss="focal", alpha=0.25, gamma=2.0)
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
    stored = outcomes.stored_outcome(store.root / outcome.run)
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


BOOK = replace(
    preset("quick"), sweep=TINY, alphas=(0.5,), gammas=(0.0, 2.0), seeds=(0, 1, 2)
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("cache") / "runs")


@pytest.fixture(autouse=True)
def a_quick_fingerprint(monkeypatch):
    as_committed(monkeypatch)


@pytest.fixture(scope="module")
def recorded(stored, tmp_path_factory):
    """A folder with the record of a tiny sweep at a preset called quick."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        as_committed(patch)
        patch.setattr("experiments.sweep.load_corpus", lambda *_: tunes())
        patch.setenv("DEEPMUSICIAN_CACHE", str(stored.root.parent))
        record_sweep({"quick": BOOK}, folder, jobs=1)
    return folder


@pytest.fixture
def again(stored):
    """The two cells that the book trains again."""
    return [
        fit(config, tunes(), stored, progress=False, threads=1)
        for config in (BOOK.bce, BOOK.focal)
    ]


def test_a_preset_that_was_not_recorded_is_named(recorded):
    with pytest.raises(ValueError, match="no preset 'full'"):
        read_sweep(folder=recorded)


def test_pieces_are_read_as_they_were_played(recorded, tmp_path):
    pieces = read_sweep_pieces(recorded)
    assert len(pieces) == 2 * 3 * len(RULE_VARIANTS)
    table = read_sweep("quick", recorded)
    write_sweep(tmp_path, sweep.Sweep(table.rows, pieces), table.provenance)
    assert read_sweep_pieces(tmp_path) == pieces


def test_a_table_that_was_changed_by_hand_is_refused(recorded, tmp_path):
    for path in recorded.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = tmp_path / "sweep.csv"
    table.write_text(table.read_text().replace("quick", "full", 1))
    with pytest.raises(ValueError, match=r"sweep\.csv: changed since it was recorded"):
        read_sweep("quick", tmp_path)


def test_cells_trained_again_land_among_their_seeds(recorded, again):
    compared = check_sweep(*again, book=BOOK, folder=recorded)
    assert len(compared) == 2 * 3
    assert (compared.low <= compared.now).all()
    assert (compared.now <= compared.high).all()
    assert set(compared.measure) == set(sweep.SWEEP_TOLERANCES)


def test_the_range_is_widened_by_its_width_and_never_by_less_than_the_tolerance(
    recorded, again
):
    compared = check_sweep(*again, book=BOOK, folder=recorded)
    table = read_sweep("quick", recorded).rows
    for row in compared.itertuples():
        gamma = 0 if "gamma 0" in row.cell else 2
        values = table.loc[table.gamma == gamma, row.measure]
        width = values.max() - values.min()
        room = max(width, sweep.SWEEP_TOLERANCES[row.measure])
        assert row.low == pytest.approx(values.min() - room)
        assert row.high == pytest.approx(values.max() + room)


def test_a_cell_that_lands_elsewhere_is_named_with_both_values(recorded, again):
    again[1].metrics["test"]["nll_step"] = 99.0
    said = r"alpha 0\.5, gamma 2, seed 0: test_nll_step is 99 now"
    with pytest.raises(RecordError, match=said):
        check_sweep(*again, book=BOOK, folder=recorded)


def test_a_cell_that_is_no_number_is_refused(recorded, again):
    again[0].metrics["test"]["density"] = float("nan")
    with pytest.raises(RecordError, match="test_density is nan now"):
        check_sweep(*again, book=BOOK, folder=recorded)


def test_another_base_than_the_recorded_fails_the_check(recorded, again):
    other = replace(BOOK, sweep=TINY.but(epochs=3))
    with pytest.raises(RecordError, match="recorded with another epochs"):
        check_sweep(*again, book=other, folder=recorded)


def test_a_run_that_is_no_cell_is_refused(recorded, again, stored):
    config = BOOK.bce.but(learning_rate=0.02)
    stray = fit(config, tunes(), stored, progress=False, threads=1)
    with pytest.raises(ValueError, match=f"run {stray.id} is no cell of the sweep"):
        check_sweep(stray, book=BOOK, folder=recorded)


def test_a_cell_that_was_not_recorded_is_named(recorded, stored):
    config = BOOK.focal.but(gamma=5.0)
    run = fit(config, tunes(), stored, progress=False, threads=1)
    with pytest.raises(RecordError, match=r"no gamma 5\.0: 0, 2"):
        check_sweep(run, book=BOOK, folder=recorded)


@pytest.mark.parametrize("name", PRESETS)
def test_the_books_record_holds_every_cell_of_the_preset(name):
    book, table = preset(name), read_sweep(name)
    cells = set(zip(table.rows.alpha, table.rows.gamma, table.rows.seed, strict=True))
    assert cells == set(sweep_cells(book.alphas, book.gammas, book.seeds))
    assert len(table.rows) == len(cells)
    settings = table.provenance.details["presets"][name]
    recorded = TrainConfig.from_dict(settings["base"])
    assert recorded.but(precision="auto") == book.sweep


def test_the_books_pieces_are_one_a_rule_and_below_a_megabyte():
    assert find_result(sweep.SWEEP_PIECES).stat().st_size < 1_000_000
    table, pieces = read_sweep().rows, read_sweep_pieces()
    assert len(pieces) == len(RULE_VARIANTS) * len(table)
    assert {len(roll) for roll in pieces.values()} == {192}


def runs(cells):
    """Return a tidy table of {(alpha, gamma): nats of each seed}."""
    return pd.DataFrame(
        [
            {"alpha": alpha, "gamma": gamma, "seed": seed, "nats": value}
            for (alpha, gamma), values in cells.items()
            for seed, value in enumerate(values)
        ]
    )


CELLS = runs({(0.5, 0.0): [2, 3], (0.5, 2.0): [4, 4], (0.9, 0.0): [8, 8]})


def test_runs_of_a_cell_become_their_mean_lowest_and_highest():
    spread = seed_spread(CELLS, ("alpha", "gamma"), "nats")
    assert spread.loc[(0.5, 0.0)].tolist() == [2.5, 2.0, 3.0]
    assert spread.loc[(0.5, 2.0)].tolist() == [4.0, 4.0, 4.0]


def test_a_run_becomes_a_row_for_every_rule():
    table = pd.DataFrame(
        {
            "seed": [0, 1],
            "test_density": [1.0, 1.2],
            "valid_target_density": [1.1, 1.1],
            "free_sample_density": [0.9, 0.8],
            "free_sample_silent_share": [0.5, 0.6],
            "free_density_density": [0.1, 0.0],
            "free_density_silent_share": [0.9, 1.0],
        }
    )
    rows = by_rule(table, {"sampled": "sample", "cut": "density"})
    assert rows["label"].tolist() == ["sampled", "sampled", "cut", "cut"]
    assert rows["seed"].tolist() == [0, 1, 0, 1]
    assert rows["forced"].tolist() == [1.0, 1.2, 1.1, 1.1]
    assert rows["free"].tolist() == [0.9, 0.8, 0.1, 0.0]
    assert rows["silent"].tolist() == [0.5, 0.6, 0.9, 1.0]


def test_each_run_is_compared_with_bce_of_its_own_seed():
    rows = less_bce(CELLS, ["nats"])
    assert rows[["alpha", "gamma", "seed", "nats"]].to_numpy().tolist() == [
        [0.5, 2.0, 0, 2],
        [0.5, 2.0, 1, 1],
        [0.9, 0.0, 0, 6],
        [0.9, 0.0, 1, 5],
    ]
    assert CELLS["nats"].tolist() == [2, 3, 4, 4, 8, 8]
