"""Train every network that the book uses at the preset in DEEPMUSICIAN_PRESET.

Chapters that ask for these runs then find them finished in the run store.
"""

from deepmusician.studies import BENCHMARK, BOOK_RUNS, find_frames, preset
from deepmusician.training import fit


def main() -> None:
    """Train, resume or find each of the preset's runs, one after the other."""
    chosen = preset()
    for name in BOOK_RUNS:
        run = fit(getattr(chosen, name))
        print(f"{name}: {run.folder.name}", flush=True)
    if (frames := find_frames(BENCHMARK.set)) is None:
        print(f"benchmark: {BENCHMARK.set} cannot be had here; left out", flush=True)
    else:
        print(f"benchmark: {fit(chosen.benchmark, frames).folder.name}", flush=True)


if __name__ == "__main__":
    main()
