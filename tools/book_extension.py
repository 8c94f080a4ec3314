"""A Sphinx extension: keep the book's pages free of the network and up to date."""

import os
import re
from pathlib import Path

import execution
from sphinx.application import Sphinx
from sphinx.config import Config

ICON_SCRIPT = re.compile(r"<script[^>]*/fontawesome\.js[^>]*></script>\n?")


def drop_thebe(app: Sphinx, page: str, template: str, context: dict, tree: object):
    """Drop the live-code scripts: they load from a CDN, and declare a name twice."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "THEBE_JS_URL" not in (script.attributes.get("body") or "")
        and "thebe" not in str(script.filename or "")
    ]


def drop_icon_script(app: Sphinx, error: Exception | None) -> None:
    """Drop the theme's icons as a script: its style sheet has them as fonts too.

    A megabyte and a half a page. The theme names the script in a template of its own.
    """
    if error is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            if (light := ICON_SCRIPT.sub("", text)) != text:
                page.write_text(light, encoding="utf-8")


def find_what_ran(app: Sphinx, config: Config) -> None:
    """Take the chapters' outputs and sounds from where this very code has put them."""
    preset = os.environ.get("DEEPMUSICIAN_PRESET", "quick")
    config.nb_execution_cache_path = str(execution.folder(preset))
    config.html_extra_path = [str(execution.extra(preset))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Return what Sphinx wants to know of an extension."""
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", drop_icon_script)
    app.connect("config-inited", find_what_ran)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
