"""Corpora of piano rolls: named ones and your own folders, split by piece.

Chapter "Data representation".
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from deepmusician import midi, scores
from deepmusician.catalogue import CATALOGUE, Entry, fetch
from deepmusician.grid import check_steps_per_quarter
from deepmusician.notes import MusicFileError
from deepmusician.pianoroll import PianoRoll
from deepmusician.reading import Pieces, read_pieces

SPLITS = ("train", "valid", "test")
_SUFFIXES = (*midi.SUFFIXES, *scores.SUFFIXES)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Pieces as rolls, in three parts that share no piece.

    `failures` lists (path, reason) of the files that could not be read; `plane` is
    the plane that the source has, from which the other may have been inferred;
    `steps_per_quarter` is the rolls' grid.
    """

    name: str
    train: tuple[PianoRoll, ...]
    valid: tuple[PianoRoll, ...]
    test: tuple[PianoRoll, ...]
    failures: tuple[tuple[str, str], ...] = ()
    title: str = ""
    origin: str = ""
    licence: str = ""
    plane: str = "onsets"
    steps_per_quarter: int = 4

    @property
    def pieces(self) -> tuple[PianoRoll, ...]:
        """Return all pieces: train, then valid, then test."""
        return self.train + self.valid + self.test

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash of the music and of how it is split; it names runs."""
        digest = hashlib.sha256(f"{self.plane} {self.steps_per_quarter}".encode())
        for split in SPLITS:
            for roll in getattr(self, split):
                digest.update(f"{split} {roll.name} {len(roll)} {roll.tempo}".encode())
                digest.update(np.packbits([roll.onsets, roll.sounding]).tobytes())
        return digest.hexdigest()

    def describe(self) -> str:
        """Return a few lines of text: origin, licence, sizes, density, failures."""
        sizes = ", ".join(f"{len(getattr(self, split))} {split}" for split in SPLITS)
        steps = sum(len(roll) for roll in self.pieces)
        keys = sum(roll.plane(self.plane).sum() for roll in self.pieces)
        lines = [
            f"{self.name}: {self.title or 'a folder of yours'}",
            f"from {self.origin}; {self.licence}" if self.licence else self.origin,
            f"{len(self.pieces)} pieces ({sizes}), {steps:,} steps, "
            f"{self.steps_per_quarter} a quarter",
            f"{keys / max(1, steps):.2f} keys a step on the plane of {self.plane}",
        ]
        if self.failures:
            lines.append(f"{len(self.failures)} files could not be read:")
            lines += [f"  {path}: {reason}" for path, reason in self.failures]
        return "\n".join(lines)


def corpus_names() -> tuple[str, ...]:
    """Return the names that `load_corpus` knows, the default first."""
    return tuple(CATALOGUE)


def load_corpus(
    name_or_path: str | Path, steps_per_quarter: int = 4, progress: bool = True
) -> Corpus:
    """Return a named corpus, or the music files of a folder and its subfolders.

    The sets of published frames ("jsb", "nottingham", "piano-midi") keep their own
    grid and their published splits, whatever `steps_per_quarter` says. All others
    are split by `split_of` each piece's name, 80 to 10 to 10. Files that cannot be
    read are listed in `Corpus.failures`. Raises `MusicFileError` if nothing can be
    read, or a download fails, and ValueError for an impossible grid.
    """
    check_steps_per_quarter(steps_per_quarter)
    entry = CATALOGUE.get(str(name_or_path))
    if entry is None:
        return _load_folder(
            Path(name_or_path).expanduser(), steps_per_quarter, progress
        )
    if entry.matrix:
        return _load_matrix(str(name_or_path), entry)
    rolls, failures = read_pieces(entry.files(), steps_per_quarter, progress)
    about = {"title": entry.title, "origin": entry.origin, "licence": entry.licence}
    return _split(str(name_or_path), rolls, failures, steps_per_quarter, about)


def split_of(name: str) -> str:
    """Return the part of a corpus that a piece belongs to, by its name alone.

    A hash spreads the names over a hundred places, of which 80 are "train", 10
    "valid" and 10 "test", so that adding pieces moves no other piece.
    """
    place = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return "train" if place < 80 else "valid" if place < 90 else "test"


def _split(
    name: str,
    rolls: Iterable[PianoRoll],
    failures: Iterable[tuple[str, str]],
    steps_per_quarter: int,
    about: dict,
) -> Corpus:
    """Return a corpus whose pieces are split by the hash of their names."""
    parts = {split: [] for split in SPLITS}
    for roll in rolls:
        parts[split_of(roll.name)].append(roll)
    return Corpus(
        name,
        **{split: tuple(part) for split, part in parts.items()},
        failures=tuple(failures),
        steps_per_quarter=steps_per_quarter,
        **about,
    )


def _load_folder(folder: Path, steps_per_quarter: int, progress: bool) -> Corpus:
    """Return the corpus of a folder's music files, or raise `MusicFileError`."""
    pieces = _folder_pieces(folder)
    rolls, failures = read_pieces(pieces, steps_per_quarter, progress)
    if not rolls:
        reasons = "; ".join(f"{path}: {reason}" for path, reason in failures[:3])
        cause = f"none of its {len(pieces)} music files can be read ({reasons})"
        raise MusicFileError(folder, cause, "Check the files.")
    about = {"origin": str(folder)}
    return _split(folder.resolve().name, rolls, failures, steps_per_quarter, about)


def _folder_pieces(folder: Path) -> Pieces:
    """Return (path inside the folder without suffix, path) of its music files."""
    if not folder.exists():
        cause = f"is neither a corpus ({', '.join(CATALOGUE)}) nor a folder"
        raise MusicFileError(folder, cause, "Check the name.")
    if not folder.is_dir():
        cause = "is a file, and a corpus is a folder of files"
        raise MusicFileError(folder, cause, "Name the folder it lies in.")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES)
    if not paths:
        cause = f"holds no music files ({' '.join(_SUFFIXES)})"
        raise MusicFileError(folder, cause, "Name another folder.")
    return [(p.relative_to(folder).with_suffix("").as_posix(), p) for p in paths]


def _load_matrix(name: str, entry: Entry) -> Corpus:
    """Return a corpus of published frames (steps, 88) with its published splits."""
    from scipy.io import loadmat

    path = fetch(name, "boulanger-lewandowski", [entry.matrix])[entry.matrix]
    matrices = loadmat(path)
    parts = {
        split: tuple(
            PianoRoll.from_plane(
                frames,
                "sounding",
                steps_per_quarter=entry.frames_per_quarter,
                name=f"{name}-{split}-{number:03d}",
            )
            for number, frames in enumerate(matrices[f"{split}data"][0], start=1)
        )
        for split in SPLITS
    }
    return Corpus(
        name,
        **parts,
        title=entry.title,
        origin=entry.origin,
        licence=entry.licence,
        plane=entry.plane,
        steps_per_quarter=entry.frames_per_quarter,
    )
