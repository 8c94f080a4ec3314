"""The run store: names, markers, locks, look-up, damage."""

import json
import subprocess
import sys

import pytest

from deepmusician.training import RunStore
from deepmusician.training import store as runs
from deepmusician.training.store import RunError, run_id


def make_run(store: RunStore, name: str, finished: str = "2026-01-01") -> None:
    """A finished run whose files hold their own names."""
    folder = store.folder(name)
    for file in runs.FILES:
        (folder / file).write_text(file)
    runs.mark_finished(folder)
    marker = json.loads((folder / runs.MARKER).read_text())
    (folder / runs.MARKER).write_text(json.dumps({**marker, "finished": finished}))


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def test_the_order_of_settings_does_not_change_an_id():
    assert run_id({"a": 1, "b": 2.0}, "f") == run_id({"b": 2.0, "a": 1}, "f")


@pytest.mark.parametrize(
    "other",
    [({"a": 2}, "f", "code"), ({"a": 1}, "g", "code"), ({"a": 1}, "f", "other")],
)
def test_settings_corpus_and_code_each_change_an_id(other):
    assert run_id(*other) != run_id({"a": 1}, "f", "code")


def test_a_half_written_folder_is_not_a_finished_run(store):
    folder = store.folder("abc")
    for file in runs.FILES:
        (folder / file).write_text("here")
    assert not runs.is_finished(folder)
    assert store.finished() == []
    with pytest.raises(RunError, match="no finished run"):
        store.find("abc")


def test_a_run_with_a_file_missing_cannot_be_finished(store):
    folder = store.folder("abc")
    with pytest.raises(FileNotFoundError):
        runs.mark_finished(folder)
    assert not runs.is_finished(folder)


def test_runs_are_found_by_the_first_digits_by_folder_and_by_being_the_latest(store):
    make_run(store, "a111", finished="2026-03-01")
    make_run(store, "b222", finished="2026-02-01")
    assert store.find("b2").name == "b222"
    assert store.find(store.root / "b222").name == "b222"
    assert store.find("latest").name == "a111"
    assert [run.name for run in store.finished()] == ["b222", "a111"]


def test_an_ambiguous_or_unknown_name_is_one_clear_error(store):
    with pytest.raises(RunError, match="no finished run yet"):
        store.find("latest")
    make_run(store, "a111")
    make_run(store, "a122")
    with pytest.raises(RunError, match=r"several runs begin so \(a111, a122\)"):
        store.find("a1")
    with pytest.raises(RunError, match="zz: no finished run of this name"):
        store.find("zz")


@pytest.mark.parametrize("file", runs.FILES)
def test_a_finished_run_changed_since_is_an_error_that_names_it(store, file):
    make_run(store, "a111")
    runs.check_files(store.folder("a111"))
    (store.folder("a111") / file).write_text("changed")
    with pytest.raises(RunError, match=rf"a111: .*damaged \({file} changed"):
        runs.check_files(store.folder("a111"))


@pytest.mark.parametrize("marker", ["", "[]", "{}", '{"sha256": {}}', "\x00\x01"])
def test_a_damaged_marker_is_an_error_and_does_not_stop_the_listing(store, marker):
    make_run(store, "a111")
    make_run(store, "b222")
    (store.folder("a111") / runs.MARKER).write_text(marker)
    with pytest.raises(RunError, match=r"a111: .*damaged"):
        runs.check_files(store.folder("a111"))
    assert store.find("latest").name == "b222"


def test_a_missing_file_is_damage(store):
    make_run(store, "a111")
    (store.folder("a111") / "history.csv").unlink()
    with pytest.raises(RunError, match=r"a111: .*damaged"):
        runs.check_files(store.folder("a111"))


def test_a_store_that_cannot_be_written_names_the_remedy(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RunError, match="Set DEEPMUSICIAN_CACHE"):
        RunStore(tmp_path / "file").folder("abc")


def test_the_lock_is_freed_when_the_process_that_held_it_dies(store):
    holding = (
        "import sys, time; from deepmusician.training import RunStore;"
        "lock = RunStore(sys.argv[1]).lock('abc'); lock.acquire();"
        "print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(store.root)], stdout=subprocess.PIPE
    ) as other:
        try:
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(TimeoutError):
                store.lock("abc").acquire(timeout=0)
        finally:
            other.kill()
    with store.lock("abc").acquire(timeout=5) as lock:
        assert lock.is_locked


def test_the_cache_variable_moves_the_store(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path))
    assert RunStore().root == tmp_path / "runs"
