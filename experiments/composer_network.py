"""Train the network that composes in the page and record it in the package.

About an hour, on one core too, unless the run store holds it. It can be stopped at any
time; the same command goes on from the last whole epoch.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import evaluate, music_measures, predict, windows_for
from deepmusician.files import checksum
from deepmusician.model import DeepMusician, compose
from deepmusician.music import PianoRoll
from deepmusician.studies import (
    COMPOSED_PIECES,
    COMPOSED_STEPS,
    COMPOSER,
    COMPOSER_MEASURES,
    COMPOSER_NETWORK,
    Recording,
    write_composer_network,
)
from deepmusician.training import (
    ExportedNetwork,
    Run,
    RunStore,
    TrainConfig,
    export_run,
    fit,
    parse_export,
)

PRIMES, PRIME_STEPS, FREE_STEPS = 3, 48, 64
"""Pieces whose first steps are continued by so many to compare the logits."""


def record_composer_network(
    folder: str | Path,
    config: TrainConfig = COMPOSER,
    store: RunStore | None = None,
    threads: int | None = None,
) -> Path:
    """Train the composer's network, record it, and return its record's path.

    A network that the run store holds is not trained again. The same call after a kill
    goes on. Raises RuntimeError when the package's code is not committed or is changed
    meanwhile, RecordError for weights that rounding made worse than they may be.
    """
    recording = Recording()
    corpus = load_corpus(config.corpus, config.network.steps_per_quarter)
    run = fit(config, corpus, store, threads=threads)
    with tempfile.TemporaryDirectory() as place:
        path = export_run(run, Path(place, "weights"), COMPOSER_NETWORK)
        weights = path.read_bytes()
    network = parse_export(weights)
    details = _details(run, weights, network, corpus)
    composed = compose(network, COMPOSED_STEPS, pieces=COMPOSED_PIECES)
    rows = [
        {"music": "composed from silence", **_measures(composed)},
        {"music": "the corpus", **_measures(corpus.pieces)},
    ]
    spent, cores = run.metrics["seconds"], run.metrics["threads"]
    provenance = recording.close("make composer", details, spent, cores)
    return write_composer_network(folder, weights, rows, provenance)


def _details(
    run: Run, weights: bytes, network: ExportedNetwork, corpus: Corpus
) -> dict:
    """Return what the record says of the weights, as JSON knows it."""
    primes = [roll[:PRIME_STEPS] for roll in corpus.test[:PRIMES]]
    rounded = evaluate(network.model, corpus.test, calibration=network.calibration)
    return {
        "config": asdict(run.config),
        "run": run.id,
        "epochs": run.metrics["epochs"],
        "best_epoch": run.metrics["best_epoch"],
        "sha256": checksum(weights),
        "bytes": len(weights),
        "test_nll": {
            "float32": run.metrics["test"]["nll_step"],
            "rounded": rounded["nll_step"],
        },
        "logit_gap": logit_gap(run.model, network, primes),
    }


def _measures(rolls: Sequence[PianoRoll]) -> dict[str, float]:
    """Return how many pieces there are, and the mean of each of their measures."""
    measures = music_measures(rolls)
    return {"pieces": len(rolls)} | {name: measures[name] for name in COMPOSER_MEASURES}


def logit_gap(
    exact: DeepMusician, rounded: ExportedNetwork, primes: Sequence[PianoRoll]
) -> float:
    """Return how far apart two networks' logits are where they read the same.

    The largest difference over every key of the `FREE_STEPS` steps that the rounded
    one composes after each prime, all of which both then read.
    """
    gaps = []
    for seed, prime in enumerate(primes):
        (roll,) = compose(rounded, FREE_STEPS, prime, seed=seed)
        windows = windows_for(exact.config, [roll])
        one, two = (predict(model, windows)[0] for model in (exact, rounded.model))
        gaps.append(abs(one - two)[-FREE_STEPS:].max())  # of (steps, keys)
    return float(max(gaps))
