"""Does a network learn the same with products in bfloat16? Pairs of runs, by seed."""

from collections.abc import Sequence
from pathlib import Path

from deepmusician.corpora import load_corpus
from deepmusician.studies import preset, write_record
from deepmusician.training import RunStore, TrainConfig, fit
from experiments.recording import Recording

EPOCHS, SEEDS = 4, range(12)


def networks() -> dict[str, TrainConfig]:
    """Return the networks that are compared, by what the record calls them."""
    book = preset("full")
    named = {"report": book.report, "dependent": book.dependent, "sweep": book.sweep}
    return {
        name: config.but(epochs=EPOCHS, patience=EPOCHS, listen_every=0)
        for name, config in named.items()
    }


def record_precision(
    folder: str | Path,
    configs: dict[str, TrainConfig] | None = None,
    seeds: Sequence[int] = SEEDS,
    store: RunStore | None = None,
    threads: int = 1,
) -> Path:
    """Train every network and seed in both formats, record them; return the path.

    Both of a pair see the same windows in the same order, and take as many updates.
    Resumes like `fit`. Raises RuntimeError when the package's code is not committed, or
    is changed meanwhile.
    """
    recording, rows, spent = Recording(), [], 0.0
    for name, config in (configs or networks()).items():
        corpus = load_corpus(config.corpus, config.network.steps_per_quarter)
        for seed in seeds:
            for precision in ("float32", "bfloat16"):
                mine = config.but(seed=seed, precision=precision)
                last = fit(mine, corpus, store, threads=threads).history.iloc[-1]
                row = {"network": name, "seed": seed, "precision": precision}
                figures = {"updates": last.updates, "valid_nll": last.valid_nll}
                rows.append(row | figures)
                spent += last.seconds
                print(rows[-1], flush=True)
    command = "python -m experiments precision"
    provenance = recording.close(command, {}, spent, threads)
    return write_record(Path(folder, "precision.json"), rows, provenance)
