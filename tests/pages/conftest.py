"""Fixtures of the tests that open the built book."""

import pytest
from support.book_pages import CHECKS, built_book, served
from support.widget_pages import watch


@pytest.fixture(scope="session")
def book():
    return built_book()


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
    with served() as address:
        yield address
