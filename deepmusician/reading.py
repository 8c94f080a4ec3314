"""Many files to rolls at once: in parallel, and from a cache the second time."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from deepmusician import __version__, grid, midi, notes, pianoroll, scores
from deepmusician.cache import atomic_write, cache_folder
from deepmusician.notes import KEYS, MusicFileError, Reading
from deepmusician.pianoroll import PianoRoll

Pieces = Sequence[tuple[str, Path]]
"""(Name of the piece, path of its file), in order."""
_DECIDES = (grid, midi, notes, scores)
_BROKEN_CACHE = (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error)


def read_pieces(
    pieces: Pieces, steps_per_quarter: int = 4, progress: bool = True
) -> tuple[list[PianoRoll], list[tuple[str, str]]]:
    """Return the rolls of all files that can be read, and (path, reason) of the rest.

    The result is kept in one compressed file in the cache, under a name made from
    the package's version, the code that reads, the settings, and every file's name
    and contents. A damaged cache file is built again.
    """
    cached = cache_folder("rolls") / f"{_key(pieces, steps_per_quarter)}.npz"
    try:
        return _load(cached, pieces)
    except _BROKEN_CACHE:
        outcomes = _parse(pieces, steps_per_quarter, progress)
    with atomic_write(cached) as temporary:
        _save(temporary, outcomes)
    return _load(cached, pieces)


def _key(pieces: Pieces, steps_per_quarter: int) -> str:
    """Return a name that changes with all that decides the rolls."""
    key = hashlib.sha256(f"{__version__} {steps_per_quarter}".encode())
    for module in _DECIDES:
        key.update(Path(module.__file__).read_bytes())
    for name, path in pieces:
        key.update(f"\n{name} {path.name} {_content_hash(path)}".encode())
    return key.hexdigest()[:24]


def _content_hash(path: Path) -> str:
    """Return the hash of a file's bytes, or of the reason why there are none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__


def _parse(
    pieces: Pieces, steps_per_quarter: int, progress: bool
) -> list[PianoRoll | MusicFileError]:
    """Return each file's roll, or why there is none; scores are read in parallel."""
    from joblib import Parallel, delayed
    from tqdm.auto import tqdm

    score_files = sum(path.suffix.lower() in scores.SUFFIXES for _, path in pieces)
    workers = Parallel(n_jobs=-1 if score_files > 4 else 1, return_as="generator")
    calls = (delayed(_attempt)(path, steps_per_quarter) for _, path in pieces)
    bar = tqdm(
        workers(calls),
        total=len(pieces),
        desc="Reading",
        unit="file",
        disable=not progress,
    )
    return list(bar)


def _attempt(path: Path, steps_per_quarter: int) -> PianoRoll | MusicFileError:
    """Return a file's roll, or the reason why there is none."""
    try:
        return PianoRoll.from_file(path, steps_per_quarter)
    except MusicFileError as error:
        return error


def _save(path: Path, outcomes: list[PianoRoll | MusicFileError]) -> None:
    """Write rolls and failures into one compressed file."""
    rolls = [outcome for outcome in outcomes if isinstance(outcome, PianoRoll)]
    planes = {
        plane: np.packbits(
            np.concatenate(
                [np.empty((0, KEYS), bool), *(r.plane(plane) for r in rolls)]
            )
        )
        for plane in pianoroll.PLANES
    }
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


def _load(path: Path, pieces: Pieces) -> tuple[list[PianoRoll], list[tuple[str, str]]]:
    """Return the rolls and failures that `_save` wrote, for the same pieces."""
    with np.load(path, allow_pickle=False) as stored:
        abouts = json.loads(stored["about"].tobytes())
        packed = {plane: stored[plane] for plane in pianoroll.PLANES}
    total = sum(about.get("steps", 0) for about in abouts)
    onsets, sounding = (
        np.unpackbits(packed[plane], count=total * KEYS).reshape(total, KEYS) > 0
        for plane in pianoroll.PLANES
    )
    rolls, failures, start = [], [], 0
    for (name, file), about in zip(pieces, abouts, strict=True):
        if "failure" in about:
            failures.append((str(file), about["failure"]))
            continue
        steps = slice(start, start + about["steps"])
        rolls.append(_roll(name, about, onsets[steps], sounding[steps]))
        start = steps.stop
    return rolls, failures


def _roll(
    name: str, about: dict, onsets: np.ndarray, sounding: np.ndarray
) -> PianoRoll:
    """Return one roll from what `_about` kept of it and its planes."""
    return PianoRoll(
        onsets,
        sounding,
        about["steps_per_quarter"],
        about["tempo"],
        name,
        Reading(**about["reading"]),
    )
