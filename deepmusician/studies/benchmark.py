"""The network on the sets of Boulanger-Lewandowski et al. 2012, beside what others got.

A row of the benchmark is a set, a network and a kind of outputs; its settings stand in
`benchmark_rows.BENCHMARK_ROWS`. Every row goes through the run store, and one command
gives it again. `make benchmark` records them for the book.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from deepmusician.baselines import ConstantDensity, NoteUnigram
from deepmusician.corpora import Corpus, load_corpus
from deepmusician.evaluation import (
    cell_nlls,
    mean_nlls,
    nlls_in_keys,
    piece_by_piece,
    pooled,
)
from deepmusician.music import KEYS, VOICES, MusicFileError, PianoRoll
from deepmusician.studies.benchmark_rows import TARGETS, BenchmarkRow
from deepmusician.studies.outcome import (
    FREE_STEPS,
    Outcome,
    history_table,
    unpack_roll,
)
from deepmusician.studies.parallel import train_by_corpus
from deepmusician.studies.recording import check_range
from deepmusician.studies.results import Provenance, Record, read_record, write_table
from deepmusician.training import Run, RunStore, resolved

BENCHMARK_SCORES, BENCHMARK_CURVES = "benchmark", "benchmark_curves"
SCORE_TOLERANCE = 0.05
"""How far from its recorded seeds a row trained again may always be, nats per frame."""


class Benchmark(NamedTuple):
    """What rows of the benchmark scored.

    scores: a row a run: set, network, outputs, seed, run; test_nll and valid_nll in
        nats per frame, of voices per note, pooled; test_nll_by_piece,
        test_nll_from_second (without the pieces' first frames) and test_nll_new
        (without the `known_tunes`), to show what they change; test_nll_in_keys and
        valid_nll_in_keys (of `nlls_in_keys`, their mean); known_tunes, frames (of
        the test pieces), parameters, updates, best_epoch, seconds.
    epochs: set, network, outputs, seed, then the columns of `Run.history`.
    pieces: by row, what its first network drew after a test piece's opening, as
        `pack_roll` gives it.
    """

    scores: pd.DataFrame
    epochs: pd.DataFrame
    pieces: dict[BenchmarkRow, str]


def run_benchmark(
    keys: Iterable[tuple[BenchmarkRow, int]],
    store: RunStore | None = None,
    jobs: int | None = None,
    progress: bool = True,
    precision: str = "auto",
) -> Benchmark:
    """Return what the networks of these rows and seeds score.

    Each network is trained unless the run store holds it; the same call after a kill
    goes on from there.

    Args:
        keys: which rows, of those in `benchmark_rows.BENCHMARK_ROWS`, and seeds.
        store: where runs are kept; by default `<cache>/runs`.
        jobs: how many local processes; by default one a free core.
        progress: whether to show a bar over the runs of a set.
        precision: of the products in training; see `TrainConfig`.

    Raises:
        KeyError: for a row that is not in `benchmark_rows.BENCHMARK_ROWS`.
        MusicFileError: when a set cannot be read or downloaded.
    """
    store, names = store or RunStore(), [*BenchmarkRow._fields, "seed"]
    configs = {
        (*row, seed): row.config.but(seed=seed, precision=precision)
        for row, seed in keys
    }
    outcomes = train_by_corpus(configs, store, jobs, progress)
    corpora = {name: load_corpus(name, progress=False) for name, *_ in outcomes}
    scores, pieces = [], {}
    for key, outcome in outcomes.items():
        about = dict(zip(names, key, strict=True)) | {"run": outcome.run}
        scores.append(about | _score(outcome, corpora[key[0]], store))
        pieces.setdefault(BenchmarkRow(*key[:-1]), outcome.pieces["sample"])
    return Benchmark(pd.DataFrame(scores), history_table(outcomes, names), pieces)


def find_frames(name: str) -> Corpus | None:
    """Return a set of published frames, or None where it cannot be had.

    It is downloaded once; a machine without network that never did has none.
    """
    try:
        return load_corpus(name, progress=False)
    except MusicFileError:
        return None


def _score(outcome: Outcome, corpus: Corpus, store: RunStore) -> dict[str, float]:
    """Return what a row's run scores on whole pieces, and what it took."""
    run, known = Run.load(outcome.run, store), known_tunes(corpus)
    test, valid = (row_nlls(run, rolls) for rolls in (corpus.test, corpus.valid))
    new = [nlls for nlls, is_known in zip(test, known, strict=True) if not is_known]
    effort = {name: run.metrics[name] for name in ("updates", "best_epoch", "seconds")}
    return {
        "test_nll": pooled(test),
        "valid_nll": pooled(valid),
        "test_nll_by_piece": piece_by_piece(test),
        "test_nll_from_second": pooled([nlls[1:] for nlls in test]),
        "test_nll_new": pooled(new),
        "test_nll_in_keys": pooled(row_nlls(run, corpus.test, in_keys=True)),
        "valid_nll_in_keys": pooled(row_nlls(run, corpus.valid, in_keys=True)),
        "known_tunes": sum(known),
        "frames": sum(map(len, test)),
        "parameters": run.model.parameter_count,
        **effort,
    }


def row_nlls(
    run: Run, rolls: Sequence[PianoRoll], in_keys: bool = False
) -> list[np.ndarray]:
    """Return the nats of every frame of pieces, (frames,) each; of voices, per note.

    `in_keys`: of the mean of `nlls_in_keys`, instead of the music as it stands alone.
    """
    notes = VOICES if run.config.network.plane == "voices" else 1
    read = run.model, rolls, run.calibration
    readings = nlls_in_keys(*read) if in_keys else [cell_nlls(*read)]
    return [cells.sum(axis=1) / notes for cells in mean_nlls(readings)]


def known_tunes(corpus: Corpus) -> list[bool]:
    """Return which test pieces begin like a training piece, in any key.

    In the first sixteen quarters of both the highest keys then move alike.
    """

    def tune(roll: PianoRoll) -> bytes:
        opening = roll.sounding[: 16 * roll.steps_per_quarter, ::-1]  # from the top
        keys = np.where(opening.any(axis=1), opening.argmax(axis=1), -KEYS)
        return np.diff(keys).tobytes()

    known = {tune(roll) for roll in corpus.train}
    return [tune(roll) in known for roll in corpus.test]


def benchmark_details(result: Benchmark, precision: str = "auto") -> dict:
    """Return what a record tells beside its scores, as JSON knows it.

    `rows`: the settings of each row, with the precision that it ran in; `pieces`: what
    it drew; `no_past`: what the two 1-grams score on its sets, which proves data,
    split, unit and weighting.
    """
    sets = result.scores.set.unique()
    return {
        "rows": {
            str(row): asdict(resolved(row.config.but(precision=precision)))
            for row in result.pieces
        },
        "pieces": {str(row): piece for row, piece in result.pieces.items()},
        "no_past": {name: no_past(load_corpus(name)) for name in sets},
    }


def no_past(corpus: Corpus) -> dict[str, float]:
    """Return what the 1-grams of the published table score, in nats per frame."""
    kinds = {"IID 1-gram": ConstantDensity, "note 1-gram": NoteUnigram}
    return {
        name: kind().fit(corpus.train, corpus.plane).nll(corpus.test)
        for name, kind in kinds.items()
    }


def write_benchmark(
    folder: str | Path, result: Benchmark, provenance: Provenance
) -> Path:
    """Write scores and epochs with their provenance; return the scores' path."""
    write_table(folder, BENCHMARK_CURVES, result.epochs, provenance)
    return write_table(folder, BENCHMARK_SCORES, result.scores, provenance)


def read_benchmark(folder: str | Path | None = None) -> Record:
    """Return the recorded scores, a row a run, and their provenance.

    `folder`: where the record lies; by default `RECORDS`. Raises FileNotFoundError,
    naming the file, without a record.
    """
    return read_record(BENCHMARK_SCORES, folder)


def read_benchmark_curves(folder: str | Path | None = None) -> Record:
    """Return the recorded epochs of all runs; see `read_benchmark`."""
    return read_record(BENCHMARK_CURVES, folder)


def read_benchmark_piece(
    row: BenchmarkRow, frames: int, folder: str | Path | None = None
) -> PianoRoll:
    """Return the first frames of what a recorded row drew, at most `FREE_STEPS`.

    They go on from the opening of a test piece, which is not part of them. Raises
    KeyError for a row that is not in the record.
    """
    text = read_benchmark(folder).provenance.details["pieces"][str(row)]
    network = row.config.network
    roll = unpack_roll(text, FREE_STEPS, network.plane, network.steps_per_quarter)
    return roll[:frames]


def read_choir(name: str, folder: str | Path | None = None) -> PianoRoll:
    """Return four voices that the recorded choir sings: "silence" or "harmonised".

    They begin in silence, or join a tune by Bach. Raises KeyError for another name.
    """
    kept = read_benchmark(folder).provenance.details["choir"][name]
    return unpack_roll(kept["cells"], kept["steps"], "voices")


def check_benchmark(run: Run, corpus: Corpus, row: BenchmarkRow) -> float:
    """Return what a row's run, trained again, scores on the test pieces.

    Nats per frame. Raises RecordError where the score lies further from the recorded
    seeds than they lie apart, or than `SCORE_TOLERANCE` if that is more.
    """
    record = read_benchmark()
    recorded = record.select(**row._asdict()).rows.test_nll
    nll = pooled(row_nlls(run, corpus.test))
    check_range(f"{row}: test_nll", nll, recorded, SCORE_TOLERANCE, "make benchmark")
    return nll


def standing(scores: pd.DataFrame, in_keys: bool = False) -> pd.DataFrame:
    """Return what was asked of the decoders and what they reached, a row a bar.

    `scores`: as `run_benchmark` gives them; `in_keys`: whether of the mean of eleven
    keys, where that was recorded. Columns: set, network, outputs, bar, mean,
    spread (the standard deviation over the seeds, NaN of one), seeds, and verdict:
    "met", "missed", or "open" where nothing was recorded. Nats per frame on the test
    pieces, of voices nats a note on the validation pieces, as others report them.
    """
    rows, columns = [], [*BenchmarkRow._fields]
    for row, bar in TARGETS.items():
        runs = scores[(scores[columns] == list(row)).all(axis=1)]
        part = "valid_nll" if row.outputs == "voices" else "test_nll"
        nlls = runs[part + "_in_keys" * in_keys].dropna()
        verdict = "open" if nlls.empty else "met" if nlls.mean() <= bar else "missed"
        asked = row._asdict() | {"bar": bar}
        reached = {"mean": nlls.mean(), "spread": nlls.std(), "seeds": len(nlls)}
        rows.append(asked | reached | {"verdict": verdict})
    return pd.DataFrame(rows)
