"""Train and score the rows of the benchmark and record them in the package.

It can be stopped at any time; the same command goes on where it stopped.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from deepmusician.corpora import load_corpus
from deepmusician.evaluation import mean_nlls, nlls_in_keys, pooled
from deepmusician.model import compose
from deepmusician.music import KEYS, PITCH_LOW, REST, VOICES, PianoRoll
from deepmusician.studies import (
    Benchmark,
    BenchmarkRow,
    benchmark_details,
    known_tunes,
    pack_roll,
    read_benchmark,
    read_benchmark_curves,
    run_benchmark,
    write_benchmark,
)
from deepmusician.training import Run
from experiments.fingerprint import check_code
from experiments.recording import Recording

CHOIR_STEPS, SOPRANO_TOP = 192, 81
"""What a choir sings, in sixteenths, and the highest MIDI pitch of a tune for it."""


def record_benchmark(
    rows: Sequence[BenchmarkRow],
    folder: str | Path,
    seeds: int | None = None,
    jobs: int | None = None,
) -> Path:
    """Train and score rows, write the record, and return its table's path.

    `seeds`: how many, by default as many as each row says. Rows that were recorded
    before and are not among these stay in the record, if the code still gives what it
    gave then. Goes through the run store, so that the same call after a kill goes on.
    Raises RuntimeError when the package's code is not committed, or is changed
    meanwhile, and RecordError when rows recorded before are no longer what the code
    gives.
    """
    recording, earlier = Recording(), None
    if Path(folder, "benchmark.json").exists():
        earlier = read_benchmark(folder)
        again = f"rm {folder}/benchmark*; make benchmark"
        check_code(earlier.provenance, again)
    keys = [(row, seed) for row in rows for seed in range(seeds or row.seeds)]
    new = run_benchmark(keys, jobs=jobs)
    scores, epochs = new.scores.assign(commit=recording.commit), new.epochs
    details = benchmark_details(new)
    sings = new.scores.outputs == "voices"
    if sings.any():
        choirs = [Run.load(run) for run in new.scores.run[sings]]
        details["choir"] = choir(choirs[0])
        details["mean_of_choirs"] = mean_of_choirs(choirs)
    if earlier is not None:
        recorded = earlier.provenance.details
        details = {
            name: recorded.get(name, {}) | details.get(name, {})
            for name in (*details, "choir", "mean_of_choirs")
        }
        scores = _joined(earlier.rows, scores)
        epochs = _joined(read_benchmark_curves(folder).rows, epochs)
    spent = scores.seconds.sum() / (jobs or os.cpu_count())
    details = {"jobs": jobs} | details
    provenance = recording.close("make benchmark", details, spent)
    return write_benchmark(folder, Benchmark(scores, epochs, new.pieces), provenance)


def choir(run: Run) -> dict[str, dict]:
    """Return what a network on voices sings: from silence, and to a tune by Bach.

    The tune is of the first held-out chorale that begins like no training piece, and
    on which no trumpet plays: nothing in it is above a soprano's reach.
    """
    chorales = load_corpus("bach-chorales").test
    corpus = replace(load_corpus(run.config.corpus), test=chorales)
    fits = [
        not is_known and not roll.sounding[:, SOPRANO_TOP - PITCH_LOW + 1 :].any()
        for roll, is_known in zip(chorales, known_tunes(corpus), strict=True)
    ]
    piece = chorales[fits.index(True)][:CHOIR_STEPS]
    voices = np.full((len(piece), VOICES), REST)
    voices[:, 0] = PITCH_LOW + KEYS - 1 - piece.sounding[:, ::-1].argmax(axis=1)
    voices[~piece.sounding.any(axis=1)] = REST
    tune = PianoRoll.from_voices(voices, name=piece.name)
    sung = {
        "silence": compose(run, CHOIR_STEPS)[0],
        "harmonised": compose(run, tune=tune)[0],
    }
    return {
        name: {
            "steps": len(roll),
            "cells": pack_roll(roll, "voices"),
            "tune": piece.name,
        }
        for name, roll in sung.items()
    }


def mean_of_choirs(runs: Sequence[Run]) -> dict[str, float]:
    """Return what the mean of networks on voices scores, and how many seeds it has.

    Nats a note of the validation and test pieces: valid_nll, test_nll, and of the mean
    of all networks in all keys valid_nll_in_keys, test_nll_in_keys.
    """
    corpus, nlls = load_corpus(runs[0].config.corpus), {}
    for name in ("valid", "test"):
        rolls = getattr(corpus, name)
        several = [nlls_in_keys(run.model, rolls, run.calibration) for run in runs]
        readings = {
            f"{name}_nll": [keys[len(keys) // 2] for keys in several],  # as it stands
            f"{name}_nll_in_keys": [reading for keys in several for reading in keys],
        }
        for column, each in readings.items():
            frames = [cells.sum(axis=1) for cells in mean_nlls(each)]
            nlls[column] = pooled(frames) / VOICES
    return {"seeds": len(runs), **nlls}


def _joined(earlier: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of both tables, of rows that both have only the new ones."""
    before, after = (
        pd.MultiIndex.from_frame(table[[*BenchmarkRow._fields]])
        for table in (earlier, new)
    )
    return pd.concat([earlier[~before.isin(after)], new], ignore_index=True)
