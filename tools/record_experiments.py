"""Train what chapter 3 compares beside its sweep, and record it in book/results/.

It can be stopped at any time; the same command goes on where it stopped.
"""

import argparse
from pathlib import Path

from deepmusician.corpora import load_corpus
from deepmusician.experiments import (
    expected_seconds,
    experiments,
    record_experiments,
)
from deepmusician.presets import PRESETS

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Say how long it will take, train, and write the record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", choices=PRESETS, default="full")
    parser.add_argument("--only", nargs="+", help="experiments by name; all by default")
    parser.add_argument("--folder", default=ROOT / "book" / "results", type=Path)
    parser.add_argument("--jobs", default=2, type=int, help="local processes")
    parser.add_argument("--estimate", action="store_true", help="only say how long")
    options = parser.parse_args()
    base = PRESETS[options.preset].sweep
    chosen = experiments(base)
    if unknown := {*(options.only or ())} - {each.name for each in chosen}:
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}")
    chosen = [each for each in chosen if each.name in (options.only or each.name)]
    seconds = expected_seconds(chosen, load_corpus(base.corpus), options.jobs)
    print(f"about {seconds / 60:.0f} minutes, if nothing is found finished", flush=True)
    if not options.estimate:
        print(record_experiments(chosen, options.folder, options.jobs))


if __name__ == "__main__":
    main()
