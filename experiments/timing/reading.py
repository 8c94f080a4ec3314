"""How much faster symusic reads MIDI into rolls than music21 does, on the same files.

Writes chorales (and, where they are at hand, Mozart's sonatas) as MIDI files, reads
them both ways in one process, compares the rolls, and prints the ratio:

    python -m experiments.timing.reading            # 40 files
    python -m experiments.timing.reading --all
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deepmusician.corpora import load_corpus
from deepmusician.music import MusicFileError, PianoRoll

TARGET = 50
"""How many times as fast as music21 reading has to be."""


def main() -> int:
    """Return 0 if reading is fast enough and right, 1 if not, as an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=40, help="how many (default 40)")
    parser.add_argument("--all", action="store_true", help="all files, some minutes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_midi_files(Path(folder), None if options.all else options.files)
        return compare(paths)


def write_midi_files(folder: Path, files: int | None) -> list[Path]:
    """Return the paths of the corpora's pieces, or some of each, as MIDI files."""
    rolls = pieces()
    stride = 1 if files is None else max(1, len(rolls) // files)
    return [
        roll.to_midi(folder / f"{number:03d}.mid")
        for number, roll in enumerate(rolls[::stride][:files])
    ]


def pieces() -> list[PianoRoll]:
    """Return all chorales and, if they can be had, all sonatas."""
    rolls = list(load_corpus("bach-chorales").pieces)
    try:
        rolls += load_corpus("mozart-sonatas").pieces
    except MusicFileError as error:
        print(f"Without the sonatas: {error}")
    return rolls


def compare(paths: Sequence[Path]) -> int:
    """Print both readers' times on the same files; return 0 if the ratio suffices."""
    through_music21(paths[0])  # imports, so that no reader pays for them
    PianoRoll.from_midi(paths[0])
    fast, rolls = timed(PianoRoll.from_midi, paths)
    slow, references = timed(through_music21, paths)
    same = sum(same_onsets(*pair) for pair in zip(rolls, references, strict=True))
    ratio = slow / fast
    per_file = 1000 / len(paths)
    print(f"{len(paths)} MIDI files, {sum(map(len, rolls)):,} steps")
    print(f"PianoRoll.from_midi  {fast:8.3f} s  {fast * per_file:8.2f} ms a file")
    print(f"through music21      {slow:8.3f} s  {slow * per_file:8.2f} ms a file")
    print(f"{same} of {len(paths)} rolls have the same onsets")
    if same < len(paths):
        print(
            "(where bars have several voices, music21 misplaces notes tied into them)"
        )
    print(f"{ratio:.0f} times as fast (wanted: {TARGET})")
    return 0 if ratio >= TARGET else 1


def through_music21(path: Path) -> PianoRoll:
    """Return a MIDI file's roll as music21 reads it."""
    from music21 import converter

    return PianoRoll.from_stream(converter.parse(path, forceSource=True))


def timed(
    read: Callable[[Path], PianoRoll], paths: Sequence[Path]
) -> tuple[float, list[PianoRoll]]:
    """Return the seconds that reading all files took, and their rolls."""
    start = time.perf_counter()
    rolls = [read(path) for path in paths]
    return time.perf_counter() - start, rolls


def same_onsets(one: PianoRoll, other: PianoRoll) -> bool:
    """Return whether two rolls have the same onsets, silence at the end aside."""
    onsets = [[(step, key) for step, key, _ in roll.notes()] for roll in (one, other)]
    return onsets[0] == onsets[1]


if __name__ == "__main__":
    raise SystemExit(main())
