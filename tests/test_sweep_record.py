"""The recorded sweep: written and read, small, and checked against today's code."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from toy import TINY, tunes

from deepmusician import code_state, records, sweep_record
from deepmusician.cells import grid
from deepmusician.code_state import RecordError
from deepmusician.free_running import RULES
from deepmusician.presets import PRESETS, preset
from deepmusician.runs import RunStore
from deepmusician.sweep_record import (
    check_record,
    read_pieces,
    read_sweep,
    record_sweep,
    write_sweep,
)
from deepmusician.training import fit

CANARY = {"nll": 2.5, "updates": 8}
BOOK = replace(
    preset("quick"), sweep=TINY, alphas=(0.5,), gammas=(0.0, 2.0), seeds=(0, 1, 2)
)


@pytest.fixture(autouse=True)
def a_quick_canary(monkeypatch):
    monkeypatch.setattr(code_state, "canary_now", lambda: CANARY)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("cache") / "runs")


@pytest.fixture(scope="module")
def recorded(store, tmp_path_factory):
    """A folder with the record of a tiny sweep at a preset called quick."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_state, "canary_now", lambda: CANARY)
        patch.setattr(records, "clean_commit", lambda: "c0ffee")
        patch.setattr(sweep_record, "load_corpus", lambda *_: tunes())
        patch.setenv("DEEPMUSICIAN_CACHE", str(store.root.parent))
        record_sweep({"quick": BOOK}, folder, jobs=1)
    return folder


@pytest.fixture
def again(store):
    """The two cells that the book trains again."""
    return [
        fit(config, tunes(), store, progress=False, threads=1)
        for config in (BOOK.bce, BOOK.focal)
    ]


def test_a_record_has_the_presets_rows_and_how_they_came_about(recorded):
    table = read_sweep("quick", recorded)
    assert table.rows.gamma.tolist() == [0, 2] * 3
    assert table.rows.seed.tolist() == [0, 0, 1, 1, 2, 2]
    born = table.provenance
    assert (born.commit, born.threads) == ("c0ffee", 1)
    assert born.seconds >= table.rows.seconds.sum() / 2
    assert born.details["canary"] == CANARY
    assert born.details["presets"]["quick"]["base"]["hidden"] == TINY.hidden
    assert born.details["presets"]["quick"]["corpus"] == tunes().fingerprint
    assert born.details["presets"]["quick"]["openings"] == ["tune-5"]


def test_a_preset_that_was_not_recorded_is_named(recorded):
    with pytest.raises(ValueError, match="no preset 'full'"):
        read_sweep(folder=recorded)


def test_pieces_are_read_as_they_were_played(recorded, tmp_path):
    pieces = read_pieces(recorded)
    assert len(pieces) == 2 * 3 * len(RULES)
    table = read_sweep("quick", recorded)
    write_sweep(tmp_path, sweep_record.Sweep(table.rows, pieces), table.provenance)
    assert read_pieces(tmp_path) == pieces


def test_a_table_that_was_changed_by_hand_is_refused(recorded, tmp_path):
    for path in recorded.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = tmp_path / "sweep.csv"
    table.write_text(table.read_text().replace("quick", "full", 1))
    with pytest.raises(ValueError, match=r"sweep\.csv: changed since it was recorded"):
        read_sweep("quick", tmp_path)


def test_cells_trained_again_land_among_their_seeds(recorded, again):
    told = check_record(*again, book=BOOK, folder=recorded)
    assert len(told) == 2 * 3
    assert (told.low <= told.now).all()
    assert (told.now <= told.high).all()
    assert set(told.measure) == set(sweep_record.CHECKED)


def test_the_range_is_widened_by_its_width_and_never_by_less_than_the_tolerance(
    recorded, again
):
    told = check_record(*again, book=BOOK, folder=recorded)
    table = read_sweep("quick", recorded).rows
    for row in told.itertuples():
        gamma = 0 if "gamma 0" in row.cell else 2
        values = table.loc[table.gamma == gamma, row.measure]
        width = values.max() - values.min()
        room = max(width, sweep_record.CHECKED[row.measure])
        assert row.low == pytest.approx(values.min() - room)
        assert row.high == pytest.approx(values.max() + room)


def test_a_cell_that_lands_elsewhere_is_named_with_both_values(recorded, again):
    again[1].metrics["test"]["nll_step"] = 99.0
    said = r"alpha 0\.5, gamma 2, seed 0: test_nll_step is 99 now"
    with pytest.raises(RecordError, match=said):
        check_record(*again, book=BOOK, folder=recorded)


def test_a_cell_that_is_no_number_is_refused(recorded, again):
    again[0].metrics["test"]["density"] = float("nan")
    with pytest.raises(RecordError, match="test_density is nan now"):
        check_record(*again, book=BOOK, folder=recorded)


def test_code_that_gives_other_results_fails_the_check(recorded, again, monkeypatch):
    monkeypatch.setattr(code_state, "canary_now", lambda: CANARY | {"nll": 2.6})
    with pytest.raises(RecordError, match=r"nll was 2\.5 and is 2\.6.*make sweep"):
        check_record(*again, book=BOOK, folder=recorded)


def test_another_base_than_the_recorded_fails_the_check(recorded, again):
    other = replace(BOOK, sweep=replace(TINY, epochs=3))
    with pytest.raises(RecordError, match="recorded with another epochs"):
        check_record(*again, book=other, folder=recorded)


def test_a_run_that_is_no_cell_is_refused(recorded, again, store):
    config = replace(BOOK.bce, learning_rate=0.02)
    stray = fit(config, tunes(), store, progress=False, threads=1)
    with pytest.raises(ValueError, match=f"run {stray.id} is no cell of the sweep"):
        check_record(stray, book=BOOK, folder=recorded)


def test_a_cell_that_was_not_recorded_is_named(recorded, store):
    config = replace(BOOK.focal, gamma=5.0)
    run = fit(config, tunes(), store, progress=False, threads=1)
    with pytest.raises(RecordError, match=r"no cell of alpha 0\.5, gamma 5, seed 0"):
        check_record(run, book=BOOK, folder=recorded)


def test_code_that_changes_during_a_recording_is_refused(monkeypatch):
    monkeypatch.setattr(records, "clean_commit", lambda: "c0ffee")
    account = code_state.Account()
    monkeypatch.setattr(code_state, "rooms", lambda: "others")
    with pytest.raises(RuntimeError, match="changed during the recording"):
        account.close("make x", {})


RESULTS = Path(__file__).parent.parent / "book" / "results"


@pytest.mark.parametrize("name", PRESETS)
def test_the_books_record_holds_every_cell_of_the_preset(name):
    book, table = preset(name), read_sweep(name)
    cells = set(zip(table.rows.alpha, table.rows.gamma, table.rows.seed, strict=True))
    assert cells == set(grid(book.alphas, book.gammas, book.seeds))
    assert len(table.rows) == len(cells)
    told = table.provenance.details["presets"][name]
    assert told["base"] == asdict(book.sweep)


def test_the_books_pieces_are_one_a_rule_and_below_a_megabyte():
    assert (RESULTS / sweep_record.PIECES).stat().st_size < 1_000_000
    table, pieces = read_sweep().rows, read_pieces()
    assert len(pieces) == len(RULES) * len(table)
    assert {len(roll) for roll in pieces.values()} == {192}
