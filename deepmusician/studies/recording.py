"""Which code made a record, and whether its settings are still today's."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from deepmusician.studies.results import Provenance, RecordError
from deepmusician.training import TrainConfig

PACKAGE = Path(__file__).parent.parent


def check_settings(
    what: str, recorded: dict, config: TrainConfig, command: str
) -> None:
    """Raise RecordError unless these are the settings that were recorded.

    `recorded`: as JSON knows them; a setting that is missing was at its default. In
    which precision the products were is told there, and may be either.
    """
    try:
        was = TrainConfig.from_dict(recorded).but(precision="auto").changed()
    except ValueError as error:
        raise RecordError(f"{what}: {error}; run `{command}` again") from error
    now = config.but(precision="auto").changed()
    if changed := [name for name in was | now if was.get(name) != now.get(name)]:
        raise RecordError(
            f"{what} was recorded with another {' and '.join(changed)}: "
            f"run `{command}` again"
        )


def check_range(
    what: str, now: float, recorded: pd.Series, tolerance: float, command: str
) -> tuple[float, float]:
    """Return the range in which a number may lie that was recorded several times.

    That is the range recorded, widened on each side by its own width, or by the
    tolerance if that is more. Raises RecordError when `now` lies outside.
    """
    width = max(recorded.max() - recorded.min(), tolerance)
    low, high = recorded.min() - width, recorded.max() + width
    if not low <= now <= high:
        values = ", ".join(f"{value:.4g}" for value in recorded)
        raise RecordError(
            f"{what} is {now:.4g} now, and was {values} when it was recorded; "
            f"{low:.4g} to {high:.4g} would do. Run `{command}` again"
        )
    return low, high


def provenance_now(
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
    _git("ls-files", "--error-unmatch", "__init__.py", folder=PACKAGE)  # or installed
    commit = _git("rev-parse", "HEAD", folder=PACKAGE)
    code = ".", ":!studies/records"  # whose files change as they are recorded
    if changes := _git("status", "--porcelain", "--", *code, folder=PACKAGE):
        raise RuntimeError(
            "the package has changes that are not committed, so a record could not "
            f"say which code made it. Commit them first: {' '.join(changes.split())}"
        )
    return commit


def _git(*words: str, folder: Path) -> str:
    """Return what git says in a folder. RuntimeError where there is no checkout."""
    result = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RuntimeError("not in a git checkout: a record needs its commit")
    return result.stdout.strip()
