"""A Sphinx extension: keep the book's pages free of the network, and time them."""

import json
from pathlib import Path

from sphinx.application import Sphinx


def drop_thebe(app: Sphinx, page: str, template: str, context: dict, tree: object):
    """Drop the live-code scripts: they load from a CDN, and declare a name twice."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "THEBE_JS_URL" not in (script.attributes.get("body") or "")
        and "thebe" not in str(script.filename or "")
    ]


def note_chapter_times(app: Sphinx, exception: Exception | None) -> None:
    """Write the seconds that each chapter ran to chapter_times.json."""
    if exception is not None:
        return
    metadata = getattr(app.env, "nb_metadata", {})
    times = {
        Path(page).name: data["exec_data"]["runtime"]
        for page, data in metadata.items()
        if data.get("exec_data") and data["exec_data"].get("runtime") is not None
    }
    Path(app.outdir, "chapter_times.json").write_text(json.dumps(times))


def setup(app: Sphinx) -> dict[str, bool]:
    """Return what Sphinx wants to know of an extension."""
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", note_chapter_times)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
