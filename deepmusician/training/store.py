"""The run store: every training run in a folder of its own, finished or resumable.

The marker `finished.json` is written last, with a checksum of every file: a folder
without it is work in progress, and a finished one that was damaged since is noticed.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock

from deepmusician.files import cache_base, checksum, write_file

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
        """Return a run's folder, made if it was missing; RunError where none can be."""
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


def run_id(settings: Mapping, fingerprint: str, code: str = "") -> str:
    """Return the id of a run: a hash of all that decides its result.

    `settings`: of types that JSON knows, in any order; `fingerprint`: the corpus's;
    `code`: the hash of the code.
    """
    text = "\n".join([json.dumps(dict(settings), sort_keys=True), fingerprint, code])
    return checksum(text)[:ID_LENGTH]


def is_finished(folder: Path) -> bool:
    """Return whether a run's folder was written to its end."""
    return (folder / MARKER).is_file()


def mark_finished(folder: Path) -> None:
    """Mark a run as finished: from here on, its files are what it is."""
    marker = {"finished": datetime.now(UTC).isoformat(), "sha256": _checksums(folder)}
    write_file(folder / MARKER, json.dumps(marker, indent=2) + "\n")


def check_files(folder: Path) -> None:
    """Raise RunError unless a finished run's files are as they were written."""
    try:
        sums = json.loads((folder / MARKER).read_text(encoding="utf-8"))["sha256"]
        now = _checksums(folder)
        changed = [name for name in FILES if now[name] != sums[name]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged_run(folder, error) from error
    if changed:
        raise damaged_run(folder, f"{' and '.join(changed)} changed since")


def damaged_run(folder: Path, reason: object) -> RunError:
    """Return the error to raise for a run that cannot be read."""
    return RunError(
        f"{folder}: this run is damaged ({reason}). Delete the folder and train again."
    )


def _checksums(folder: Path) -> dict[str, str]:
    """Return the checksum of each of a run's files."""
    return {name: checksum((folder / name).read_bytes()) for name in FILES}


def _finished_at(marker: Path) -> str:
    """Return when a run was finished, "" if its marker does not say."""
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
