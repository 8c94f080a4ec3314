"""The command `deepmusician benchmark`; see `cli.py` for all others."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from deepmusician.benchmark import Benchmark

Sets = Annotated[str, typer.Option(metavar="LIST", help="jsb, nottingham, piano-midi.")]
Kinds = Annotated[
    str, typer.Option(metavar="LIST", help="independent, dependent, or both.")
]
Networks = Annotated[
    str, typer.Option(metavar="LIST", help="decoder, encoder-decoder, or both.")
]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs a row.")]
Jobs = Annotated[int, typer.Option(min=1, help="Local processes, a core each.")]
Folder = Annotated[Path, typer.Option("--output", "-o", help="Where the table goes.")]


def benchmark(
    sets: Sets = "jsb",
    outputs: Kinds = "independent,dependent",
    network: Networks = "decoder",
    seeds: Seeds = 1,
    jobs: Jobs = 2,
    output: Folder = Path("benchmark"),
) -> None:
    """Train and score rows of the benchmark of 2012, beside what others published.

    Scores are nats a frame on the test pieces, pooled over all frames; lower is
    better. Writes benchmark.csv, benchmark_curves.csv, and how they came about.
    Stopped in whatever way, the same command goes on from there.

    For example:

    - `deepmusician benchmark --sets jsb --outputs dependent --seeds 3`

    - `deepmusician benchmark --sets nottingham,piano-midi -o mine`
    """
    from deepmusician.benchmark import benchmark as run
    from deepmusician.benchmark_rows import choose

    rows = choose(*(text.split(",") for text in (sets, outputs, network)))
    if output.exists() and not output.is_dir():
        raise ValueError(f"{output}: is a file; the table goes into a folder")
    start = time.perf_counter()
    found = run([(row, seed) for row in rows for seed in range(seeds)], jobs=jobs)
    path = _write(found, output, time.perf_counter() - start)
    print(summary(found.scores))
    print(path)


def summary(scores: "pd.DataFrame") -> str:
    """Return each row's test score over its seeds, beside the published ones."""
    from deepmusician.published import published_table

    lines = []
    for (name, network, outputs), runs in scores.groupby(["set", "network", "outputs"]):
        score = f"{runs.test_nll.mean():6.2f}"
        if len(runs) > 1:
            score += f" ± {runs.test_nll.std():.2f}"
        lines.append(f"{name}: {score}  {network}, {outputs} outputs (this run)")
        table = published_table().dropna(subset=[name])
        lines += [
            f"{name}: {row[name]:6.2f}  {row.model}" for _, row in table.iterrows()
        ]
    return "\n".join(dict.fromkeys(lines))


def _write(found: "Benchmark", folder: Path, seconds: float) -> Path:
    """Write scores and epochs with their provenance; return the table's path."""
    from deepmusician import records
    from deepmusician.benchmark_record import details_of, write_benchmark

    try:
        commit = records.clean_commit()
    except (RuntimeError, OSError):  # an installed package has no checkout
        commit = "unknown"
    command = " ".join(["deepmusician", *sys.argv[1:]])
    born = records.provenance(command, seconds, 1, commit, details_of(found))
    return write_benchmark(folder, found, born)
