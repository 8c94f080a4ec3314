"""Fixtures of the tests that open the built book."""

import threading
from http.server import ThreadingHTTPServer

import pytest
from support.book_pages import BOOK, CHECKS, Quiet
from support.widget_pages import watch


@pytest.fixture(scope="session")
def book():
    if not (BOOK / "index.html").is_file():
        pytest.fail(f"{BOOK}: no book here. Build it with: make book PRESET=quick")
    return BOOK.resolve()


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    context.add_init_script(CHECKS)
    page = context.new_page()
    watch(page)
    yield page
    context.close()


@pytest.fixture(scope="module")
def site():
    """Give the address of the book on a server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
