"""Fixtures that several test files share."""

import pytest
import widget_pages
import zoo


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
