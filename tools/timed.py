"""Run the steps of a build and say where the time went.

`timed.py STEP -- COMMAND...` runs a command and notes its seconds;
`--reset` starts a new record, `--report [HTML_FOLDER]` prints it.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOG = ROOT / "_build" / "times.jsonl"
CHAPTERS = ROOT / "_build" / "chapter_times.json"
SETUP = ("install", "front-end")
TITLES = {
    "install": "Python packages",
    "front-end": "front-end packages",
    "check": "quick unit tests",
    "units": "slow unit tests and widgets in the browser",
    "training": "training",
    "chapters": "running the chapters, two at a time",
    "book": "building the HTML",
    "records": "recorders and what they recorded",
    "wheel": "the wheel, installed on its own",
    "claims": "chapters' checked claims",
    "pages": "pages of the book, one by one",
    "browsers": "Firefox, WebKit and Chromium",
}


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, such as ` 3:07`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:2d}:{rest:02d}"


def run(step: str, command: list[str]) -> int:
    """Return the command's exit code, having noted how long it took."""
    print(f"--- {TITLES.get(step, step)}", flush=True)
    started = time.time()
    child = subprocess.Popen(command)
    # Ctrl-C reaches the child too: let it end in its own way, then follow.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = child.wait()
    note(step=step, seconds=time.time() - started)
    return code if code >= 0 else 128 - code


def note(**entry: object) -> None:
    """Add one line to the record."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("a") as log:
        log.write(json.dumps(entry) + "\n")


def reset() -> None:
    """Start a new record, now."""
    LOG.unlink(missing_ok=True)
    note(step="start", at=time.time())


def chapter_times() -> dict[str, float]:
    """Return the seconds of each chapter that ran, as tools/execution.py noted them."""
    return json.loads(CHAPTERS.read_text()) if CHAPTERS.exists() else {}


def rows(entries: list[dict], chapters: dict[str, float]) -> list[tuple[str, str]]:
    """Return the table's lines: what, and how long."""
    spent: dict[str, float] = {}
    for entry in entries[1:]:
        spent[entry["step"]] = spent.get(entry["step"], 0) + entry["seconds"]
    table = []
    for step, title in TITLES.items():
        if step in spent:
            table.append((title, clock(spent[step])))
            if step == "chapters":
                table += [(f"  {name}", clock(took)) for name, took in chapters.items()]
        elif step in SETUP:
            table.append((title, "already there"))
    return [*table, ("all together", clock(time.time() - entries[0]["at"]))]


def report(html: Path | None = None) -> None:
    """Print where the time went and, of a book, which page to open."""
    entries = [json.loads(line) for line in LOG.read_text().splitlines()]
    table = rows(entries, chapter_times())
    width = max(len(what) for what, _ in table)
    print("\nWhere the time went (minutes:seconds)")
    for what, took in table:
        print(f"  {what:{width}}  {took}")
    if html:
        print(f"\nThe book is ready. Open {(ROOT / html / 'index.html')}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--reset"]:
            reset()
        case ["--report", *folder]:
            report(*map(Path, folder))
        case [step, "--", *command] if command:
            sys.exit(run(step, command))
        case _:
            sys.exit(__doc__)
