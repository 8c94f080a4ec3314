"""Records of runs that take longer than the build may: small, and with provenance.

A record lies in `book/results/NAME.json`: rows to show, and how they came about, so
that a chapter can show a figure that the build does not repeat. Chapter: training.
"""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from deepmusician.cache import atomic_write

_PLACES = (
    Path("results"),  # beside a chapter
    Path("book/results"),
    Path(__file__).parent.parent / "book" / "results",
)


@dataclass(frozen=True)
class Provenance:
    """How a record came about; its text is one sentence for a page.

    `seconds` is what the recorded run took; `commit` what the checkout stood at.
    """

    command: str
    commit: str
    seconds: float
    threads: int
    versions: dict[str, str]

    def __str__(self) -> str:
        versions = ", ".join(
            f"{name} {number}" for name, number in self.versions.items()
        )
        return (
            f"Recorded with `{self.command}` at commit {self.commit[:10]}, "
            f"{self.threads} threads, {self.seconds / 60:.0f} minutes, {versions}."
        )


@dataclass(frozen=True)
class Record:
    """Rows of figures, one dict each, and their provenance."""

    rows: list[dict]
    provenance: Provenance


def read_record(name: str) -> Record:
    """Return the record of that name.

    Raises FileNotFoundError, naming the file, where the book's results are missing.
    """
    for folder in _PLACES:
        path = folder / f"{name}.json"
        if path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            return Record(told["rows"], Provenance(**told["provenance"]))
    raise FileNotFoundError(
        f"book/results/{name}.json: not found. Run this from a clone of the "
        "repository, which holds the recorded results."
    )


def write_record(path: str | Path, rows: list[dict], provenance: Provenance) -> Path:
    """Write a record, whole or not at all, and return its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"provenance": asdict(provenance), "rows": rows}
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def provenance(command: str, seconds: float, threads: int) -> Provenance:
    """Return the provenance of what `command` just measured in `seconds`.

    Raises RuntimeError outside a git checkout: such a result has no address.
    """
    git = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    if git.returncode:
        raise RuntimeError("not in a git checkout: a record needs its commit")
    torch = version("torch").partition("+")[0]  # the build is no part of it
    versions = {"Python": platform.python_version(), "torch": torch}
    command = f"{command} ({os.cpu_count()} cores)"
    return Provenance(command, git.stdout.strip(), round(seconds, 1), threads, versions)
