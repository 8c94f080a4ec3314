"""A Sphinx extension: keep the book's pages free of the network and up to date."""

import os
import re
import tomllib
from html import escape, unescape
from pathlib import Path

import execution
import manual
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

CARD = "_static/card.png"  # what a link to a page shows; 1200 by 630 pixels
CARD_SHOWS = "The composer's page: a piano roll on which a network's music plays"
LONGEST_DESCRIPTION = 200  # characters: search engines show no more
DESCRIBED = re.compile(r'<meta (?:name|property)="(?:desc|og:|twitter:)[^>]*>')
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
{tags}
<meta http-equiv="Refresh" content="0; url={to}"></head>
<body><a href="{to}">{title}</a></body></html>
"""


def lines(found: re.Match[str]) -> str:
    """Return a long signature's parameters, a line for each, without a list's marks."""
    inside = re.sub(r"<(/?)dd>", r"<\1span>", found[1])
    return f'<span class="sig-params">{inside}</span>'


MENDED = (
    # Icons as a script, a megabyte and a half: the style sheet has them as fonts too.
    (re.compile(r"<script[^>]*/fontawesome\.js[^>]*></script>\n?"), ""),
    # What is labelled otherwise than it reads: let its text be its name.
    (re.compile(r'(<button[^>]*search-button-field[^>]*?) aria-label="[^"]*"'), r"\1"),
    (re.compile(r'<summary aria-label="Toggle hidden content"'), "<summary"),
    # What is called a list and has no items.
    (re.compile(r' role="list" class="citation-list"'), ' class="citation-list"'),
    (re.compile(r'<dl>\n(<dd><em class="sig-param">.*?)</dl>', re.DOTALL), lines),
)


def drop_thebe(
    app: Sphinx, page: str, template: str, context: dict, tree: object
) -> None:
    """Drop the live-code scripts: they load from a CDN, and declare a name twice."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "THEBE_JS_URL" not in (script.attributes.get("body") or "")
        and "thebe" not in str(script.filename or "")
    ]


def describe(
    app: Sphinx, page: str, template: str, context: dict, tree: nodes.document | None
) -> None:
    """Say in a page's head what it is about, for search engines and for links to it."""
    if tree is None:
        return
    home, about = pages_address(), description(tree)
    said = {
        "description": about,
        "twitter:card": "summary_large_image",
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": unescape(re.sub("<[^>]+>", "", context["title"])),
        "og:description": about,
        "og:url": f"{home}{page}.html",
        "og:image": f"{home}{CARD}",
        "og:image:alt": CARD_SHOWS,
    }
    tags = [
        f'<meta {"property" if name.startswith("og:") else "name"}="{name}" '
        f'content="{escape(value)}">'
        for name, value in said.items()
    ]
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags, ""])


def description(tree: nodes.document) -> str:
    """Return the first whole sentences of a page's first paragraph, on one line."""
    paragraphs = tree.findall(nodes.paragraph)
    first = (each for each in paragraphs if isinstance(each.parent, nodes.section))
    text = " ".join(next(first, nodes.paragraph()).astext().split())
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    start = text[:LONGEST_DESCRIPTION]
    whole = re.match(r".*[.?!](?=\s)", start)
    return whole[0] if whole else start.rpartition(" ")[0] + " …"


def pages_address() -> str:
    """Return where the book is published, as the package's metadata has it."""
    settings = tomllib.loads((manual.ROOT / "pyproject.toml").read_text("utf-8"))
    return settings["project"]["urls"]["Homepage"]


def mend_theme(app: Sphinx, error: Exception | None) -> None:
    """Mend on every page what the theme writes in templates of its own."""
    if error is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = mended = page.read_text(encoding="utf-8")
            for wrong, right in MENDED:
                mended = wrong.sub(right, mended)
            if mended != text:
                page.write_text(mended, encoding="utf-8")


def open_front_door(app: Sphinx, error: Exception | None) -> None:
    """Lead from the book's address to its first page, and describe it there too."""
    if error is None and app.builder.format == "html":
        root = f"{app.config.root_doc}.html"
        tags = DESCRIBED.findall(Path(app.outdir, root).read_text(encoding="utf-8"))
        page = FRONT_DOOR.format(
            title=app.config.html_title, tags="\n".join(tags), to=root
        )
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def find_what_ran(app: Sphinx, config: Config) -> None:
    """Take the chapters' outputs and sounds from where this very code has put them."""
    preset = os.environ.get("DEEPMUSICIAN_PRESET", "quick")
    config.nb_execution_cache_path = str(execution.folder(preset))
    config.html_extra_path = [str(execution.extra(preset))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Return what Sphinx asks of an extension."""
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", describe)
    app.connect("build-finished", mend_theme)
    app.connect("build-finished", open_front_door)
    app.connect("config-inited", find_what_ran)
    app.connect("source-read", manual.fill)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-signature", manual.signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
