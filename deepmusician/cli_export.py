"""The command `deepmusician export`; see `cli.py` for all others."""

from pathlib import Path
from typing import Annotated

import typer

from deepmusician.options import RunName

Network = Annotated[
    Path, typer.Option("--output", "-o", help="Where the network goes, as one file.")
]


def export(run: RunName = "latest", output: Network = Path("network.dmw")) -> None:
    """Write a trained network as one small file, for a page that composes.

    Its weights are rounded to about a byte and a half each, so little that music it
    never saw is foretold as well as before. `read_export` reads the file in Python,
    `Network.open` of web/network.js in a browser.

    For example:

    - `deepmusician export latest --output mine.dmw`

    - `deepmusician export 3f2a -o bach.dmw`
    """
    from deepmusician.export import export_run, read_export
    from deepmusician.training import Run

    if output.is_dir():
        raise ValueError(f"{output}: is a folder. Name a file, such as network.dmw.")
    if not output.parent.is_dir():
        raise ValueError(
            f"{output}: there is no folder {output.parent}. Make it first."
        )
    path = export_run(Run.load(run), output)
    numbers = read_export(path).model.parameter_count
    size = path.stat().st_size / 1e6
    print(f"{path}: {numbers:,} numbers in {size:.1f} MB")
