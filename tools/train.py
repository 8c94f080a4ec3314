"""Train every network that the book uses at the preset in DEEPMUSICIAN_PRESET.

Two at a time: the products of one are too thin to keep two cores busy. Chapters that
ask for these runs then find them finished in the run store. Ctrl-C stops it, and the
same command goes on from there.
"""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from tqdm import tqdm

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.studies import BENCHMARK, BOOK_RUNS, find_frames, preset
from deepmusician.training import TrainConfig, fit, free_cores

SIDE_BY_SIDE = 2


def runs() -> Iterator[tuple[str, TrainConfig, Corpus]]:
    """Yield the preset's runs, each with its name and its pieces, long ones first.

    The first trains while the chorales, which all others need, are parsed.
    """
    chosen = preset()
    if (frames := find_frames(BENCHMARK.set)) is None:
        print(f"benchmark: {BENCHMARK.set} cannot be had here; left out", flush=True)
    else:
        yield "benchmark", chosen.benchmark, frames
    corpus = load_corpus("bach-chorales")
    for name in BOOK_RUNS:
        yield name, getattr(chosen, name), corpus


def trained(name: str, config: TrainConfig, corpus: Corpus, threads: int) -> str:
    """Return a run's name and that of its folder, trained now if it never was."""
    try:
        run = fit(config, corpus, progress=False, threads=threads)
    except KeyboardInterrupt:
        os._exit(1)  # with the runs that were to come next
    return f"{name}: {run.folder.name}, {run.metrics['seconds'] / 60:.1f} minutes"


def main() -> None:
    """Train, resume or find each of the preset's runs."""
    jobs = min(cores := free_cores(), SIDE_BY_SIDE)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        try:
            todo = [pool.submit(trained, *run, cores // jobs) for run in runs()]
            done = tqdm(as_completed(todo), total=len(todo), unit="network")
            for each in done:
                done.write(each.result())
        except (KeyboardInterrupt, BrokenProcessPool):
            pool.shutdown(cancel_futures=True)
            sys.exit("training stopped; the same command goes on from there")


if __name__ == "__main__":
    main()
