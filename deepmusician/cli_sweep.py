"""The command `deepmusician sweep`; see `cli.py` for all others."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepmusician.options import (
    BatchSize,
    CorpusName,
    Epochs,
    Hidden,
    Preset,
    Rate,
    WindowCount,
)

if TYPE_CHECKING:
    import pandas as pd

    from deepmusician.corpora import Corpus
    from deepmusician.presets import Preset as Book
    from deepmusician.sweep import Sweep

SHOWN = {
    "test_nll_step": "test NLL",
    "test_average_precision": "average precision",
    "test_best_f1": "best F1",
    "test_density": "density",
    "free_sample_density": "free density",
}
Alphas = Annotated[
    str, typer.Option(metavar="LIST", help="Weights of the touches, 0 to 1.")
]
Gammas = Annotated[str, typer.Option(metavar="LIST", help="Focus on the hard cells.")]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs a cell.")]
Jobs = Annotated[int, typer.Option(min=1, help="Local processes, a core each.")]
Scheduler = Annotated[
    str, typer.Option(metavar="ADDRESS", help="A dask cluster to work on instead.")
]
Folder = Annotated[Path, typer.Option("--output", "-o", help="Where the table goes.")]


def sweep(
    alpha: Alphas = "",
    gamma: Gammas = "",
    seeds: Seeds = 3,
    corpus: CorpusName = "bach-chorales",
    preset: Preset = "full",
    epochs: Epochs = None,
    windows_per_epoch: WindowCount = None,
    hidden: Hidden = None,
    batch: BatchSize = None,
    learning_rate: Rate = None,
    jobs: Jobs = 2,
    scheduler: Scheduler = "",
    output: Folder = Path("sweep"),
) -> None:
    """Train a network for every alpha, gamma and seed; write one table.

    Writes sweep.csv, sweep_pieces.json with what each network plays by each rule, and
    sweep.json with how they came about. Alpha 0.5 with gamma 0 is binary cross-entropy.
    Without lists it takes those of the book. Stopped in whatever way, the same command
    goes on from there and repeats no finished network.

    For example:

    - `deepmusician sweep --alpha 0.25,0.5,0.75 --gamma 0,1,2 --seeds 3`

    - `deepmusician sweep --preset quick --corpus ~/my-midi-files -o mine`

    - `deepmusician sweep --scheduler tcp://10.0.0.1:8786`, with `dask scheduler` there
    and `dask worker tcp://10.0.0.1:8786 --nthreads 1` on every machine
    """
    from deepmusician import presets
    from deepmusician.cli import read_corpus
    from deepmusician.sweep import sweep as run

    book = presets.preset(preset)
    given = {
        **{"corpus": corpus, "epochs": epochs, "windows_per_epoch": windows_per_epoch},
        **{"hidden": hidden, "batch": batch, "learning_rate": learning_rate},
    }
    given = {name: value for name, value in given.items() if value is not None}
    book = replace(
        book,
        sweep=replace(book.sweep, **given),
        alphas=numbers("--alpha", alpha) or book.alphas,
        gammas=numbers("--gamma", gamma) or book.gammas,
        seeds=tuple(range(seeds)),
    )
    grid, start = (book.alphas, book.gammas, book.seeds), time.perf_counter()
    check(book, output)
    pieces = read_corpus(book.sweep)
    options = {"scheduler": scheduler or None, "jobs": jobs, "corpus": pieces}
    found = run(book.sweep, *grid, **options)
    path = _write(found, book, pieces, output, time.perf_counter() - start)
    print(summary(found.table))
    print(path)


def numbers(option: str, text: str) -> tuple[float, ...]:
    """Return the numbers of a list such as "0.25,0.5"; none of an empty text.

    Raises ValueError, naming the option and the part that is no number.
    """
    parts = [part.strip() for part in text.split(",")] if text else []
    found = []
    for part in parts:
        try:
            found.append(float(part))
        except ValueError:
            raise ValueError(
                f"{option}: {part!r} is no number; give numbers with commas between "
                "them, such as 0.25,0.5,0.75"
            ) from None
    return tuple(found)


def check(book: "Book", output: Path) -> None:
    """Raise ValueError for an impossible cell, or a file where the folder goes."""
    from deepmusician.cells import grid

    for cell in grid(book.alphas, book.gammas, book.seeds):
        cell.config(book.sweep)
    if output.exists() and not output.is_dir():
        raise ValueError(f"{output}: is a file; the table goes into a folder")


def summary(table: "pd.DataFrame") -> str:
    """Return the means of the seeds of every cell, as a person reads them."""
    shown = {name: said for name, said in SHOWN.items() if name in table}
    means = table.groupby(["alpha", "gamma"])[list(shown)].mean().rename(columns=shown)
    return means.reset_index().to_string(index=False, float_format="{:.4g}".format)


def _write(
    found: "Sweep", book: "Book", corpus: "Corpus", folder: Path, seconds: float
) -> Path:
    """Write a sweep with its provenance; return the table's path."""
    from deepmusician import records
    from deepmusician.sweep_record import settings, write_sweep

    try:
        commit = records.clean_commit()
    except (RuntimeError, OSError):  # an installed package has no checkout
        commit = "unknown"
    command = " ".join(["deepmusician", *sys.argv[1:]])
    told = {"presets": {book.name: settings(book, corpus)}}
    born = records.provenance(command, seconds, 1, commit, told)
    return write_sweep(folder, found, born)
