"""Run the chapters that changed, two at a time, and keep what they put out.

    python tools/execution.py      run what is not yet kept, for DEEPMUSICIAN_PRESET

What is kept lies in a folder named by a hash of all that a chapter's output can depend
on beside its own cells: the package with its records, the listeners' answers, the
pinned versions, the preset. A change in any of them is another folder, so that nothing
stale is shown.
"""

import hashlib
import json
import logging
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract
from jupyter_cache.executors import load_executor

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
KEPT = ROOT / "_build" / "executed"
TIMES = ROOT / "_build" / "chapter_times.json"
TIMEOUT = 900  # seconds per cell
LONG = (  # they go first, the longest at the front
    *("training", "notes_that_last", "listening_tests", "architecture"),
    *("focal_loss", "published_record", "music_as_language"),
)
INPUTS = (
    "deepmusician/**/*",
    "book/listening/**/*",
    "constraints.txt",
)
READERS = {".ipynb": "nbformat", ".md": "myst_nb_md"}
NOTEBOOK_HEADER = "file_format: mystnb"  # a page of text without it runs nothing


def fingerprint() -> str:
    """Return the hash of what every chapter's output depends on."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted({path for name in INPUTS for path in ROOT.glob(name)}):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def folder(preset: str) -> Path:
    """Return where the chapters that ran with a preset, and this code, are kept."""
    return KEPT / f"{preset}-{fingerprint()}"


def extra(preset: str) -> Path:
    """Return the folder of the files that chapters put beside the book's pages."""
    return folder(preset) / "extra"


def chapters() -> Iterator[Path]:
    """Yield the pages that run something, those that take long first."""
    pages = sorted(BOOK.glob("*.*"))
    ranks = {name: rank for rank, name in enumerate(LONG)}
    for path in sorted(pages, key=lambda path: ranks.get(path.stem, len(LONG))):
        notebook = path.suffix == ".ipynb"
        if notebook or (path.suffix == ".md" and NOTEBOOK_HEADER in path.read_text()):
            yield path


def run(preset: str) -> list[str]:
    """Run what is not yet kept; return the tracebacks of the chapters that failed."""
    here = folder(preset)
    for stale in KEPT.glob(f"{preset}-*"):
        if stale != here:
            shutil.rmtree(stale)
    cache = get_cache(here)
    for path in chapters():
        reader = {"name": READERS[path.suffix], "type": "plugin"}
        cache.add_nb_to_project(str(path), read_data=reader)
    sounds = extra(preset) / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    os.environ["DEEPMUSICIAN_SOUNDS"] = str(sounds)
    # Side by side with a second chapter, a second thread makes both slower.
    os.environ["OMP_NUM_THREADS"] = "1"
    log = logging.getLogger("chapters")
    log.setLevel(logging.INFO)  # a line as each chapter begins and ends
    done = load_executor("local-parallel", cache, log).run_and_cache(timeout=TIMEOUT)
    TIMES.write_text(json.dumps(seconds(cache, done.succeeded)))
    return [_traceback(cache, page) for page in (*done.excepted, *done.errored)]


def seconds(cache: JupyterCacheAbstract, pages: list[str]) -> dict[str, float]:
    """Return how long each of the pages ran, by its name."""
    ran = {}
    for page in sorted(pages):
        record = cache.get_cached_project_nb(page)
        ran[Path(page).stem] = record.data["execution_seconds"]
    return ran


def _traceback(cache: JupyterCacheAbstract, page: str) -> str:
    """Return what went wrong on a page."""
    traceback = cache.get_project_record(page).traceback
    return f"{page}\n{traceback or 'could not be run; see the messages above'}"


if __name__ == "__main__":
    failed = run(os.environ.get("DEEPMUSICIAN_PRESET", "quick"))
    sys.exit("\n".join(failed) or 0)
