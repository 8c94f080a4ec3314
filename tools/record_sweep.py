"""Run the sweep of chapter 3 at both presets and record it in book/results/.

It can be stopped at any time; the same command goes on where it stopped.
"""

import argparse
from pathlib import Path

from deepmusician.presets import PRESETS
from deepmusician.sweep_record import record_sweep

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Sweep, and write the record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=list(PRESETS))
    parser.add_argument("--folder", default=ROOT / "book" / "results", type=Path)
    parser.add_argument("--jobs", default=2, type=int, help="local processes")
    options = parser.parse_args()
    presets = {name: PRESETS[name] for name in options.presets}
    print(record_sweep(presets, options.folder, jobs=options.jobs))


if __name__ == "__main__":
    main()
