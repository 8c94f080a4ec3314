"""Keep the chapters fit to commit: strip, record and check their outputs.

    python tools/notebooks.py strip  [CHAPTER...]   drop what a run left behind
    python tools/notebooks.py record [CHAPTER...]   run, and record the checked claims
    python tools/notebooks.py check  [CHAPTER...]   say which rules a chapter breaks

Without a name: every chapter in book/.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from chapter_rules import CHECKED, problems, tags
from nbformat import NotebookNode

BOOK = Path(__file__).parent.parent / "book"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def strip(chapter: NotebookNode) -> NotebookNode:
    """Return the chapter with no trace of a run but the checked cells' outputs."""
    chapter.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in chapter.cells:
        kept = {k: cell.metadata[k] for k in ("tags", "mystnb") if k in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code" and CHECKED not in tags(cell):
            cell.outputs, cell.execution_count = [], None
        elif cell.cell_type == "code":
            cell.outputs = [plain(output) for output in cell.outputs]
    return chapter


def plain(output: NotebookNode) -> NotebookNode:
    """Return an output without what changes from run to run."""
    if "metadata" in output:
        output.metadata = nbformat.from_dict({})
    if output.output_type == "execute_result":
        output.data.pop("text/html", None)  # a table's text is the claim
    return output


def run(chapter: NotebookNode, folder: Path) -> NotebookNode:
    """Return the chapter with the outputs of a run at the quick preset."""
    from nbclient import NotebookClient

    os.environ["DEEPMUSICIAN_PRESET"] = "quick"
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(
        chapter, timeout=900, kernel_name="python3", resources=resources
    ).execute()


def read(path: Path) -> NotebookNode:
    """Return the chapter in a file, in the current notebook format."""
    return nbformat.read(path, as_version=4)


def write(chapter: NotebookNode, path: Path) -> None:
    """Write a chapter in one move, so that no half of it is ever left."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as half:
        nbformat.write(chapter, half)
    os.chmod(half.name, 0o644)
    os.replace(half.name, path)


def main() -> int:
    """Return the number of chapters that break a rule, for `check`; else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["strip", "record", "check"])
    parser.add_argument("chapters", nargs="*", type=Path)
    options = parser.parse_args()
    unfit = 0
    for path in options.chapters or sorted(BOOK.glob("*.ipynb")):
        chapter = read(path)
        if options.action == "record":
            chapter = run(chapter, path.parent)
        if options.action != "check":
            write(strip(chapter), path)
        complaints = problems(chapter)
        unfit += bool(complaints)
        for problem in complaints:
            print(f"{path.name}: {problem}", file=sys.stderr)
    return unfit if options.action == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
