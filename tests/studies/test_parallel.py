"""Sweeps that lose a process: nothing is lost, and the table is the same."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pandas as pd
import psutil
import pytest
from support.toy import TINY, tunes

from deepmusician.studies import parallel, run_sweep
from deepmusician.training import CHECKPOINT, RunStore

BASE = TINY.but(epochs=6, windows_per_epoch=64)
GRID = ((0.25, 0.5), (0.0, 2.0), (0,))
CODE = """
import sys
from support.toy import tunes
from deepmusician.training import RunStore
from deepmusician.studies import run_sweep
from studies.test_parallel import BASE, GRID
if __name__ == "__main__":
    store = RunStore(sys.argv[1])
    run_sweep(BASE, *GRID, store=store, corpus=tunes(), progress=False, jobs=2)
"""


def swept(store: RunStore, **options):
    options = {"jobs": 2, "progress": False} | options
    return run_sweep(BASE, *GRID, store=store, corpus=tunes(), **options)


def equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Raise unless two tables agree but for the time taken."""
    tables = [table.drop(columns="seconds") for table in (one, other)]
    pd.testing.assert_frame_equal(*tables)


def wait_for(true, what: str, seconds: float = 120) -> None:
    """Return as soon as `true()` is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)


def processes_of(parent: int) -> list[psutil.Process]:
    """The workers that a process has started."""
    children = psutil.Process(parent).children()
    return [child for child in children if "LokyProcess" in " ".join(child.cmdline())]


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one that nobody buried has."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A sweep that nothing interrupted, in one process."""
    return swept(RunStore(tmp_path_factory.mktemp("runs")), jobs=1)


def test_a_local_process_that_dies_costs_nothing_but_its_time(
    done, tmp_path, monkeypatch, capsys
):
    killed = []

    def kill_one(outcome):
        if not killed:
            killed.append(processes_of(os.getpid())[0])
            killed[0].kill()
        return ""

    monkeypatch.setattr(parallel, "_brief", kill_one)
    again = swept(RunStore(tmp_path))
    equal(again.table, done.table)
    assert again.pieces == done.pieces
    assert "a process died; its run goes on in another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cores", "runs", "expected"), [(4, 3, (3, 1)), (4, 1, (1, 4)), (1, 3, (1, 1))]
)
def test_networks_train_one_a_free_core_and_share_the_threads(
    tmp_path, monkeypatch, cores, runs, expected
):
    asked = []

    def local(task, todo, jobs, threads):
        asked.append((jobs, threads))
        return iter(())

    monkeypatch.setattr(parallel, "free_cores", lambda: cores)
    monkeypatch.setattr(parallel, "_on_this_machine", local)
    configs = [BASE.but(seed=seed) for seed in range(runs)]
    with pytest.raises(KeyError):
        parallel.train_all(configs, tunes(), RunStore(tmp_path), progress=False)
    assert asked == [expected]


def test_processes_that_die_again_and_again_are_given_up(tmp_path, monkeypatch):
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def dies(*_):
        raise TerminatedWorkerError
        yield

    monkeypatch.setattr(parallel, "_in_processes", dies)
    with pytest.raises(parallel.WorkersError, match="6 processes died in a row"):
        swept(RunStore(tmp_path))


def test_a_sweep_that_is_killed_goes_on_and_repeats_nothing(done, tmp_path):
    store = RunStore(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    wait_for(store.finished, "the first cell")
    started = processes_of(child.pid)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert len(started) == 2
    wait_for(lambda: all(map(gone, started)), "the workers' end", seconds=10)
    before = {run.name: run.stat().st_mtime_ns for run in store.finished()}
    weights = {name: (tmp_path / name / "history.csv").read_bytes() for name in before}
    assert 1 <= len(before) < 4
    equal(swept(store).table, done.table)
    for name, history in weights.items():
        assert (tmp_path / name / "history.csv").read_bytes() == history
    assert not list(tmp_path.glob(f"*/{CHECKPOINT}"))


@contextmanager
def dask(*words: object):
    """A process of the cluster, killed at the end if need be."""
    process = subprocess.Popen(
        [sys.executable, "-m", *map(str, words), "--no-dashboard"],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def test_a_cluster_that_loses_a_worker_gives_the_same_table(done, tmp_path):
    store, place = RunStore(tmp_path / "runs"), tmp_path / "scheduler.json"
    here = ("--scheduler-file", place, "--host", "127.0.0.1")
    one = ("--nthreads", 1, "--no-nanny", "--local-directory", tmp_path)
    with ExitStack() as cluster:
        scheduler = ("distributed.cli.dask_scheduler", *here, "--port", 0)
        cluster.enter_context(dask(*scheduler))
        wait_for(place.exists, "the scheduler")
        members = [
            cluster.enter_context(dask("distributed.cli.dask_worker", *here, *one))
            for _ in range(2)
        ]
        address = json.loads(place.read_text())["address"]
        sweeping = cluster.enter_context(swept_aside(store, address))
        wait_for(lambda: store.finished() or sweeping.done(), "the first cell")
        members[0].kill()
        again = sweeping.result()
    equal(again.table, done.table)
    assert again.pieces == done.pieces


@contextmanager
def swept_aside(store: RunStore, address: str):
    """A sweep in a thread of its own, as a future."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(swept, store, scheduler=address)


def test_a_slow_worker_of_a_cluster_gets_fewer_runs():
    from distributed import LocalCluster, get_worker

    def task(number: int) -> dict:
        name = get_worker().name
        time.sleep(0.5 if name == 0 else 0.02)
        return {"by": name}

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        work = parallel._on_cluster(task, range(24), cluster.scheduler_address)
        done = [outcome["by"] for _, outcome in work]
    assert len(done) == 24
    assert 1 <= done.count(0) <= 6


def test_a_missing_package_for_clusters_is_named_with_its_cure(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(parallel.WorkersError) as error:
        swept(RunStore(tmp_path), scheduler="tcp://127.0.0.1:1")
    assert 'pip install "deepmusician[cluster]"' in str(error.value)
