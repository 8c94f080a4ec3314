"""What the pages of the built book have in common, from its folder, with no network."""

import re

import pytest
from support.book_pages import contents, visit

DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')
LOADED_FROM = re.compile(
    r"<(?:script|link|img|iframe|source|audio|video|object|embed)\b[^>]*?"
    r"\b(?:src|href|data)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)",
    re.IGNORECASE,
)


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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_the_page_in_both_themes(book, page, theme):
    page.add_init_script(f"localStorage.setItem('mode', '{theme}')")
    visit(page, book / contents()[0])
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("bookPage.contrast()") > 7


def test_every_page_says_what_it_is_about_and_no_two_say_the_same(book):
    texts = {p: p.read_text(encoding="utf-8") for p in book.glob("book/*.html")}
    found = {path.stem: DESCRIPTION.findall(text) for path, text in texts.items()}
    assert [name for name, each in found.items() if len(each) != 1] == []
    described = [each for (each,) in found.values()]
    assert all(len(each) > 40 for each in described)
    assert len({*described}) == len(described)
    pictures = [re.findall(r'/_static/(\w+\.png)"', each) for each in texts.values()]
    assert all((book / "_static" / name).is_file() for (name,) in pictures)


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
