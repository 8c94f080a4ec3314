"""Corpora of piano rolls: named ones and your own folders, split by piece."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from deepmusician.corpora.catalogue import CATALOGUE, FINDERS, Entry, fetch
from deepmusician.corpora.parsing import NamedFiles, joined, parse_files
from deepmusician.files import checksum
from deepmusician.music import (
    KEYS,
    MIDI_SUFFIXES,
    PITCH_LOW,
    SCORE_SUFFIXES,
    MusicFileError,
    PianoRoll,
    check_steps_per_quarter,
    rising_edges,
)

SPLITS = ("train", "valid", "test")
_SUFFIXES = (*MIDI_SUFFIXES, *SCORE_SUFFIXES)


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
                if roll.voices is not None:
                    digest.update(roll.voices.tobytes())
        return digest.hexdigest()

    def describe(self) -> str:
        """Return a few lines of text: origin, licence, sizes, density, failures."""
        sizes = ", ".join(f"{len(getattr(self, split))} {split}" for split in SPLITS)
        whole = joined(self.pieces)
        lines = [
            f"{self.name}: {self.title or 'a folder of yours'}",
            f"from {self.origin}; {self.licence}" if self.licence else self.origin,
            f"{len(self.pieces)} pieces ({sizes}), {len(whole):,} steps, "
            f"{self.steps_per_quarter} per quarter",
            f"{whole.density(self.plane):.2f} keys per step on the plane of "
            f"{self.plane}",
        ]
        if self.failures:
            lines.append(f"{len(self.failures)} files could not be read:")
            lines += [f"  {path}: {reason}" for path, reason in self.failures]
        return "\n".join(lines)


def load_corpus(
    name_or_path: str | Path, steps_per_quarter: int = 4, progress: bool = True
) -> Corpus:
    """Return a named corpus, or the music files of a folder and its subfolders.

    The published sets ("jsb", "nottingham", "piano-midi", "jsb-sixteenths") keep their
    own grid and their published splits, whatever `steps_per_quarter` says. All others
    are split by `split_of` each piece's name, 80 to 10 to 10. Files that cannot be
    read are listed in `Corpus.failures`. Raises `MusicFileError` if nothing can be
    read, or a download fails, and ValueError for an impossible grid.
    """
    check_steps_per_quarter(steps_per_quarter)
    name, folder = str(name_or_path), Path(name_or_path).expanduser()
    if entry := CATALOGUE.get(name):
        about = {"title": entry.title, "origin": entry.origin, "licence": entry.licence}
        if entry.file:
            return _load_published(name, entry, about)
        pieces = FINDERS[name]()
    else:
        about, pieces = {"origin": str(folder)}, _folder_pieces(folder)
        name = folder.resolve().name
    rolls, failures = parse_files(pieces, steps_per_quarter, progress)
    if not rolls:
        reasons = "; ".join(f"{path}: {reason}" for path, reason in failures[:3])
        cause = f"none of its {len(pieces)} music files can be read ({reasons})"
        raise MusicFileError(folder, cause, "Check the files.")
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


def split_of(name: str) -> str:
    """Return the part of a corpus that a piece belongs to, by its name alone.

    A hash spreads the names over a hundred places, of which 80 are "train", 10
    "valid" and 10 "test", so that adding pieces moves no other piece.
    """
    place = int(checksum(name), 16) % 100
    return "train" if place < 80 else "valid" if place < 90 else "test"


def _folder_pieces(folder: Path) -> NamedFiles:
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


def _load_published(name: str, entry: Entry, about: dict[str, str]) -> Corpus:
    """Return a corpus of frames (steps, 88), or voices (steps, 4), as it was split."""
    from scipy.io import loadmat

    (folder, file), grid = entry.file.split("/"), entry.frames_per_quarter
    path = fetch(name, folder, file)[file]
    if path.suffix == ".json":
        pieces = json.loads(path.read_text(encoding="utf-8"))
        read = partial(PianoRoll.from_voices, steps_per_quarter=grid)
    else:
        matrices = loadmat(path)
        pieces = {split: matrices[f"{split}data"][0] for split in SPLITS}
        read = partial(PianoRoll.from_plane, kind="sounding", steps_per_quarter=grid)
    parts = {
        split: tuple(
            read(piece, name=f"{name}-{split}-{number:03d}")
            for number, piece in enumerate(pieces[split], start=1)
        )
        for split in SPLITS
    }
    return Corpus(name, **parts, **about, plane=entry.plane, steps_per_quarter=grid)


def summarise(rolls: Sequence[PianoRoll]) -> dict[str, float]:
    """Return counts and shares of all the rolls together, by names a table can show.

    "repeated onsets" is the share of onsets on a key that sounded up to the step
    before: those that the sounding plane alone cannot show. Pitches are MIDI numbers.
    Raises ValueError where there is no onset.
    """
    whole = joined(rolls)
    repeated = sum((roll.onsets & ~rising_edges(roll.sounding)).sum() for roll in rolls)
    pitches = PITCH_LOW + np.flatnonzero(whole.onsets.any(axis=0))
    if not len(pitches):
        raise ValueError("no onset in any of the rolls: there is nothing to summarise")
    return {
        "pieces": len(rolls),
        "steps": len(whole),
        "onsets per step": whole.density(),
        "sounding keys per step": whole.density("sounding"),
        "cells with an onset": whole.density() / KEYS,
        "cells sounding": whole.density("sounding") / KEYS,
        "steps without an onset": whole.silent_share(),
        "steps without a sound": whole.silent_share("sounding"),
        "repeated onsets": float(repeated / whole.onsets.sum()),
        "lowest pitch": int(pitches[0]),
        "highest pitch": int(pitches[-1]),
        "keys used": len(pitches),
    }
