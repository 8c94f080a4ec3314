"""Many files to rolls at once: in parallel, and from a cache the second time."""

import json
import zlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from deepmusician.files import atomic_write, cache_folder, checksum
from deepmusician.music import (
    KEYS,
    PLANES,
    SCORE_SUFFIXES,
    MusicFileError,
    PianoRoll,
    Reading,
)
from deepmusician.sources import code_hash

NamedFiles = Sequence[tuple[str, Path]]
"""(Name of the piece, path of its file), in order."""
_BROKEN_CACHE = (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error)


def parse_files(
    pieces: NamedFiles, steps_per_quarter: int = 4, progress: bool = True
) -> tuple[list[PianoRoll], list[tuple[str, str]]]:
    """Return the rolls of all files that can be read, and (path, reason) of the rest.

    The result is kept in one compressed file in the cache, under a name made from
    the code that reads, music21's version, the settings, and every file's name and
    contents. A damaged cache file is built again.
    """
    cached = cache_folder("rolls") / f"{_key(pieces, steps_per_quarter)}.npz"
    try:
        return _load(cached, pieces)
    except _BROKEN_CACHE:
        outcomes = _parse(pieces, steps_per_quarter, progress)
    with atomic_write(cached) as temporary:
        _save(temporary, outcomes)
    return _load(cached, pieces)


def joined(rolls: Sequence[PianoRoll]) -> PianoRoll:
    """Return all pieces end to end as one roll, of no grid and tempo in particular."""
    none = np.zeros((0, KEYS), bool)
    return PianoRoll(
        np.concatenate([none, *(roll.onsets for roll in rolls)]),
        np.concatenate([none, *(roll.sounding for roll in rolls)]),
    )


def _key(pieces: NamedFiles, steps_per_quarter: int) -> str:
    """Return a name that changes with all that decides the rolls."""
    code = code_hash("music.roll.PianoRoll", "music.score_files.read_score")
    settings = f"{code} {version('music21')} {steps_per_quarter}"
    files = [f"{name} {path.name} {_content_hash(path)}" for name, path in pieces]
    return checksum("\n".join([settings, *files]))[:24]


def _content_hash(path: Path) -> str:
    """Return the hash of a file's bytes, or of the reason why there are none."""
    try:
        return checksum(path.read_bytes())
    except OSError as error:
        return type(error).__name__


def _parse(
    pieces: NamedFiles, steps_per_quarter: int, progress: bool
) -> list[PianoRoll | MusicFileError]:
    """Return each file's roll, or why there is none; scores are read in parallel."""
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    score_files = sum(path.suffix.lower() in SCORE_SUFFIXES for _, path in pieces)
    workers = Parallel(n_jobs=-1 if score_files > 4 else 1, return_as="generator")
    calls = (delayed(_attempt)(path, steps_per_quarter) for _, path in pieces)
    shown = {"desc": "Reading", "unit": "file", "disable": not progress}
    return list(tqdm(workers(calls), total=len(pieces), **shown))


def _attempt(path: Path, steps_per_quarter: int) -> PianoRoll | MusicFileError:
    """Return a file's roll, or the reason why there is none."""
    try:
        return PianoRoll.from_file(path, steps_per_quarter)
    except MusicFileError as error:
        return error


def _save(path: Path, outcomes: list[PianoRoll | MusicFileError]) -> None:
    """Write rolls and failures into one compressed file."""
    whole = joined([each for each in outcomes if isinstance(each, PianoRoll)])
    planes = {plane: whole.plane(plane) for plane in PLANES}
    about = json.dumps([_about(outcome) for outcome in outcomes])
    text = np.frombuffer(about.encode(), np.uint8)
    np.savez_compressed(path, about=text, **planes)


def _about(outcome: PianoRoll | MusicFileError) -> dict:
    """Return all of a roll but its planes, or the reason why there is none."""
    if isinstance(outcome, MusicFileError):
        return {"failure": str(outcome).removeprefix(f"{outcome.path}: ")}
    return {
        "steps": len(outcome),
        "steps_per_quarter": outcome.steps_per_quarter,
        "tempo": outcome.tempo,
        "reading": vars(outcome.reading),
    }


def _load(
    path: Path, pieces: NamedFiles
) -> tuple[list[PianoRoll], list[tuple[str, str]]]:
    """Return the rolls and failures that `_save` wrote, for the same pieces."""
    with np.load(path, allow_pickle=False) as stored:
        abouts = json.loads(stored["about"].tobytes())
        onsets, sounding = (stored[plane] for plane in PLANES)
    rolls, failures, start = [], [], 0
    for (name, file), about in zip(pieces, abouts, strict=True):
        if "failure" in about:
            failures.append((str(file), about["failure"]))
            continue
        steps = slice(start, start + about["steps"])
        grid, tempo = about["steps_per_quarter"], about["tempo"]
        reading = Reading(**about["reading"])
        planes = onsets[steps], sounding[steps]
        rolls.append(PianoRoll(*planes, grid, tempo, name, reading))
        start = steps.stop
    return rolls, failures
