"""Words of the glossary in the chapters: is the first use of each a link?"""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

GLOSSARY = Path(__file__).parent.parent / "book" / "glossary.md"
# Everyday words as well: whether one is a term where it stands, no pattern can say.
EVERYDAY = {"bar", "beat", "loss", "scale", "seed", "step", "voice", "window"}
EVERYDAY |= {"density", "pitch", "precision", "recall"}
ALSO = {"binary cross-entropy": ["BCE"], "negative log-likelihood": ["NLL"]}
LINK = re.compile(r"\{term\}`(?:[^`<]*<([^`>]+)>|([^`<]+))`")
# What is no running text: headings and directives, code, formulas, roles, quotations.
NO_PROSE = re.compile(
    r"^:::.*?$|^:\w+:.*?$|^#.*?$|^\|.*?$|^\([\w-]+\)=$|```.*?```|\$\$.*?\$\$"
    r"|(?:\{[\w:]+\})?`[^`]*`|\$[^$\n]+\$|\"[^\"]*\"",
    re.MULTILINE | re.DOTALL,
)


def glossary() -> list[str]:
    """Return the words that the glossary explains."""
    text = GLOSSARY.read_text(encoding="utf-8")
    return re.findall(r"^(\S.*)\n  \S", text, flags=re.MULTILINE)


def pattern(term: str) -> re.Pattern:
    """Return what matches a term in running text: any number, hyphen or line break."""
    forms = [*(re.escape(form) for form in [term, *ALSO.get(term, ())])]
    spaced = "|".join(re.sub(r"\\ |\\-", r"[\\s-]+", form) for form in forms)
    return re.compile(rf"(?<![\w-])(?:{spaced})s?(?![\w-])", re.IGNORECASE)


def prose(source: str) -> str:
    """Return a cell's text with spaces for what is not running text."""
    return NO_PROSE.sub(lambda part: " " * len(part[0]), source)


def links(chapter: NotebookNode) -> dict[str, list[tuple[int, int]]]:
    """Return where each term is linked: cell and place in it."""
    places: dict[str, list[tuple[int, int]]] = {}
    for number, source in texts(chapter):
        for link in LINK.finditer(source):
            term = (link[1] or link[2]).strip()
            places.setdefault(term, []).append((number, link.start()))
    return places


def first_use(chapter: NotebookNode, term: str) -> tuple[int, int] | None:
    """Return where a term first stands unlinked in running text: cell and place."""
    for number, source in texts(chapter):
        if found := pattern(term).search(prose(source)):
            return number, found.start()
    return None


def texts(chapter: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield number and source of each cell of text."""
    for number, cell in enumerate(chapter.cells):
        if cell.cell_type == "markdown":
            yield number, cell.source


def unlinked(chapter: NotebookNode) -> Iterator[str]:
    """Yield a sentence for each term whose first use is no link, or has two links.

    Terms that are everyday words, too, need no link; where they have one, it is once.
    """
    linked = links(chapter)
    for term in linked.keys() - set(glossary()):
        yield f"the glossary does not have {term!r}"
    for term in glossary():
        places, plain = linked.get(term, []), first_use(chapter, term)
        if len(places) > 1:
            yield f"{term!r} is linked {len(places)} times"
        if term in EVERYDAY or plain is None:
            continue
        if not places or plain < places[0]:
            yield f"{term!r} is used in cell {plain[0]} without a link to the glossary"
