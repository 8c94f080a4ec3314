"""The built book, from its folder or a server, and what a page of it shows.

`DEEPMUSICIAN_BOOK` names the folder of the built book (default: the quick preview).
"""

import os
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from support.readers import CHECKS as WATCH
from support.readers import FRAME
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


class Watched(Quiet):
    """Serves the book, each page with the checks of tests/browsers, and their frame."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if self.path == "/frame.html":
            return self.answer(FRAME)
        if path.suffix == ".html" and path.is_file():
            text = path.read_text(encoding="utf-8")
            return self.answer(
                text.replace("<head>", f"<head><script>{WATCH}</script>")
            )
        return super().do_GET()

    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(handler=Quiet):
    """Give the address of the book on a server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def built_book():
    """Return the folder of the built book; fail where there is none."""
    if not (BOOK / "index.html").is_file():
        pytest.fail(f"{BOOK}: no book here. Build it with: make book PRESET=quick")
    return BOOK.resolve()


def sounds(page, play):
    """Return whether a player is heard within seconds: some play silence."""
    play.click()
    for _ in range(20):
        page.wait_for_timeout(150)
        if loudest(page) > 0.001:
            return True
    return False
