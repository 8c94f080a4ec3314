"""Whether the book's pages are whole, light, quick, accessible, and work over http."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from support.book_pages import BOOK, CHECKS, contents, empty_widgets, sounds, visit
from support.widget_pages import hindrances, watch

MEGABYTE = 1e6
PLAIN, WITH_WIDGET, COMPOSER = 5 * MEGABYTE, 10 * MEGABYTE, 14 * MEGABYTE
DRESS = "theme => { document.documentElement.dataset.theme = theme; }"
READABLE = 1000  # milliseconds until the text is there, on no slow machine;
TIMES_PLAIN = 3  # and on one, as against a page of nothing but text
PLAINEST = "book/about.html"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
TRIES = 10


def has_widget(name):
    return "application/vnd.jupyter.widget-state+json" in (BOOK / name).read_text()


def heaviest(name):
    if "composer" in name:
        return COMPOSER
    return WITH_WIDGET if has_widget(name) else PLAIN


@pytest.mark.parametrize("name", contents())
def test_a_page_shows_what_it_should_and_is_light_and_open_to_everybody(
    book, page, name
):
    asked = set()
    page.on("request", lambda request: asked.add(request.url))
    visit(page, book / name)
    assert empty_widgets(page) == []
    assert page.evaluate("bookPage.brokenImages()") == []
    assert page.evaluate("bookPage.namelessPictures()") == []
    assert page.evaluate("bookPage.unsetFormulas()") == []
    assert page.evaluate("bookPage.silentPlayers()") == []
    assert page.complaints == []
    files = [Path(unquote(urlparse(url).path)) for url in asked if url[:5] == "file:"]
    sizes = {path.name: path.stat().st_size for path in files}
    assert sum(sizes.values()) < heaviest(name), sizes
    for theme in ("dark", "light"):
        page.evaluate(DRESS, theme)
        page.wait_for_timeout(300)  # colours may fade over
        assert hindrances(page) == [], theme
    after = readable_after(page)
    if after >= READABLE:
        visit(page, book / PLAINEST)
        assert after < TIMES_PLAIN * readable_after(page)


def readable_after(page):
    """Return after how many milliseconds a page's text is there, of some tries.

    The quickest counts: other work on the machine is no fault of the page.
    """
    painted = []
    while min(painted, default=READABLE) >= READABLE and len(painted) < TRIES:
        if painted:
            page.reload(wait_until="load")
        page.wait_for_function(f"{PAINTED} > 0")
        painted.append(page.evaluate(PAINTED))
    return min(painted)


@pytest.mark.parametrize("name", contents())
def test_a_page_works_from_a_server_as_it_does_from_a_folder(browser, site, name):
    context = browser.new_context()
    context.add_init_script(CHECKS)
    page = context.new_page()
    watch(page, site)
    page.goto(f"{site}/{name}", wait_until="load")
    page.evaluate("bookPage.settled()")
    assert empty_widgets(page) == []
    plays = page.locator(".dm-player").get_by_role("button", name="Play", exact=True)
    assert any(sounds(page, play) for play in plays.all()) or not plays.count()
    assert page.complaints == []
    context.close()
