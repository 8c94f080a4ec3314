"""Train the composer's network and record it in the package: for the page, on Bach,
and on Mozart's sonatas, the report's own music, with four pieces to hear.

Twelve and eight minutes, on one core, unless the run store holds them.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from deepmusician.baselines import ChordMarkov, CountedLengths, NoteUnigram
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import (
    LENGTH_MEASURES,
    MEASURES,
    CopyingIndex,
    evaluate,
    music_measures,
    predict,
    whole_nll,
    windows_for,
)
from deepmusician.files import checksum, write_file
from deepmusician.model import DeepMusician, compose
from deepmusician.music import PianoRoll
from deepmusician.studies import (
    COMPOSED_PIECES,
    COMPOSED_STEPS,
    COMPOSER,
    COMPOSER_MEASURES,
    COMPOSER_NETWORK,
    COMPOSER_WEIGHTS,
    MOZART,
    MOZART_RECORD,
    check_rounding,
    pack_roll,
    write_record,
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
from experiments.recording import Recording

PRIMES, PRIME_STEPS, FREE_STEPS = 3, 48, 64
"""Pieces whose first steps are continued by so many to compare the logits."""
MOZART_OPENINGS = ("k155/movement1", "k80/movement2")
OPENING_STEPS, MOZART_STEPS = 64, 256
"""Quartets whose first steps are continued, and how many steps are composed."""


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
    rows = _rows(network, corpus)
    spent, cores = run.metrics["seconds"], run.metrics["threads"]
    provenance = recording.close("make composer", details, spent, cores)
    check_rounding(provenance.details)
    write_file(Path(folder, COMPOSER_WEIGHTS), weights)
    return write_record(Path(folder, f"{COMPOSER_NETWORK}.json"), rows, provenance)


def record_mozart(
    folder: str | Path,
    config: TrainConfig = MOZART,
    store: RunStore | None = None,
    threads: int | None = None,
) -> Path:
    """Train the composer's network on Mozart, record four pieces; return the path.

    Takes, resumes and raises what `record_composer_network` does.
    """
    recording = Recording()
    corpus = load_corpus(config.corpus, config.network.steps_per_quarter)
    run = fit(config, corpus, store, threads=threads)
    lengths = CountedLengths().fit(corpus.train)
    counted = [kind().fit(corpus.train) for kind in (NoteUnigram, ChordMarkov)]
    details = _run_details(run) | {
        "valid_nll": run.metrics["valid"]["nll_step"],
        "test_nll": run.metrics["test"]["nll_step"],
        "whole_nll": _whole_nll(run, corpus),
        "counted_nll": {
            each.label: whole_nll(each, corpus.test, lengths).total for each in counted
        },
        "counted_lengths": whole_nll(counted[0], corpus.test, lengths).lengths,
        "pieces": _pieces(run, corpus),
    }
    rows = _rows(run, corpus)
    spent, cores = run.metrics["seconds"], run.metrics["threads"]
    provenance = recording.close("make mozart", details, spent, cores)
    return write_record(Path(folder, f"{MOZART_RECORD}.json"), rows, provenance)


def _pieces(run: Run, corpus: Corpus) -> list[dict]:
    """Return two pieces from silence and one after each opening, the first of seed 0.

    `shared_run`: the steps of the longest stretch that is in a training piece, too.
    """
    quartets = load_corpus("mozart-quartets", corpus.steps_per_quarter).pieces
    primes = {roll.name: roll[:OPENING_STEPS] for roll in quartets}
    first, second = compose(run, MOZART_STEPS, pieces=2)
    named = {"from silence": first, "from silence, again": second}
    for name in MOZART_OPENINGS:
        (named[name],) = compose(run, MOZART_STEPS, primes[name])
    index, pieces = CopyingIndex(corpus.train), []
    for name, roll in named.items():
        prime = len(roll) - MOZART_STEPS
        shared = index.longest_shared_run(roll[prime:]).steps
        cells = pack_roll(roll, run.config.network.plane)
        piece = {"name": name, "seed": 0, "prime": prime, "steps": len(roll)}
        pieces.append(piece | {"shared_run": shared, "cells": cells})
    return pieces


def _details(
    run: Run, weights: bytes, network: ExportedNetwork, corpus: Corpus
) -> dict:
    """Return what the record says of the weights, as JSON knows it."""
    primes = [roll[:PRIME_STEPS] for roll in corpus.test[:PRIMES]]
    rounded = evaluate(network.model, corpus.test, calibration=network.calibration)
    return _run_details(run) | {
        "sha256": checksum(weights),
        "bytes": len(weights),
        "test_nll": {
            "float32": run.metrics["test"]["nll_step"],
            "rounded": rounded["nll_step"],
        },
        "whole_nll": _whole_nll(network, corpus),
        "logit_gap": logit_gap(run.model, network, primes),
    }


def _whole_nll(composer: Run | ExportedNetwork, corpus: Corpus) -> dict[str, dict]:
    """Return nats a quarter of whole music, of onsets and lengths, for each part."""
    counted = CountedLengths().fit(corpus.train)
    return {
        part: whole_nll(
            composer.model, getattr(corpus, part), counted, composer.calibration
        )._asdict()
        for part in ("valid", "test")
    }


def _run_details(run: Run) -> dict:
    """Return which run it is and how it was trained, as JSON knows it."""
    epochs = {name: run.metrics[name] for name in ("epochs", "best_epoch")}
    return {"config": asdict(run.config), "run": run.id} | epochs


def _rows(composer: Run | ExportedNetwork, corpus: Corpus) -> list[dict]:
    """Return a row of measures for what it composes, and one for the corpus."""
    composed, rows = compose(composer, COMPOSED_STEPS, pieces=COMPOSED_PIECES), []
    music = {"composed from silence": composed, "the corpus": corpus.pieces}
    for name, rolls in music.items():
        measures = music_measures(rolls, MEASURES | LENGTH_MEASURES)
        kept = {measure: measures[measure] for measure in COMPOSER_MEASURES}
        rows.append({"music": name, "pieces": len(rolls)} | kept)
    return rows


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
