"""The command `deepmusician benchmark`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepmusician.cli import options, output

if TYPE_CHECKING:
    import pandas as pd

Sets = Annotated[
    str,
    typer.Option(metavar="LIST", help="jsb, nottingham, piano-midi, jsb-sixteenths."),
]
Kinds = Annotated[
    str, typer.Option(metavar="LIST", help="independent, dependent, voices.")
]
Networks = Annotated[
    str,
    typer.Option(metavar="LIST", help="decoder, decoder-with-memory, encoder-decoder."),
]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs per row.")]


def benchmark(
    sets: Sets = "jsb",
    outputs: Kinds = "independent,dependent",
    network: Networks = "decoder",
    seeds: Seeds = 1,
    precision: options.Precision = "auto",
    jobs: options.Jobs = None,
    folder: options.Folder = Path("benchmark"),
) -> None:
    """Train and score rows of the benchmark of 2012, beside what others published.

    Scores are nats per frame on the test pieces, pooled over all frames; lower is
    better. Beside the mean over the seeds stands in_keys, what it is when each network
    is asked in eleven keys. Writes benchmark.csv, benchmark_curves.csv, and how they
    came about.
    If it is stopped, the same command goes on from there.

    For example:

    - `deepmusician benchmark --sets jsb --outputs dependent --seeds 3`

    - `deepmusician benchmark --sets nottingham,piano-midi -o mine`

    - `deepmusician benchmark --sets jsb-sixteenths --outputs voices --network
    decoder-with-memory`, then `deepmusician compose` with the run that it names
    """
    from deepmusician import studies

    rows = studies.choose_rows(*(text.split(",") for text in (sets, outputs, network)))
    output.check_table_folder(folder)
    start, keys = time.perf_counter(), [(row, n) for row in rows for n in range(seeds)]
    result = studies.run_benchmark(keys, jobs=jobs, precision=precision)
    details = studies.benchmark_details(result, precision)
    spent = time.perf_counter() - start
    provenance = output.provenance_of_command(spent, details)
    path = studies.write_benchmark(folder, result, provenance)
    print(_summary(result.scores))
    print(path)


def _summary(scores: "pd.DataFrame") -> str:
    """Return each row's test score over its seeds, then the published ones."""
    from deepmusician.studies import PUBLISHED

    rows = scores.groupby(["set", "network", "outputs"]).agg(
        mean=("test_nll", "mean"),
        std=("test_nll", "std"),
        in_keys=("test_nll_in_keys", "mean"),
    )
    tables = rows, PUBLISHED.filter(scores.set.unique()).dropna(how="all")
    return "\n\n".join(each.to_string(float_format="{:.2f}".format) for each in tables)
