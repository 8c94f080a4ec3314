"""The commands: `python -m experiments sweep`, `losses`, `benchmark`, `composer`, ...

Each can be stopped at any time; the same command goes on where it stopped.
"""

from pathlib import Path
from typing import Annotated

import typer

from deepmusician.studies import (
    KINDS_OF_OUTPUTS,
    NETWORKS,
    PRESETS,
    RECORDS,
    choose_rows,
)
from experiments.benchmark import record_benchmark
from experiments.composer_network import record_composer_network, record_mozart
from experiments.losses import experiments, record_experiments
from experiments.sweep import record_sweep
from experiments.timing import record_precision, record_representations

Folder = Annotated[Path, typer.Option(help="Where the record goes.")]
Jobs = Annotated[
    int | None, typer.Option(help="Local processes; by default one a free core.")
]
Seeds = Annotated[int | None, typer.Option(help="By default as many as are recorded.")]
Threads = Annotated[int | None, typer.Option(help="Cores; by default those free.")]
Only = Annotated[list[str] | None, typer.Option(help="By name; by default all.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.command()
def sweep(folder: Folder = RECORDS, jobs: Jobs = None) -> None:
    """Run the sweep over alpha and gamma at both presets and record it."""
    print(record_sweep(PRESETS, folder, jobs))


@app.command()
def losses(folder: Folder = RECORDS, jobs: Jobs = None, only: Only = None) -> None:
    """Train the loss experiments, about nine minutes, and record them."""
    known = experiments(PRESETS["full"].sweep)
    if unknown := sorted({*(only or ())} - {*known}):
        raise typer.BadParameter(f"no such experiment: {', '.join(unknown)}")
    chosen = {name: known[name] for name in known if name in (only or known)}
    print(record_experiments(chosen, folder, jobs))


@app.command()
def benchmark(
    folder: Folder = RECORDS,
    jobs: Jobs = None,
    sets: str = "jsb",
    outputs: str = ",".join(KINDS_OF_OUTPUTS),
    networks: str = ",".join(NETWORKS),
    seeds: Seeds = None,
) -> None:
    """Train and score rows of the benchmark, by sets and outputs, and record them."""
    rows = choose_rows(*(text.split(",") for text in (sets, outputs, networks)))
    print(record_benchmark(rows, folder, seeds, jobs))


@app.command()
def composer(folder: Folder = RECORDS, threads: Threads = None) -> None:
    """Train the network that composes in the page, 12 minutes, and record it."""
    print(record_composer_network(folder, threads=threads))


@app.command()
def mozart(folder: Folder = RECORDS, threads: Threads = None) -> None:
    """Train that network on Mozart's sonatas, 8 minutes, and record four pieces."""
    print(record_mozart(folder, threads=threads))


@app.command()
def representations(
    folder: Folder = RECORDS, seconds: float = 300.0, jobs: Jobs = None
) -> None:
    """Train networks on rolls and tokens for the same time each, and record them."""
    print(record_representations(folder, seconds, jobs=jobs))


@app.command()
def precision(folder: Folder = RECORDS) -> None:
    """Train in float32 and in bfloat16, paired by seed, 20 minutes, and record it."""
    print(record_precision(folder))


if __name__ == "__main__":
    app()
