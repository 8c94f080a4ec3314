"""The explorer in Chromium, as a reader uses it: from a folder, with no kernel."""

import re

import pytest
from support.explorer_page import (
    choose,
    figures,
    move,
    nearest,
    opened_card,
    pressed_cell,
    readouts,
)
from support.widget_pages import audio_state, hindrances, loudest, write_page

from deepmusician.studies import read_sweep, read_sweep_pieces
from deepmusician.widgets import focal_explorer, player

AUDIBLE = 0.02


@pytest.fixture(scope="module")
def card():
    return focal_explorer(alpha=0.25, gamma=2.0)


@pytest.fixture(scope="module")
def pieces():
    return read_sweep_pieces()


@pytest.fixture
def page(show, card):
    return opened(show, card)


def opened(show, *widgets, **options):
    return opened_card(show(*widgets, **options))


def shown_notes(page):
    """Return how many notes the roll tells screen readers of."""
    words = page.locator(".dm-roll-host .dm-unseen").first.inner_text()
    return int(re.search(r"([\d,]+) notes?\b", words)[1].replace(",", ""))


def test_the_sliders_start_where_the_author_put_them(page):
    assert readouts(page) == ["0.25", "2.0"]
    assert nearest(page) == "This cell: alpha 0.25, gamma 2, seed 0"
    assert pressed_cell(page).startswith("alpha 0.25, gamma 2, seed 0: ")
    assert page.complaints == []


def test_keys_on_the_sliders_move_all_that_is_shown(page, pieces):
    curves = page.locator(".dm-panels").inner_html()
    move(page, "alpha", "PageUp", 9)
    move(page, "gamma", "End")
    alpha, gamma = (float(text) for text in readouts(page))
    assert (0.6 < alpha < 0.8, gamma) == (True, 5)
    cell = min((0.1, 0.25, 0.5, 0.75, 0.9), key=lambda value: abs(value - alpha))
    words = f"cell: alpha {cell:g}, gamma 5, seed 0"
    page.locator(".dm-nearest").get_by_text(words).wait_for()
    assert page.locator(".dm-panels").inner_html() != curves
    assert f"1 − alpha = {1 - alpha:.2f}" in page.locator(".dm-sentence").inner_text()
    assert pressed_cell(page).startswith(f"alpha {cell:g}, gamma 5")
    roll = pieces[cell, 5.0, 0, "sample"]
    table = read_sweep().rows
    row = table.query(f"alpha == {cell} and gamma == 5 and seed == 0").iloc[0]
    density, nll, _ = figures(page)
    assert density == pytest.approx(roll.density(), abs=0.006)
    assert nll == pytest.approx(row.test_nll_step, abs=0.006)
    assert shown_notes(page) == roll.onsets.sum()
    assert page.complaints == []


def test_a_rule_changes_piece_and_numbers_and_colours_the_map_anew(page, pieces):
    before = pressed_cell(page)
    choose(page, "raw_sample")
    roll = pieces[0.25, 2.0, 0, "raw_sample"]
    assert shown_notes(page) == roll.onsets.sum()
    assert figures(page)[0] == pytest.approx(roll.density(), abs=0.006)
    assert pressed_cell(page) != before
    assert "of the raw outputs" in page.locator(".dm-figures").inner_text()


def test_silence_is_said_and_cannot_be_played(page):
    page.get_by_role("radio", name="calibrated threshold").check(force=True)
    assert "no notes: silence" in page.locator(".dm-clock").inner_text()
    assert page.get_by_role("button", name="Play").is_disabled()
    assert figures(page)[0] == 0


def test_a_cell_that_is_clicked_sets_both_sliders(page):
    page.get_by_role("button", name="alpha 0.9, gamma 0.5").click()
    assert readouts(page) == ["0.90", "0.5"]
    assert nearest(page) == "This cell: alpha 0.9, gamma 0.5, seed 0"


def test_the_map_is_walked_by_keys(page):
    page.locator('.dm-cells [aria-pressed="true"]').focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowRight")  # the map ends here
    page.keyboard.press("Enter")
    assert readouts(page) == ["0.75", "5.0"]


def test_a_finger_sets_the_sliders_by_the_map(browser, tmp_path, card):
    path = write_page(tmp_path / "touch.html", [card])
    view = {"width": 390, "height": 800}
    context = browser.new_context(offline=True, viewport=view, has_touch=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("button", name="alpha 0.1, gamma 1, seed 0").tap()
    assert readouts(page) == ["0.10", "1.0"]
    context.close()


def test_the_map_shows_another_measure(page):
    name = "alpha 0.5, gamma 0, seed 0 (BCE)"
    density = page.get_by_role("button", name=name).inner_text()
    page.get_by_label("The sweep").get_by_role("combobox").select_option("NLL")
    nll = page.get_by_role("button", name=name).inner_text()
    table = read_sweep().rows.query("alpha == 0.5 and gamma == 0 and seed == 0")
    assert float(density) == pytest.approx(table.free_sample_density.iloc[0], abs=0.006)
    assert float(nll) == pytest.approx(table.test_nll_step.iloc[0], abs=0.006)


def test_the_music_plays_on_while_the_network_changes(page):
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_timeout(2500)
    assert audio_state(page) == "running"
    before = page.locator(".dm-clock").inner_text()
    choose(page, "raw_sample")
    for _ in range(4):
        move(page, "gamma", "PageUp")
        page.wait_for_timeout(150)
        assert page.get_by_role("button", name="Pause").is_visible()
    heard = max(loudest(page) for _ in range(20) if page.wait_for_timeout(50) is None)
    assert heard > AUDIBLE
    assert page.locator(".dm-clock").inner_text() >= before  # it did not begin anew
    assert page.locator(".dm-clock").inner_text() > "0:01"
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(1500)
    assert loudest(page) < AUDIBLE
    assert page.complaints == []


def test_only_one_widget_of_a_page_plays(show, card, pieces):
    page = opened(show, card, player(pieces[0.5, 2.0, 0, "sample"]))
    page.get_by_role("button", name="Play").first.click()
    page.locator(".dm-explorer").get_by_role("button", name="Pause").wait_for()
    page.locator(".dm-player").get_by_role("button", name="Play").click()
    page.locator(".dm-player").get_by_role("button", name="Pause").wait_for()
    assert page.locator(".dm-explorer").get_by_role("button", name="Play").is_visible()


def test_without_a_kernel_the_button_says_how_to_get_one(page):
    move(page, "alpha", "ArrowRight", 5)
    page.get_by_role("button", name="Train alpha 0.3, gamma 2").click()
    page.get_by_text("Three ways to get one").wait_for()
    links = page.locator(".dm-how a").evaluate_all("all => all.map((a) => a.href)")
    assert [link.split("/")[2] for link in links] == [
        *("mybinder.org", "colab.research.google.com", "github.com")
    ]
    assert page.get_by_text("make lab").is_visible()
    assert page.complaints == []


def test_what_changed_is_said_to_screen_readers_in_a_sentence(page):
    move(page, "gamma", "Home")
    said = page.locator(".dm-explorer > .dm-unseen")
    page.wait_for_function(
        "(e) => e.textContent.includes('gamma 0')", arg=said.element_handle()
    )
    assert len(said.inner_text()) < 160


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_hinders_a_reader(show, card, theme):
    page = opened(show, card, theme=theme)
    choose(page, "raw_sample")
    assert hindrances(page) == []


@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_is_wider_than_the_page(show, card, width):
    page = opened(show, card, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
