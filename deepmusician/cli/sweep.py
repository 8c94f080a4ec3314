"""The command `deepmusician sweep`."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepmusician.cli import options, output

if TYPE_CHECKING:
    import pandas as pd

SHOWN = {
    "test_nll_step": "test NLL",
    "test_average_precision": "average precision",
    "test_best_f1": "best F1",
    "test_density": "density",
    "free_sample_density": "free density",
}
Alphas = Annotated[str, typer.Option(metavar="LIST", help="Weights of onsets, 0 to 1.")]
Gammas = Annotated[
    str, typer.Option(metavar="LIST", help="How much to focus on hard cells.")
]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs per cell.")]
Scheduler = Annotated[
    str, typer.Option(metavar="ADDRESS", help="A dask cluster to work on instead.")
]


def sweep(
    alpha: Alphas = "",
    gamma: Gammas = "",
    seeds: Seeds = 3,
    corpus: options.CorpusName = "bach-chorales",
    preset: options.Preset = "full",
    epochs: options.Epochs = None,
    windows_per_epoch: options.WindowCount = None,
    hidden: options.Hidden = None,
    batch: options.BatchSize = None,
    learning_rate: options.Rate = None,
    precision: options.Precision = "auto",
    jobs: options.Jobs = None,
    scheduler: Scheduler = "",
    folder: options.Folder = Path("sweep"),
) -> None:
    """Train a network for every alpha, gamma and seed; write one table.

    Writes sweep.csv, sweep_pieces.json with what each network plays by each rule, and
    sweep.json with how they came about. Alpha 0.5 with gamma 0 is binary cross-entropy.
    Without lists it takes those of the book. If it is stopped, the same command goes
    on from there and trains no finished network again.

    For example:

    - `deepmusician sweep --alpha 0.25,0.5,0.75 --gamma 0,1,2 --seeds 3`

    - `deepmusician sweep --preset quick --corpus ~/my-midi-files -o mine`

    - `deepmusician sweep --scheduler tcp://10.0.0.1:8786`, with `dask scheduler` there
    and `dask worker tcp://10.0.0.1:8786 --nthreads 1` on every machine
    """
    from deepmusician import studies
    from deepmusician.training import sweep_cells

    book, start = studies.preset(preset), time.perf_counter()
    given = {
        **{"corpus": corpus, "epochs": epochs, "windows_per_epoch": windows_per_epoch},
        **{"hidden": hidden, "batch": batch, "learning_rate": learning_rate},
        "precision": precision,
    }
    base = book.sweep.but(**{k: v for k, v in given.items() if v is not None})
    alphas = numbers("--alpha", alpha) or book.alphas
    gammas = numbers("--gamma", gamma) or book.gammas
    grid = alphas, gammas, tuple(range(seeds))
    for cell in sweep_cells(*grid):
        cell.config(base)  # an impossible one is refused before anything is read
    output.check_table_folder(folder)
    pieces = output.read_corpus(base)
    cluster = scheduler or None
    result = studies.run_sweep(base, *grid, scheduler=cluster, jobs=jobs, corpus=pieces)
    book = replace(book, sweep=base, alphas=alphas, gammas=gammas, seeds=grid[-1])
    details = {"presets": {book.name: studies.sweep_settings(book, pieces)}}
    spent = time.perf_counter() - start
    provenance = output.provenance_of_command(spent, details)
    path = studies.write_sweep(folder, result, provenance)
    print(_summary(result.table))
    print(path)


def numbers(option: str, text: str) -> tuple[float, ...]:
    """Return the numbers of a list such as "0.25,0.5"; none of an empty text.

    Raises ValueError, naming the option and the part that is no number.
    """
    values = []
    for part in text.split(",") if text else []:
        try:
            values.append(float(part))
        except ValueError:
            raise ValueError(
                f"{option}: {part.strip()!r} is no number; give numbers with commas "
                "between them, such as 0.25,0.5,0.75"
            ) from None
    return tuple(values)


def _summary(table: "pd.DataFrame") -> str:
    """Return the means of the seeds of every cell, as a person reads them."""
    shown = {name: label for name, label in SHOWN.items() if name in table}
    means = table.groupby(["alpha", "gamma"])[list(shown)].mean().rename(columns=shown)
    return means.reset_index().to_string(index=False, float_format="{:.4g}".format)
