"""Run the sweep over alpha and gamma at both presets and record it in the package.

It can be stopped at any time; the same command goes on where it stopped.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from deepmusician.corpora import load_corpus
from deepmusician.studies import (
    Preset,
    Sweep,
    run_sweep,
    sweep_settings,
    write_sweep,
)
from experiments.recording import Recording


def record_sweep(
    presets: Mapping[str, Preset], folder: str | Path, jobs: int | None = None
) -> Path:
    """Run the sweep of each preset, write the record, and return its table's path.

    The pieces kept are those of the first preset. Takes what `run_sweep` takes, and
    resumes like it. Raises RuntimeError when the package's code is not committed, or
    is changed meanwhile.
    """
    recording, tables, settings, pieces = Recording(), [], {}, None
    for name, book in presets.items():
        corpus = load_corpus(book.sweep.corpus, book.sweep.network.steps_per_quarter)
        grid = book.alphas, book.gammas, book.seeds
        result = run_sweep(book.sweep, *grid, jobs=jobs, corpus=corpus)
        settings[name] = sweep_settings(book, corpus)
        pieces = result.pieces if pieces is None else pieces
        tables.append(result.table)
        tables[-1].insert(0, "preset", name)
    table = pd.concat(tables)
    details = {"jobs": jobs, "presets": settings}
    spent = table.seconds.sum() / (jobs or os.cpu_count())
    provenance = recording.close("make sweep", details, spent)
    return write_sweep(folder, Sweep(table, pieces), provenance)
