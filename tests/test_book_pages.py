"""Opens every page of the built book in Chromium, from its folder, with no network.

`DEEPMUSICIAN_BOOK` names the folder of the built book (default: the quick preview).
"""

import os
import re
from pathlib import Path

import pytest
import yaml
from widget_pages import watch

ROOT = Path(__file__).parent.parent
BOOK = Path(os.environ.get("DEEPMUSICIAN_BOOK", ROOT / "_build" / "quick" / "html"))
LOADED_FROM = re.compile(
    r"<(?:script|link|img|iframe|source|audio|video|object|embed)\b[^>]*?"
    r"\b(?:src|href|data)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)",
    re.IGNORECASE,
)
CHECKS = (ROOT / "tests" / "book_page.js").read_text()


def contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [f"{name}.html" for name in [toc["root"], *files]]


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


def test_the_book_has_the_pages_of_its_table_of_contents(book):
    pages = {path.relative_to(book).as_posix() for path in book.glob("book/*.html")}
    assert pages == set(contents())


def test_the_front_door_leads_to_the_introduction(book, page):
    page.goto((book / "index.html").as_uri())
    page.wait_for_url((book / contents()[0]).as_uri())
    assert page.complaints == []


@pytest.mark.parametrize("name", ["search.html", "genindex.html"])
def test_the_search_page_and_the_index_open_without_a_complaint(book, page, name):
    visit(page, book / name)
    assert page.complaints == []


@pytest.mark.parametrize("name", contents())
def test_whatever_a_page_shows_or_plays_is_there(book, page, name):
    visit(page, book / name)
    assert empty_widgets(page) == []
    assert page.evaluate("bookPage.brokenImages()") == []
    assert page.evaluate("bookPage.namelessPictures()") == []
    assert page.evaluate("bookPage.unsetFormulas()") == []
    assert page.evaluate("bookPage.silentPlayers()") == []
    assert page.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_the_page_in_both_themes(book, page, theme):
    page.add_init_script(f"localStorage.setItem('mode', '{theme}')")
    visit(page, book / contents()[0])
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("bookPage.contrast()") > 7


def test_no_page_names_a_file_on_another_host(book):
    found = {
        (path.relative_to(book).as_posix(), address)
        for path in book.rglob("*.html")
        for address in LOADED_FROM.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_no_style_sheet_fetches_a_font_or_picture_from_another_host(book):
    fetched = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^)\"'\s]+)")
    found = {
        (path.name, address)
        for path in book.rglob("*.css")
        for address in fetched.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()
