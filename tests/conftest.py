"""Fixtures that several test files share."""

import pytest
from support import widget_pages, zoo
from support.slow import is_slow

WAITING = ("_lab", "test_parallel")


def pytest_collection_modifyitems(items):
    """Mark what opens pages in a browser, and what takes its time.

    Tests that mostly wait, for a JupyterLab or for processes, come first, so that
    none is left to wait for alone.
    """
    items.sort(key=lambda item: not item.path.stem.endswith(WAITING))
    for item in items:
        if "browser" in item.fixturenames or item.path.parent.name in (
            "pages",
            "browsers",
        ):
            item.add_marker("browser")
        if is_slow(item):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def browser():
    """Give a headless Chromium for all tests of a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=widget_pages.browser_path(), args=widget_pages.FLAGS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser, tmp_path):
    """Give a function that opens a page of widgets, as `widget_pages.page_of` does."""
    contexts = []

    def opened(*widgets, **options):
        page = widget_pages.page_of(browser, tmp_path, *widgets, **options)
        contexts.append(page.context)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Give the test an empty cache, and no downloaded corpora."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(folder))
    monkeypatch.delenv("DEEPMUSICIAN_DATA", raising=False)
    return folder


@pytest.fixture
def broken_files(tmp_path):
    """Give a folder's broken music files, each with a part of its cause."""
    folder = tmp_path / "broken"
    folder.mkdir()
    return zoo.write_zoo(folder)
