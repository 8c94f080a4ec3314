"""The blind test's page in Chromium: a whole test, its file, and what may go wrong."""

import json
from urllib.parse import parse_qs, urlparse

import pytest
from support import widget_pages
from support.blind_taker import (
    begin,
    button,
    download,
    enter,
    heading,
    judge,
    names,
    play,
    reload,
    take,
    told,
)
from support.decks import unpacked
from support.tunes_to_judge import chance_tunes

from deepmusician.listeners import read_answers
from deepmusician.listeners.detection import detect
from deepmusician.widgets import blind_test
from deepmusician.widgets.page import repository

DENIED = """Object.defineProperty(window, "localStorage",
  { get() { throw new DOMException("denied", "SecurityError"); } })"""


NOTE_TABS = """
globalThis.opened = [];
globalThis.open = (address) => opened.push(address);
globalThis.copied = "";
const writeText = async (text) => {
  if (copied === null) throw new Error("denied");
  copied = text;
};
Object.defineProperty(navigator, "clipboard", { value: { writeText } });
"""


@pytest.fixture(scope="module")
def widget():
    return deck_with("some network")


def deck_with(network):
    """Return a blind test in which a network of that name takes part."""
    return blind_test(
        {"Bach": chance_tunes(11, seed=2, name="chorale")},
        {network: chance_tunes(9, seed=3)},
        {"tossed coin": chance_tunes(2, seed=4)},
        training=chance_tunes(4, seed=1, name="trained"),
    )


def loud(page):
    page.wait_for_function(f"{widget_pages.SOUND}.loudest() > 0.01")


def test_a_whole_test_with_a_reload_ends_in_a_file_that_the_analysis_reads(
    show, widget, tmp_path
):
    page = show(widget)
    begin(page, training="Years more")
    take(page)
    name = download(page, tmp_path / "answers")
    answers = read_answers(tmp_path / "answers")
    assert answers.failures == ()
    (listener,) = answers.listeners
    assert name == f"blind-test-{listener.test}.json"
    assert listener.training == "years"
    assert list(listener.trials.answer) == ["machine", "human"] * 10
    assert list(listener.trials.listenings) == [1] * 6 + [2] + [1] * 13
    found = detect(listener.trials)
    assert heading(page) == f"You got {found.correct} of 20 right"
    assert f"{found.area:.2f}" in told(page)
    assert page.complaints == []


def judged(page):
    """Take a whole test, and note which tabs are opened and what is copied."""
    page.evaluate(NOTE_TABS)
    begin(page)
    for _ in range(20):
        judge(page)
    assert page.evaluate("opened") == []
    return button(page, "Open an issue with my answers")


def body_of(address):
    assert address.startswith(f"{repository()}/issues/new?title=Answers")
    return parse_qs(urlparse(address).query)["body"][0]


def test_one_button_opens_an_issue_with_the_answers(show, widget, tmp_path):
    page = show(widget)
    judged(page).click()
    page.get_by_text("The draft in the new tab has your answers in it.").wait_for()
    (address,) = page.evaluate("opened")
    assert page.get_by_role("link", name="Open it").get_attribute("href") == address
    (tmp_path / "issue.md").write_text(body_of(address), encoding="utf-8")
    (listener,) = read_answers(tmp_path).listeners
    assert len(listener.trials) == 20
    assert widget_pages.hindrances(page) == []
    assert page.complaints == []


def test_answers_too_long_for_an_address_go_through_the_clipboard(show, tmp_path):
    page = show(deck_with("a network with a long name" * 9))
    issue = judged(page)
    issue.click()
    page.get_by_text("paste them into the draft in the new tab").wait_for()
    (address,) = page.evaluate("opened")
    assert body_of(address) == "Paste your answers in place of this line."
    (tmp_path / "issue.md").write_text(page.evaluate("copied"), encoding="utf-8")
    (listener,) = read_answers(tmp_path).listeners
    assert len(listener.trials) == 20
    page.evaluate("globalThis.copied = null")  # a browser that allows no copying
    issue.click()
    field = page.get_by_label("Your answers, to copy")
    assert field.input_value() == (tmp_path / "issue.md").read_text(encoding="utf-8")
    assert widget_pages.hindrances(page) == []


def test_nothing_tells_whose_a_piece_is_before_the_end(show, widget):
    page = show(widget)
    said = [told(page)]
    begin(page)
    said += take(page)
    cards = unpacked(widget.deck)["cards"]
    secret = {card[key] for card in cards for key in ("id", "composer", "name")}
    assert [word for word in secret for text in said if word in text] == []
    truth = {f"{card['composer']} {card['name']}" for card in cards}
    assert len(names(page)) == 22
    assert set(names(page)) <= truth


def test_a_piece_is_heard_when_its_listening_is_counted(show, widget):
    page = show(widget)
    enter(page)
    play(page)
    loud(page)
    assert widget_pages.audio_state(page) == "running"
    assert "Listening 1 of 2" in told(page)


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
    loud(page)
    reload(page)
    assert heading(page) == last
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


def test_a_reload_gives_no_listening_back(show, widget):
    page = show(widget)
    enter(page)
    for _ in range(2):
        play(page)
        reload(page)
    assert button(page, "No listening left").is_disabled()
    page.keyboard.press("m")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    assert heading(page) == "Practice 2 of 2"


def test_a_browser_that_keeps_nothing_says_so_and_the_test_goes_on(show, widget):
    page = show(widget)
    page.add_init_script(DENIED)
    reload(page)
    enter(page)
    assert "saves nothing" in told(page)
    judge(page)
    assert heading(page) == "Practice 2 of 2"
    assert page.complaints == []


def test_nothing_is_kept_before_the_consent_and_all_is_erased_on_demand(show, widget):
    page = show(widget)
    assert page.evaluate("localStorage.length") == 0
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
