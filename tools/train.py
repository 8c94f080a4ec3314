"""Train every network that the book uses at the preset in DEEPMUSICIAN_PRESET.

Two at a time: the products of one are too thin to keep two cores busy. Chapters that
ask for these runs then find them finished in the run store.
"""

import sys
from collections.abc import Iterator

from joblib import Parallel, delayed
from tqdm import tqdm

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.studies import BENCHMARK, BOOK_RUNS, find_frames, preset
from deepmusician.training import TrainConfig, fit, free_cores

SIDE_BY_SIDE = 2


def runs() -> Iterator[tuple[str, TrainConfig, Corpus]]:
    """Yield the preset's runs, each with its name and its pieces, long ones first."""
    chosen, corpus = preset(), load_corpus("bach-chorales")
    if (frames := find_frames(BENCHMARK.set)) is None:
        print(f"benchmark: {BENCHMARK.set} cannot be had here; left out", flush=True)
    else:
        yield "benchmark", chosen.benchmark, frames
    for name in BOOK_RUNS:
        yield name, getattr(chosen, name), corpus


def trained(name: str, config: TrainConfig, corpus: Corpus, threads: int) -> str:
    """Return a run's name and that of its folder, trained now if it never was."""
    run = fit(config, corpus, progress=False, threads=threads)
    return f"{name}: {run.folder.name}, {run.metrics['seconds'] / 60:.1f} minutes"


def main() -> None:
    """Train, resume or find each of the preset's runs."""
    todo, cores = list(runs()), free_cores()
    jobs = min(cores, SIDE_BY_SIDE)
    side_by_side = Parallel(jobs, return_as="generator_unordered")
    done = side_by_side(delayed(trained)(*run, cores // jobs) for run in todo)
    for line in tqdm(done, total=len(todo), unit="network", smoothing=0):
        tqdm.write(line, sys.stdout)


if __name__ == "__main__":
    main()
