"""The built book, from its folder or a server, and what a page of it shows.

`DEEPMUSICIAN_BOOK` names the folder of the built book (default: the quick preview).
"""

import os
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import yaml

from support.widget_pages import loudest

ROOT = Path(__file__).parents[2]
BOOK = Path(os.environ.get("DEEPMUSICIAN_BOOK", ROOT / "_build" / "quick" / "html"))
CHECKS = (ROOT / "tests" / "book_page.js").read_text()


def contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [f"{name}.html" for name in [toc["root"], *files]]


def visit(page, path):
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate("bookPage.settled()")
    page.wait_for_timeout(300)  # what starts late may complain late


def empty_widgets(page):
    for _ in range(100):  # views come one by one: give them 20 seconds
        if not page.evaluate("bookPage.emptyWidgets()"):
            break
        page.wait_for_timeout(200)
    return page.evaluate("bookPage.emptyWidgets()")


class Quiet(SimpleHTTPRequestHandler):
    """Serves the book, and keeps no log."""

    def __init__(self, *request):
        super().__init__(*request, directory=BOOK)

    def log_message(self, *_):
        """Say nothing."""


def sounds(page, play):
    """Return whether a player is heard within seconds: some play silence."""
    play.click()
    for _ in range(20):
        page.wait_for_timeout(150)
        if loudest(page) > 0.001:
            return True
    return False
