"""Train and score the rows of the benchmark and record them in book/results/.

It can be stopped at any time; the same command goes on where it stopped.
"""

import argparse
from pathlib import Path

from deepmusician.benchmark_record import record_benchmark
from deepmusician.benchmark_rows import NETWORKS, OUTPUTS, SETS, choose

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Train, score, and write the record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["jsb"])
    parser.add_argument("--outputs", nargs="+", choices=OUTPUTS, default=OUTPUTS)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--folder", default=ROOT / "book" / "results", type=Path)
    parser.add_argument("--jobs", default=2, type=int, help="local processes")
    options = parser.parse_args()
    rows = choose(options.sets, options.outputs, options.networks)
    print(record_benchmark(rows, options.folder, jobs=options.jobs))


if __name__ == "__main__":
    main()
