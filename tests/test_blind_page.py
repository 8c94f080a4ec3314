"""A whole blind test, taken in Chromium as a reader takes it, and its file analysed."""

import json

import pytest
import widget_pages
from tunes_to_judge import chance_tunes

from deepmusician.listening.answers import read_answers
from deepmusician.listening.blind_test import blind_test, unpack
from deepmusician.listening.detection import detect

HEADING = ".dm-blind h3"
TOLD = """() => [document.body.innerText, ...[...document.querySelectorAll("*")]
  .flatMap((part) => [...part.attributes].map(({ value }) => value))
  .filter((value) => value.length < 5000)].join(" ")"""
DENIED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("denied", "SecurityError"); } })"""


@pytest.fixture(scope="module")
def widget():
    return blind_test(
        {"Bach": chance_tunes(11, seed=2, name="chorale")},
        {"some network": chance_tunes(9, seed=3)},
        {"tossed coin": chance_tunes(2, seed=4)},
        training=chance_tunes(4, seed=1, name="trained"),
    )


def heading(page):
    return page.locator(HEADING).inner_text()


def button(page, name, exact=False):
    return page.get_by_role("button", name=name, exact=exact)


def enter(page, training="Some", before="No this is"):
    """Consent, and say what is asked."""
    assert button(page, "Begin").is_disabled()
    page.get_by_role("checkbox").check()
    button(page, "Begin").click()
    assert button(page, "To the practice").is_disabled()
    page.get_by_role("radio", name=training).check(force=True)
    page.get_by_role("radio", name=before).check(force=True)
    button(page, "To the practice").click()


def play(page):
    """Start a listening with its key, and wait until it is counted."""
    page.keyboard.press("p")
    page.locator(".dm-blind-plays").wait_for()


def judge(page, answer="h", sure="2"):
    """Listen to a piece and judge it, all by keys."""
    play(page)
    page.keyboard.press(answer)
    page.keyboard.press(sure)
    page.keyboard.press("Enter")


def begin(page):
    """Go through the practice to the first piece that counts."""
    enter(page)
    judge(page)
    judge(page)
    button(page, "Begin with piece 1").click()


def loud(page):
    page.wait_for_function(f"{widget_pages.SOUND}.loudest() > 0.01")


def spoilers(widget):
    """All that would tell whose a piece is."""
    cards = unpack(widget.deck)["cards"]
    names = {card["name"] for card in cards if card["part"] == "human"}
    ids = {card["id"] for card in cards}
    return {"Bach", "some network", "tossed coin", "baseline", *names, *ids}


def test_a_whole_test_with_a_reload_ends_in_a_file_that_the_analysis_reads(
    show, widget, tmp_path
):
    page = show(widget)
    secret = spoilers(widget)
    assert "blind test" in page.evaluate(TOLD)
    enter(page, training="Years more")
    assert heading(page) == "Practice 1 of 2"
    play(page)
    loud(page)
    assert widget_pages.audio_state(page) == "running"
    page.keyboard.press("h")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    judge(page)
    button(page, "Begin with piece 1").click()
    for number in range(1, 21):
        assert heading(page) == f"Piece {number} of 20"
        if number == 7:
            play(page)
            page.keyboard.press("m")
            page.reload()
            page.locator(HEADING).wait_for()
            assert heading(page) == "Piece 7 of 20"
            assert "Welcome back" in page.locator(".dm-blind").inner_text()
            assert "1 listening left" in page.locator(".dm-blind").inner_text()
            assert page.get_by_role("radio", name="Machine").is_checked()
            button(page, "Listen", exact=True).focus()
        said = page.evaluate(TOLD)
        assert [word for word in secret if word in said] == []
        judge(page, "hm"[number % 2], str(1 + number % 4))
    assert heading(page).startswith("You were right in ")
    found = page.locator(".dm-blind").inner_text()
    assert "some network" in found
    with page.expect_download() as download:
        button(page, "Download my answers").click()
    name = download.value.suggested_filename
    folder = tmp_path / "answers"
    download.value.save_as(folder / name)
    answers = read_answers(folder)
    assert answers.failures == ()
    (listener,) = answers.listeners
    assert name == f"blind-test-{listener.test}.json"
    assert listener.training == "years"
    assert list(listener.trials.answer) == ["machine", "human"] * 10
    assert list(listener.trials.listenings) == [1] * 6 + [2] + [1] * 13
    told = detect(listener.trials)
    assert heading(page) == f"You were right in {told.correct} of 20"
    assert f"{told.area:.2f}" in found
    assert page.complaints == []


def test_every_piece_can_be_heard_again_at_the_end_and_after_a_reload(show, widget):
    page = show(widget)
    begin(page)
    for _ in range(20):
        judge(page)
    last = heading(page)
    button(page, "Play piece 20:").click()
    loud(page)
    button(page, "Stop piece 20:").click()
    button(page, "Play practice:").first.click()
    page.reload()
    page.locator(HEADING).wait_for()
    assert heading(page) == last
    assert page.locator(".dm-blind-list li").count() == 22
    assert page.complaints == []


def test_two_listenings_are_all_and_nothing_can_be_answered_before_the_first(
    show, widget
):
    page = show(widget)
    enter(page)
    page.keyboard.press("h")
    page.keyboard.press("3")
    assert page.locator("input:checked").count() == 0
    assert page.get_by_role("radio", name="Human").is_disabled()
    for left in ("1 listening left", "No listening left: please answer"):
        play(page)
        assert button(page, "Next piece").is_disabled()
        button(page, "Stop").click()
        assert page.get_by_role("status").inner_text() == left
    assert button(page, "No listening left").is_disabled()
    page.keyboard.press("p")
    assert page.locator(".dm-blind-plays").count() == 0
    page.get_by_role("radio", name="Human").check(force=True)
    page.get_by_role("radio", name="3 fairly").check(force=True)
    button(page, "Next piece").click()
    assert heading(page) == "Practice 2 of 2"
    assert page.evaluate("document.activeElement.textContent") == "Practice 2 of 2"
    assert page.complaints == []


def test_a_browser_that_keeps_nothing_says_so_and_the_test_goes_on(show, widget):
    page = show(widget)
    page.add_init_script(DENIED)
    page.reload()
    page.locator(HEADING).wait_for()
    enter(page)
    assert "keeps nothing" in page.locator(".dm-blind-foot").inner_text()
    judge(page)
    assert heading(page) == "Practice 2 of 2"
    assert page.complaints == []


def test_starting_over_erases_the_answers_and_draws_a_new_test(show, widget):
    page = show(widget)
    enter(page)
    judge(page)
    kept = json.loads(page.evaluate("Object.values(localStorage)[0]"))
    button(page, "Start over").click()
    button(page, "Keep them").click()
    assert heading(page) == "Practice 2 of 2"
    button(page, "Start over").click()
    button(page, "Erase and start over").click()
    assert page.evaluate("localStorage.length") == 0
    enter(page)
    anew = json.loads(page.evaluate("Object.values(localStorage)[0]"))
    assert anew["test"] != kept["test"]
    assert anew["order"] != kept["order"]
    assert anew["answers"] == []
