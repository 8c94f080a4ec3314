"""A Sphinx extension: keep the book's pages free of the network and up to date."""

import os
import re
from pathlib import Path

import execution
import manual
from sphinx.application import Sphinx
from sphinx.config import Config


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


def mend_theme(app: Sphinx, error: Exception | None) -> None:
    """Mend on every page what the theme writes in templates of its own."""
    if error is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = mended = page.read_text(encoding="utf-8")
            for wrong, right in MENDED:
                mended = wrong.sub(right, mended)
            if mended != text:
                page.write_text(mended, encoding="utf-8")


def find_what_ran(app: Sphinx, config: Config) -> None:
    """Take the chapters' outputs and sounds from where this very code has put them."""
    preset = os.environ.get("DEEPMUSICIAN_PRESET", "quick")
    config.nb_execution_cache_path = str(execution.folder(preset))
    config.html_extra_path = [str(execution.extra(preset))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Return what Sphinx asks of an extension."""
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", mend_theme)
    app.connect("config-inited", find_what_ran)
    app.connect("source-read", manual.fill)
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-signature", manual.signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
