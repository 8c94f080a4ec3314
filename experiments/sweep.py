"""Run the sweep over alpha and gamma at both presets and record it in the package."""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from deepmusician.corpora import load_corpus
from deepmusician.studies import Preset, run_sweep, sweep_settings, write_sweep
from experiments.recording import Recording


def record_sweep(
    presets: Mapping[str, Preset], folder: str | Path, jobs: int | None = None
) -> Path:
    """Run the sweep of each preset, write the record, and return its table's path.

    The pieces kept are those of the first preset. Takes what `run_sweep` takes, and
    resumes like it. Raises RuntimeError when the package's code is not committed, or
    is changed meanwhile.
    """
    recording, results, settings = Recording(), {}, {}
    for name, book in presets.items():
        corpus = load_corpus(book.sweep.corpus, book.sweep.network.steps_per_quarter)
        grid = book.alphas, book.gammas, book.seeds
        results[name] = run_sweep(book.sweep, *grid, jobs=jobs, corpus=corpus)
        settings[name] = sweep_settings(book, corpus)
    tables = {name: result.table for name, result in results.items()}
    table = pd.concat(tables, names=["preset"]).reset_index("preset")
    details = {"jobs": jobs, "presets": settings}
    spent = table.seconds.sum() / (jobs or os.cpu_count())
    provenance = recording.close("make sweep", details, spent)
    first, *_ = results.values()
    return write_sweep(folder, first._replace(table=table), provenance)
