"""Fixtures of the tests that read the built book in several browsers.

`DEEPMUSICIAN_BROWSERS` names them, as in "firefox webkit"; by default Chromium alone.
"""

import os

import pytest
from support.book_pages import Watched, built_book, served
from support.readers import Chromium, Firefox, WebKit

BROWSERS = os.environ.get("DEEPMUSICIAN_BROWSERS", "chromium").split()


def pytest_generate_tests(metafunc):
    """Let every browser take a test, and none of them start twice in a process."""
    if "reader" in metafunc.fixturenames:
        each = [pytest.param(b, marks=pytest.mark.xdist_group(b)) for b in BROWSERS]
        metafunc.parametrize("reader", each, indirect=True, scope="session")
    if "place" in metafunc.fixturenames:
        metafunc.parametrize("place", ["folder", "server"], indirect=True)


@pytest.fixture(scope="session")
def readers():
    """Give the readers of this process by their browser."""
    started = {}
    yield started
    for reader in started.values():
        reader.close()


@pytest.fixture(scope="session")
def reader(request, readers, tmp_path_factory):
    name = request.param
    if name not in readers:
        readers[name] = {
            "chromium": lambda: Chromium(request.getfixturevalue("browser")),
            "firefox": Firefox,
            "webkit": lambda: WebKit(tmp_path_factory.mktemp("frame")),
        }[name]()
    return readers[name]


@pytest.fixture(scope="session")
def site():
    with served(Watched) as address:
        yield address


@pytest.fixture
def place(request, site):
    """Give the address of the built book: that of its folder, or on a server."""
    return built_book().as_uri() if request.param == "folder" else site
