"""Install the wheel as a reader does, and run there what the book promises.

    python tools/try_wheel.py [CHAPTER...]    by default every chapter

First the wheel is built from a copy of the package, and looked through. Then it is
installed in a new environment far from this clone: bare, for what needs no extra, and
then with the extra `book`, for the widgets and for the chapters. Each chapter runs
alone in an empty folder with the preset `quick`, as on Colab. What fails is printed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "book"
BUILT = ROOT / "_build" / "wheel"
CHECKS = ROOT / "tests" / "wheel"
SOURCES = ("deepmusician", "pyproject.toml", "README.md", "LICENSE")
MOST_BYTES = 12_000_000
NEEDED = (
    "deepmusician/py.typed",
    "deepmusician/sound/tones/060.mp3",
    "deepmusician/sound/tones/LICENSE",
    "deepmusician/studies/records/LICENSE",
    "deepmusician/studies/records/composer_network.safetensors",
    "deepmusician/studies/records/sweep.csv",
    "deepmusician/widgets/web/library.js",
)
STRAY = ("PYTHONPATH", "VIRTUAL_ENV", "DEEPMUSICIAN_SOUNDS")  # of whoever runs this
TIMEOUT = 600  # seconds per cell


class Failed(Exception):
    """A step that failed, with what it printed."""


def build(into: Path) -> Path:
    """Return the wheel, built from a copy, so that nothing stale gets into it."""
    shutil.rmtree(into, ignore_errors=True)
    with tempfile.TemporaryDirectory() as copy:
        for name in SOURCES:
            if (ROOT / name).is_dir():
                cached = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, Path(copy, name), ignore=cached)
            else:
                shutil.copy(ROOT / name, copy)
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        run([*pip, "--wheel-dir", str(into), copy])
    return next(into.glob("*.whl"))


def faults(names: list[str], size: int) -> Iterator[str]:
    """Yield what is wrong with a wheel of these files and so many bytes."""
    for name in set(NEEDED) - set(names):
        yield f"lacks {name}"
    for name in names:
        home = name.partition("/")[0]
        if home != "deepmusician" and not home.endswith(".dist-info"):
            yield f"holds {name}"
    if not any(name.endswith("licenses/LICENSE") for name in names):
        yield "lacks the licence"
    if size > MOST_BYTES:
        yield f"has {size:,} bytes; {MOST_BYTES:,} are the most"


def environment(folder: Path) -> dict[str, str]:
    """Return the variables of a user of the virtual environment in a folder."""
    own = {name: value for name, value in os.environ.items() if name not in STRAY}
    own["PATH"] = os.pathsep.join([str(folder / "bin"), own["PATH"]])
    extra = {"DEEPMUSICIAN_PRESET": "quick", "OMP_NUM_THREADS": "1"}
    return own | extra | {"PYTHONNOUSERSITE": "1", "MPLBACKEND": "agg"}


def run(command: list[str], **options: object) -> None:
    """Run a command. Raises Failed, with the end of what it printed, where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        printed = (done.stdout + done.stderr)[-4000:]
        raise Failed(f"{' '.join(map(str, command))}\n{printed}")


def chapter_runs(name: str, home: Path, variables: dict[str, str]) -> str:
    """Return how long a chapter took, alone in an empty folder of its own."""
    started, folder = time.time(), home / name
    folder.mkdir()
    page = Path(shutil.copy(BOOK / f"{name}.ipynb", folder))
    execute = ["jupyter", "execute", "--inplace", f"--timeout={TIMEOUT}", page.name]
    run(execute, cwd=folder, env=variables)
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    if not any(cell.get("outputs") for cell in cells):
        raise Failed(f"{name}: ran, and shows nothing")
    return f"{name}: {time.time() - started:.0f} s"


def step(title: str, *command: object, **options: object) -> None:
    """Run a command under a title, and say how long it took."""
    started = time.time()
    print(f"--- {title}", end="", flush=True)
    run([str(word) for word in command], **options)
    print(f": {time.time() - started:.0f} s", flush=True)


def main(chapters: list[str]) -> None:
    """Build, look, install and run. Raises Failed at the first step that fails."""
    wheel = build(BUILT)
    size = wheel.stat().st_size
    print(f"--- {wheel.name}: {size / 1e6:.1f} MB", flush=True)
    if wrong := list(faults(zipfile.ZipFile(wheel).namelist(), size)):
        raise Failed(f"{wheel.name}: {'; '.join(wrong)}")
    with tempfile.TemporaryDirectory(prefix="deepmusician-") as place:
        home, venv = Path(place), Path(place, "venv")
        variables = environment(venv)
        python, here = venv / "bin" / "python", {"cwd": home, "env": variables}
        pip = python, "-m", "pip", "install", "--quiet", "--no-compile"
        pins = "--constraint", ROOT / "constraints.txt"
        step("new environment", sys.executable, "-m", "venv", "--upgrade-deps", venv)
        step("install the wheel", *pip, *pins, wheel, **here)
        bare = variables | {"DEEPMUSICIAN_CACHE": str(home / "cache")}
        step("no extra", python, CHECKS / "without_extras.py", cwd=home, env=bare)
        step("install [book]", *pip, *pins, f"{wheel}[book]", **here)
        step("widgets and records", python, CHECKS / "with_book.py", **here)
        with ThreadPoolExecutor(2) as pool:
            for took in pool.map(lambda n: chapter_runs(n, home, variables), chapters):
                print(f"--- {took}", flush=True)
    print("The wheel works on its own.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:] or [path.stem for path in sorted(BOOK.glob("*.ipynb"))])
    except Failed as failure:
        sys.exit(f"\nfailed: {failure}")
