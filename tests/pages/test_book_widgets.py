"""Drives the widgets of the built book, from its folder and from a server."""

import pytest
from support.blind_taker import HEADING, begin, download, names, take
from support.book_pages import sounds
from support.composer_page import compose, midi_of
from support.explorer_page import figures, move, nearest, opened_card, pressed_cell
from support.widget_pages import audio_state, watch

from deepmusician.listeners import read_answers


@pytest.fixture(params=["folder", "server"])
def visited(request, browser, book, site):
    """Give a function that opens a page of the book, and notes its complaints."""
    is_folder = request.param == "folder"
    place, size = book.as_uri() if is_folder else site, {"width": 1200, "height": 1000}
    context = browser.new_context(viewport=size, offline=is_folder)
    page = context.new_page()
    watch(page, place)

    def visit(name):
        page.goto(f"{place}/book/{name}.html", wait_until="load")
        return page

    yield visit
    assert page.complaints == []
    context.close()


def test_the_introduction_plays_at_a_press(visited):
    page = visited("intro")
    play = page.locator(".dm-player").get_by_role("button", name="Play", exact=True)
    play.wait_for()
    assert sounds(page, play)
    assert audio_state(page) == "running"


def test_the_explorer_follows_its_sliders(visited):
    page = visited("focal_loss")
    opened_card(page)
    before = (nearest(page), figures(page), pressed_cell(page))
    move(page, "gamma", "End")
    page.get_by_text("gamma 5, seed 0").first.wait_for()
    after = (nearest(page), figures(page), pressed_cell(page))
    assert all(was != now for was, now in zip(before, after, strict=True))


def test_the_composer_composes_the_same_notes_twice(visited, tmp_path):
    page = visited("composer")
    page.wait_for_selector(".dm-compose:not(:disabled)")
    compose(page, **{"Length in steps": 192, "Seed": 7})
    compose(page, takes=2)
    one, two = (midi_of(page, take, tmp_path) for take in (1, 2))
    assert (len(one), one.onsets.any()) == (192, True)
    assert (one.onsets == two.onsets).all()


def test_a_reader_takes_the_blind_test_and_its_file_can_be_analysed(visited, tmp_path):
    page = visited("listening_tests")
    page.locator(HEADING).wait_for()
    begin(page)
    said = take(page)
    assert len(names(page)) == 22
    assert [name for name in names(page) for text in said if name in text] == []
    download(page, tmp_path)
    answers = read_answers(tmp_path)
    assert answers.failures == ()
    assert len(answers.trials) == 20
