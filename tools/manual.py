"""Write the parts of the book's manual that come from the package itself.

A page asks for one by its name in a comment, such as `<!-- made: commands -->`.
"""

import inspect
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
ASKED = re.compile(r"<!-- made: (\w+) -->")
BRACKETS = re.compile(
    r"\s*\[([^][]*)\]$"
)  # of a default, at the end of an option's help
PARTS_OF_CORPUS = (
    ("train", "train on"),
    ("valid", "choose the best epoch by"),
    ("test", "test on"),
)
WIDE, HIGH, GAP, EDGE = 360, 36, 20, 26  # of the picture and its floors, in its units


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what a page asks for in the place where it asks."""
    source[0] = ASKED.sub(lambda asked: PARTS[asked[1]](), source[0])


def signature(
    app: Sphinx, kind: str, name: str, item: object, options: object, *shown: str | None
) -> tuple[str | None, ...]:
    """Return a signature whose defaults Python can read."""
    return tuple(part and part.replace("<factory>", "...") for part in shown)


def commands() -> str:
    """Return every command with its arguments and options, in Markdown."""
    import click
    from typer.main import get_command

    from deepmusician.cli.commands import app

    lines = []
    for name, command in get_command(app).commands.items():
        context = click.Context(command, info_name=f"deepmusician {name}")
        usage = command.get_usage(context).removeprefix("Usage: ")
        lines += [f"## {name}", f"```console\n$ {usage}\n```", command.help or ""]
        for each in command.params:
            if record := each.get_help_record(context):
                said = BRACKETS.sub(r" (\1)", record[1])
                lines.append(f"`{record[0]}`\n: {said}")
    return "\n\n".join(lines)


def measures() -> str:
    """Return a Markdown table of the measures of music."""
    from deepmusician.evaluation import LENGTH_MEASURES, MEASURES

    lines = ["| in tables | what it is |", "|---|---|"]
    for name, measure in (MEASURES | LENGTH_MEASURES).items():
        text = inspect.getdoc(measure) or ""
        first = " ".join(text.partition("\n\n")[0].split())
        lines.append(f"| {name} | {first.removeprefix('Return ').replace('|', '')} |")
    return "\n".join(lines)


def corpora() -> str:
    """Return a Markdown table of the named corpora: what, from where, which licence."""
    from deepmusician.corpora import CATALOGUE

    lines = ["| name | what | from | licence |", "|---|---|---|---|"]
    for name, entry in CATALOGUE.items():
        lines.append(f"| {name} | {entry.title} | {entry.origin} | {entry.licence} |")
    return "\n".join(lines)


def chorales() -> str:
    """Return how many chorales each part has, and how many files are left out."""
    from deepmusician.corpora.catalogue import TWICE, chorale_files
    from deepmusician.corpora.corpus import split_of

    parts = Counter(split_of(name) for name, _ in chorale_files())
    sizes = ", ".join(f"{parts[part]} to {use}" for part, use in PARTS_OF_CORPUS)
    return (
        f"There are {parts.total()} chorales: {sizes}. {len(TWICE)} more files hold "
        "one of them a second time and are left out."
    )


def network() -> str:
    """Return what the composer's network is, from its record, in Markdown."""
    from deepmusician.studies import read_composer_network

    recorded = read_composer_network()
    provenance, opened = recorded.record.provenance, recorded.open()
    details, config = provenance.details, opened.model.config
    minutes, nll = provenance.seconds / 60, details["test_nll"]
    whole = details["whole_nll"]["test"]
    rows = {
        "kind": f"GRU decoder with {config.outputs} outputs and scores by interval",
        "reads": "onsets and holds of 88 keys from a piece's first step on, "
        f"{config.steps_per_quarter} steps per quarter note",
        "size": f"{config.layers} layers of {config.hidden} units, "
        f"{opened.model.parameter_count:,} parameters",
        "run": f"`{details['run']}`, seed {details['config']['seed']}, the best of "
        f"{details['epochs']} epochs",
        "training": f"{minutes:.0f} minutes, {provenance.threads} thread, no graphics "
        f"card, torch {provenance.versions['torch']}",
        "file": f"{details['bytes']:,} bytes, SHA-256 `{details['sha256'][:16]}…`",
        "held-out chorales": f"{nll['float32']:.4f} nats per step as trained, "
        f"{nll['rounded']:.4f} with the rounded weights of the file; "
        f"{sum(whole.values()):.2f} nats a quarter of whole music",
    }
    return "\n\n".join(f"{name}\n: {row}" for name, row in rows.items())


def composed() -> str:
    """Return a Markdown table of how the network's music measures, beside Bach's."""
    from deepmusician.studies import COMPOSER_MEASURES, read_composer_network

    rows = read_composer_network().record.rows
    names = ("music", "pieces", *COMPOSER_MEASURES)
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for row in rows[[*names]].itertuples(index=False):
        values = (f"{each:.2f}" if isinstance(each, float) else each for each in row)
        lines.append(f"| {' | '.join(map(str, values))} |")
    return "\n".join(lines)


def floors() -> list[list[str]]:
    """Return the rooms, floor by floor from the top, as the linter has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [re.split(r" [|:] ", layer) for layer in layers]


def house() -> str:
    """Return the picture of the house: an SVG element in the page's own colours."""
    rows = [["book", "experiments"], *floors()]
    height = len(rows) * (HIGH + GAP) - GAP
    shown = "; ".join(" and ".join(row) for row in rows)
    return "\n".join(
        [
            f'<figure><svg class="house" viewBox="0 0 {WIDE} {height}" role="img"',
            f'aria-label="Floors of rooms, the top one first: {shown}. An arrow on the '
            'left points down: a room imports from the floors below it.">',
            f'<path d="M10 4V{height - 5}m-5 -8l5 8l5 -8"/>',
            *(line for n, row in enumerate(rows) for line in floor(n, row)),
            "</svg><figcaption>A room uses the rooms on the floors below it. What is "
            "dashed stands beside the package.</figcaption></figure>",
        ]
    )


def floor(number: int, rooms: list[str]) -> Iterator[str]:
    """Yield a box with its name for each room of a floor; floor 0 is outside."""
    top, step = number * (HIGH + GAP), (WIDE - EDGE) / len(rooms)
    outside = "" if number else ' class="outside"'
    for place, room in enumerate(rooms):
        left = EDGE + place * step
        yield (
            f'<rect{outside} x="{left + 3:.0f}" y="{top + 1}" '
            f'width="{step - 6:.0f}" height="{HIGH - 2}" rx="5"/>'
        )
        middle, line = left + step / 2, top + HIGH / 2 + 4
        yield f'<text x="{middle:.0f}" y="{line:.0f}">{room}</text>'


PARTS = {
    part.__name__: part
    for part in (chorales, commands, composed, corpora, house, measures, network)
}
