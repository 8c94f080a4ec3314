"""The run store: every training run in a folder of its own, finished or resumable.

A run's folder is named by a hash of all that decides its result. The marker
`finished.json` is written last, whole or not at all, with a checksum of every file:
a folder without it is work in progress, and a finished one that was damaged since is
noticed. Chapter: training.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock

from deepmusician.cache import atomic_write, cache_base

MARKER = "finished.json"
CHECKPOINT = "last.ckpt"  # what an unfinished run goes on from
FILES = ("config.json", "model.safetensors", "history.csv", "metrics.json")
ID_LENGTH = 12  # hexadecimal digits: no two of a million runs alike, in practice


class RunError(ValueError):
    """A run that is missing or damaged; the message names it and the remedy."""


class RunStore:
    """A folder of runs; `<cache>/runs` unless `root` names another."""

    def __init__(self, root: str | Path | None = None) -> None:
        self.root = Path(root).expanduser() if root else cache_base() / "runs"

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run, made if it was missing.

        Raises RunError where the store cannot be written.
        """
        folder = self.root / run_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                f"{folder}: cannot be made ({error.strerror}). "
                "Set DEEPMUSICIAN_CACHE to a folder that you may write to."
            ) from error
        return folder

    def lock(self, run_id: str) -> BaseFileLock:
        """Return the lock that one process at a time may hold to work on a run.

        The operating system frees it when its holder dies.
        """
        return FileLock(self.folder(run_id) / ".lock")

    def finished(self) -> list[Path]:
        """Return the folders of all finished runs, the latest last."""
        markers = sorted(self.root.glob(f"*/{MARKER}"), key=_finished_at)
        return [marker.parent for marker in markers]

    def find(self, name: str | Path = "latest") -> Path:
        """Return the folder of a finished run.

        `name` is a folder, the first digits of an id, or "latest".
        Raises RunError when no run, or more than one, is meant.
        """
        if (Path(name) / MARKER).is_file():
            return Path(name)
        finished = self.finished()
        if name == "latest":
            matches = finished[-1:]
        else:
            matches = [run for run in finished if run.name.startswith(str(name))]
        if len(matches) == 1:
            return matches[0]
        raise RunError(_why_not_found(str(name), matches, self.root))


def run_id(config: Mapping, fingerprint: str, rooms: Iterable[str] = ()) -> str:
    """Return the id of a run: a hash of all that decides its result.

    Args:
        config: the settings, of types that JSON knows; their order does not matter.
        fingerprint: the corpus's.
        rooms: the modules of this package whose code decides the result.
    """
    told = json.dumps(dict(config), sort_keys=True)
    sources = [code_of(Path(__file__).with_name(f"{room}.py")) for room in rooms]
    told = "\n".join([told, fingerprint, *sources])
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]


def code_of(path: Path) -> str:
    """Return a module's code as a syntax tree, so that no comment changes it.

    Docstrings and layout are left out too.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef
        ) and ast.get_docstring(node, clean=False):
            del node.body[0]
    return ast.dump(tree)


def is_finished(folder: Path) -> bool:
    """Return whether a run's folder was written to its end."""
    return (folder / MARKER).is_file()


def finish(folder: Path) -> None:
    """Mark a run as finished: from here on, its files are what it is."""
    sums = {name: _checksum(folder / name) for name in FILES}
    told = {"finished": datetime.now(UTC).isoformat(), "sha256": sums}
    with atomic_write(folder / MARKER) as path:
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def check(folder: Path) -> None:
    """Raise RunError unless a finished run's files are as they were written."""
    try:
        sums = json.loads((folder / MARKER).read_text(encoding="utf-8"))["sha256"]
        changed = [name for name in FILES if _checksum(folder / name) != sums[name]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(folder, error) from error
    if changed:
        raise damaged(folder, f"{' and '.join(changed)} changed since")


def damaged(folder: Path, reason: object) -> RunError:
    """Return the error to raise for a run that cannot be read."""
    return RunError(
        f"{folder}: this run is damaged ({reason}). Delete the folder and train again."
    )


def _checksum(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _finished_at(marker: Path) -> str:
    """Return when a run was finished, "" if its marker cannot tell."""
    try:
        return str(json.loads(marker.read_text(encoding="utf-8"))["finished"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _why_not_found(name: str, matches: list[Path], root: Path) -> str:
    """Return what to say when a run's name means none or several."""
    if matches:
        ids = ", ".join(run.name for run in matches)
        return f"{name}: several runs begin so ({ids}). Give more digits."
    if name == "latest":
        return f"{root}: no finished run yet. Train one with `deepmusician train`."
    return (
        f"{name}: no finished run of this name in {root}. "
        "`deepmusician runs` lists them; `deepmusician train` trains one."
    )
