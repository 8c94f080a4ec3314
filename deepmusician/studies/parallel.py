"""Many runs at once: by processes of this machine, or by the workers of a cluster.

Every run goes through `fit` and the run store. Whatever was done before a process died,
a machine was lost or a person pressed Ctrl-C is found again: a finished run is read, an
unfinished one goes on from its last whole epoch. On one machine, networks train one a
core: small ones gain little from a second.

Local processes are joblib's. A cluster is spoken to with `distributed`'s own futures:
joblib's dask backend waits for ever on a task that the scheduler has given up.
"""

import os
import pickle
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path

from tqdm import tqdm

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.studies.outcome import Outcome, stored_outcome, train_and_measure
from deepmusician.training import RunStore, TrainConfig, free_cores, id_of, resolved

PATIENCE = 10.0  # seconds that a scheduler may take to answer
LOST_IN_A_ROW = 5  # processes that may die before a run ends, until we give up

Result = tuple[TrainConfig, dict]  # a run's settings and outcome
Task = Callable[[TrainConfig], dict]

_ONE_AT_A_TIME = threading.Lock()  # torch's generator is the whole process's


class WorkersError(ValueError):
    """Runs that could not be had; the message says which, and why."""


def train_all(
    configs: Sequence[TrainConfig],
    corpus: Corpus,
    store: RunStore | None = None,
    scheduler: str | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> list[Outcome]:
    """Return the outcome of each of these settings, in their order.

    Args:
        configs: the runs to train, or to find in the store.
        corpus: the pieces; they travel to the workers with the task.
        store: where runs are kept; by default each worker's own `<cache>/runs`.
        scheduler: the address of a `dask.distributed` cluster, such as
            "tcp://10.0.0.1:8786"; without one, processes of this machine. Start its
            workers with `--nthreads 1`: a process trains one network at a time.
        jobs: how many local processes, a thread each; by default one for each core that
            nothing else uses, which then share the threads.
        progress: whether to show a bar over the runs.

    Raises:
        KeyboardInterrupt: on Ctrl-C; the message says how far it came.
        WorkersError: when runs failed, after all the others have ended; when no
            scheduler answers; when processes die again and again.
    """
    grid = corpus.steps_per_quarter
    configs = [
        resolved(config.but(corpus=corpus.name, steps_per_quarter=grid))
        for config in configs
    ]
    root = None if scheduler and store is None else (store or RunStore()).root
    outcomes = {} if root is None else _stored(configs, corpus, RunStore(root))
    todo = [config for config in dict.fromkeys(configs) if config not in outcomes]
    packed, threads = zlib.compress(pickle.dumps(corpus), 1), 1
    if not (scheduler or jobs):
        cores = free_cores()
        jobs = max(1, min(cores, len(todo)))
        threads = cores // jobs
    task = partial(_outcome, packed=packed, root=root, threads=threads)
    if scheduler:
        work = _on_cluster(task, todo, scheduler)
    else:
        work = _on_this_machine(task, todo, jobs, threads)
    outcomes |= _watched(work, len(outcomes), len(outcomes) + len(todo), progress)
    _check(outcomes)
    return [Outcome.from_dict(config, outcomes[config]) for config in configs]


def train_by_corpus(
    configs: Mapping[tuple, TrainConfig],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> dict[tuple, Outcome]:
    """Return the outcome of each of these settings by the same keys.

    Corpora are read one after the other, by the names that the settings give; all
    else is as in `train_all`.
    """
    outcomes = {}
    for name in dict.fromkeys(config.corpus for config in configs.values()):
        corpus = load_corpus(name, progress=progress)
        mine = {key: config for key, config in configs.items() if config.corpus == name}
        trained = train_all([*mine.values()], corpus, store, None, jobs, progress)
        outcomes |= dict(zip(mine, trained, strict=True))
    return {key: outcomes[key] for key in configs}


def _watched(
    work: Iterator[Result], before: int, total: int, progress: bool
) -> dict[TrainConfig, dict]:
    """Return all outcomes of some work, with a bar over the runs while it lasts."""
    outcomes = {}
    with tqdm(
        total=total, initial=before, unit="run", smoothing=0, disable=not progress
    ) as bar:
        try:
            for config, outcome in work:
                outcomes[config] = outcome
                bar.set_postfix_str(_brief(outcome), refresh=False)
                bar.update()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"stopped after {before + len(outcomes)} of {total} runs; "
                "the same call goes on from there"
            ) from None
    return outcomes


def _outcome(
    config: TrainConfig, packed: bytes, root: Path | None, threads: int
) -> dict:
    """Return what is kept of a run, or why there is nothing; in a worker."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # from every worker, for every run
        try:
            store = RunStore(root)
            return train_and_measure(config, _unpacked(packed), store, threads)
        except (ValueError, OSError) as error:
            return {"failed": str(error)}


def _stored(
    configs: Sequence[TrainConfig], corpus: Corpus, store: RunStore
) -> dict[TrainConfig, dict]:
    """Return the outcomes that the store already holds."""
    folders = {config: store.root / id_of(config, corpus) for config in configs}
    outcomes = {config: stored_outcome(folder) for config, folder in folders.items()}
    return {config: each for config, each in outcomes.items() if each is not None}


def _check(outcomes: dict[TrainConfig, dict]) -> None:
    """Raise WorkersError if any run failed."""
    failed = {config: each for config, each in outcomes.items() if "failed" in each}
    for config, outcome in failed.items():
        raise WorkersError(
            f"{len(failed)} of {len(outcomes)} runs failed, the first with loss="
            f"{config.loss}, alpha={config.alpha}, gamma={config.gamma:g}, "
            f"seed={config.seed}: {outcome['failed']} The others are in the run store."
        )


def _brief(outcome: dict) -> str:
    """Return what the bar says of the run that has just ended."""
    if "failed" in outcome:
        return "failed"
    return f"valid NLL {outcome['measures']['valid_nll_step']:.3f}"


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Corpus:
    """Return the corpus that a task brought, unpacked once a process."""
    return pickle.loads(zlib.decompress(packed))


def _on_this_machine(
    task: Task, todo: Sequence[TrainConfig], jobs: int, threads: int
) -> Iterator[Result]:
    """Yield what processes of this machine make of the runs, as they end.

    When one dies, joblib ends the others too; all begin again on what is missing.
    """
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    left, lost = list(todo), 0
    while left:
        try:
            for config, outcome in _in_processes(task, tuple(left), jobs, threads):
                left.remove(config)
                lost = 0
                yield config, outcome
        except TerminatedWorkerError as error:
            lost += 1
            if lost > LOST_IN_A_ROW:
                raise WorkersError(
                    f"{lost} processes died in a row: is there enough memory? "
                    "The runs that ended are in the run store."
                ) from error
            print("a process died; its run goes on in another", file=sys.stderr)


def _in_processes(
    task: Task, todo: Sequence[TrainConfig], jobs: int, threads: int
) -> Iterator[Result]:
    """Yield each run's settings and outcome, as they end."""
    from joblib import Parallel, delayed, parallel_config

    tethered = delayed(_tethered)
    with parallel_config("loky", n_jobs=jobs, inner_max_num_threads=threads):
        parallel = Parallel(return_as="generator_unordered", batch_size=1)
        yield from parallel(tethered(task, config, os.getpid()) for config in todo)


def _tethered(task: Task, config: TrainConfig, owner: int) -> Result:
    """Return a run's settings and outcome; ends with the process that asked for it."""
    end_with_owner(owner)
    return config, task(config)


@lru_cache
def end_with_owner(owner: int) -> None:
    """End this process when the one that started it is gone, even if killed."""

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(1)
        os._exit(1)

    if os.getpid() != owner:
        tqdm.set_lock(threading.RLock())  # its own would outlive a killed process
        threading.Thread(target=watch, daemon=True).start()


def _on_cluster(
    task: Task, todo: Sequence[TrainConfig], scheduler: str
) -> Iterator[Result]:
    """Yield what the workers of a `dask.distributed` cluster make of the runs.

    A worker is given a run or two at a time, so that a slow one gets fewer in all; the
    scheduler gives the task of a worker that died to another one.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise WorkersError(
            "working on a cluster needs the package distributed: "
            'pip install "deepmusician[cluster]"'
        ) from error
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersError(
            f"{scheduler}: no scheduler answers there. "
            "Start one with `dask scheduler`, and workers with `dask worker`."
        ) from error
    with client:
        futures = client.map(task, list(todo), pure=False)
        configs = dict(zip(futures, todo, strict=True))
        for future in as_completed(futures, loop=client.loop):
            if future.cancelled():
                raise WorkersError(f"{scheduler}: the scheduler was lost")
            error = future.exception()
            outcome = {"failed": str(error)} if error else future.result()
            yield configs[future], outcome
