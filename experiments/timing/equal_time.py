"""Train several networks for the same time, and record what each then knows.

Usage: `python -m experiments.timing.equal_time --seconds 180`, for the book's networks,
or the same with `composer --seconds 540`, for trials of the composer's network.

Every variant first trains for a moment, to learn how many updates the time holds; its
learning-rate schedule is then laid over exactly that many. Nothing else may run beside
it, or, with `--threads 1` and a core to itself, nothing on that core: times are
compared. Finished variants are found in the run store, so that an interrupted benchmark
goes on. The record goes to the package's, equal_time.json or composer_trials.json.
"""

import argparse
import json
from pathlib import Path

import torch

from deepmusician.corpora import Corpus, load_corpus
from deepmusician.files import cache_folder
from deepmusician.studies import (
    COMPOSER,
    RECORDS,
    preset,
    provenance_now,
    write_record,
)
from deepmusician.training import TrainConfig, fit
from experiments.recording import updates_within


def book_networks() -> dict[str, TrainConfig]:
    """Return the book's two networks, and one change of each at a time."""
    book = preset("full")
    report, dependent = book.report, book.dependent
    return {
        "the report's size": report,
        "the report's size, batch 32": report.but(batch=32),
        "half the width": report.but(hidden=256),
        "dependent, the report's size": dependent.but(hidden=512),
        "dependent, half the width": dependent,
        "dependent, half the width, batch 32": dependent.but(batch=32),
    }


def composer_trials() -> dict[str, TrainConfig]:
    """Return the composer's network, and one change of it at a time."""
    return {
        "as it is": COMPOSER,
        "2 × 384": COMPOSER.but(hidden=384),
        "without scores by interval": COMPOSER.but(intervals=0),
        "AdamW alone": COMPOSER.but(optimizer="adamw", learning_rate=3e-3),
    }


# The networks, how often they look at held-out pieces in the time, and their record.
NETWORKS = {
    "book": (book_networks, 8, "equal_time"),
    "composer": (composer_trials, 8, "composer_trials"),
}


def train_for(
    config: TrainConfig,
    corpus: Corpus,
    seconds: float,
    looks: int,
    planned: dict[str, int],
) -> dict:
    """Return the figures of a network trained for so long, in so many epochs.

    `planned` keeps how many updates each variant was found to have time for, so that
    an interrupted benchmark resumes the very same runs.
    """
    timed = config.but(
        epochs=looks, windows_per_epoch=1, patience=looks, listen_every=8
    )
    key = f"{timed} {seconds}"
    if key not in planned:
        planned[key] = updates_within(config, corpus, seconds, looks)
    timed = timed.but(windows_per_epoch=planned[key] // looks * config.batch)
    run = fit(timed, corpus, threads=torch.get_num_threads())
    last = run.history.iloc[-1]
    return {
        "outputs": config.network.outputs,
        "hidden": config.network.hidden,
        "batch": config.batch,
        "updates": int(last.updates),
        "seconds": round(float(last.seconds)),
        "best_epoch": int(run.metrics["best_epoch"]),
        "train_nll": round(float(last.train_nll), 3),
        "valid_nll": round(float(run.history.valid_nll.min()), 3),
        "test_nll_quarter": round(run.metrics["test"]["nll_quarter"], 3),
        "free_density": round(float(last.free_density), 2),
    }


def main() -> None:
    """Train all variants, print and record the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", choices=NETWORKS, nargs="?", default="book")
    parser.add_argument("--seconds", type=float, default=180, help="for each network")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--folder", default=RECORDS, help="where the table goes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus, rows = load_corpus("bach-chorales"), []
    variants, looks, record = NETWORKS[options.networks]
    plan = cache_folder("plans") / f"{record}.json"
    planned = json.loads(plan.read_text()) if plan.exists() else {}
    for name, config in variants().items():
        row = train_for(config, corpus, options.seconds, looks, planned)
        plan.write_text(json.dumps(planned))
        rows.append({"name": name} | row)
        print(rows[-1], flush=True)
    command = (
        f"python -m experiments.timing.equal_time {options.networks} "
        f"--seconds {options.seconds:g} "
        f"--threads {options.threads}"
    )
    spent = sum(row["seconds"] for row in rows)
    provenance = provenance_now(command, spent, options.threads)
    print(write_record(Path(options.folder, f"{record}.json"), rows, provenance))


if __name__ == "__main__":
    main()
