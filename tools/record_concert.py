"""Train the network that composes in the page and record it in book/results/.

About an hour, on one core too, unless it is found trained. It can be stopped at any
time; the same command goes on from the last whole epoch.
"""

import argparse
from pathlib import Path

from deepmusician.concert import record_concert

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Train, round, measure, and write weights and record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", default=ROOT / "book" / "results", type=Path)
    parser.add_argument("--threads", type=int, help="cores; by default those free")
    options = parser.parse_args()
    print("about an hour, if it is not found trained", flush=True)
    print(record_concert(options.folder, threads=options.threads))


if __name__ == "__main__":
    main()
