"""Records of runs that take longer than the build may: small, and with provenance.

A record lies in `book/results/NAME.json`: rows to show, and how they came about, so
that a chapter can show a figure that the build does not repeat. A record of many runs
has its rows in `NAME.csv` beside it. Chapter: training.
"""

import hashlib
import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from deepmusician.cache import atomic_write

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = Path(__file__).parent

_PLACES = (
    Path("results"),  # beside a chapter
    Path("book/results"),
    PACKAGE.parent / "book" / "results",
)


@dataclass(frozen=True)
class Provenance:
    """How a record came about; its text is one sentence for a page.

    `seconds` is what the recorded run took; `commit` what the checkout stood at;
    `details` whatever else the result depends on, of types that JSON knows.
    """

    command: str
    commit: str
    seconds: float
    threads: int
    versions: dict[str, str]
    details: dict = field(default_factory=dict)

    def __str__(self) -> str:
        versions = ", ".join(
            f"{name} {number}" for name, number in self.versions.items()
        )
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"Recorded with `{self.command}` at commit {self.commit[:10]}, "
            f"{threads}, {self.seconds / 60:.0f} minutes, {versions}."
        )


@dataclass(frozen=True)
class Record:
    """Rows of figures, one dict each, and their provenance."""

    rows: list[dict]
    provenance: Provenance


@dataclass(frozen=True)
class Table:
    """Rows of figures with named columns, and their provenance."""

    rows: "pd.DataFrame"
    provenance: Provenance


def read_record(name: str, folder: str | Path | None = None) -> Record:
    """Return the record of that name.

    `folder`: where it lies; by default the book's results. Raises FileNotFoundError,
    naming the file, where it is missing.
    """
    told = json.loads(find(f"{name}.json", folder).read_text(encoding="utf-8"))
    return Record(told["rows"], Provenance(**told["provenance"]))


def write_record(path: str | Path, rows: list[dict], provenance: Provenance) -> Path:
    """Write a record, whole or not at all, and return its path."""
    content = {"provenance": asdict(provenance), "rows": rows}
    return _put(Path(path), json.dumps(content, indent=1) + "\n")


def read_table(name: str, folder: str | Path | None = None) -> Table:
    """Return the record of many runs that `write_table` wrote.

    `folder`: where it lies; by default the book's results. Raises FileNotFoundError,
    naming the file, where it is missing, and ValueError when its rows were changed
    since they were recorded.
    """
    import pandas as pd

    path = find(f"{name}.json", folder)
    told = json.loads(path.read_text(encoding="utf-8"))
    rows = path.with_suffix(".csv")
    if _checksum(rows.read_text(encoding="utf-8")) != told["sha256"]:
        raise ValueError(f"{rows}: changed since it was recorded; record it again")
    return Table(pd.read_csv(rows), Provenance(**told["provenance"]))


def write_table(
    folder: str | Path, name: str, rows: "pd.DataFrame", provenance: Provenance
) -> Path:
    """Write `NAME.csv`, then `NAME.json` with its provenance; return the CSV's path.

    Numbers keep six significant digits.
    """
    text = rows.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    path = _put(Path(folder) / f"{name}.csv", text)
    told = {"provenance": asdict(provenance), "sha256": _checksum(text)}
    _put(path.with_suffix(".json"), json.dumps(told, indent=1) + "\n")
    return path


def find(file: str, folder: str | Path | None = None) -> Path:
    """Return where a file of the book's results lies, or of another folder.

    Raises FileNotFoundError, naming the file, where it is missing.
    """
    for place in _PLACES if folder is None else (Path(folder),):
        if (place / file).exists():
            return place / file
    raise FileNotFoundError(
        f"{folder or 'book/results'}/{file}: not found. Run this from a clone of the "
        "repository, which holds the recorded results."
    )


def provenance(
    command: str,
    seconds: float,
    threads: int,
    commit: str | None = None,
    details: dict | None = None,
) -> Provenance:
    """Return the provenance of what `command` just measured in `seconds`.

    `commit`: what the checkout stood at when it began; by default what it stands at
    now. Raises RuntimeError outside a git checkout: such a result has no address.
    """
    commit = commit or _git("rev-parse", "HEAD", folder=Path.cwd())
    torch = version("torch").partition("+")[0]  # the build is no part of it
    versions = {"Python": platform.python_version(), "torch": torch}
    command = f"{command} ({os.cpu_count()} cores)"
    seconds = round(seconds, 1)
    return Provenance(command, commit, seconds, threads, versions, details or {})


def clean_commit() -> str:
    """Return the commit that this package's code stands at.

    Raises RuntimeError outside a git checkout, and when the package has changes that
    are not committed: nobody could have that code again.
    """
    commit = _git("rev-parse", "HEAD", folder=PACKAGE)
    if changes := _git("status", "--porcelain", "--", ".", folder=PACKAGE):
        raise RuntimeError(
            "the package has changes that are not committed, so a record could not "
            f"say which code made it. Commit them first: {' '.join(changes.split())}"
        )
    return commit


def _git(*words: str, folder: Path) -> str:
    """Return what git says in a folder. RuntimeError where there is no checkout."""
    told = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise RuntimeError("not in a git checkout: a record needs its commit")
    return told.stdout.strip()


def _put(path: Path, text: str) -> Path:
    """Write a file, whole or not at all, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def _checksum(text: str) -> str:
    """Return a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()
