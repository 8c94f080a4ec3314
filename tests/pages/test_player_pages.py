"""The player in Chromium, as a reader uses it: from a folder, with no kernel."""

import numpy as np
import pytest
from support.widget_pages import (
    DRAWN,
    SOUND,
    audio_state,
    hindrances,
    loudest,
    write_page,
)

from deepmusician.music import Notes, PianoRoll
from deepmusician.sound import RATE, TARGET_LOUDNESS, loudness
from deepmusician.widgets import player
from deepmusician.widgets.roll_player import SOUNDS

AUDIBLE = 0.02


def scale(steps=64, low=39, tempo=120.0, name="scale"):
    """Return a roll of an eighth's touch every quarter, each higher by a key."""
    plane = np.zeros((steps, 88), bool)
    for number, step in enumerate(range(0, steps, 4)):
        plane[step, low + number % 40] = True
    return PianoRoll.from_plane(plane, hold=2, tempo=tempo, name=name)


def chords(steps=64, tempo=120.0):
    plane = np.zeros((steps, 88), bool)
    plane[::4, [20, 27, 39, 43, 46, 51]] = True
    return PianoRoll.from_plane(plane, hold=4, tempo=tempo, name="chords")


def empty(steps=32):
    return PianoRoll.from_plane(np.zeros((steps, 88), bool), tempo=120.0, name="empty")


def play(page):
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()


def heard(page, seconds=1.0):
    """Return the largest sample heard within so many seconds."""
    most = 0.0
    for _ in range(round(seconds / 0.05)):
        most = max(most, loudest(page))
        page.wait_for_timeout(50)
    return most


def clock(page):
    """Return the seconds gone by and the whole, as the player shows them."""
    text = page.locator(".dm-player-clock").inner_text()
    return [60 * int(m) + int(s) for m, s in (t.split(":") for t in text.split(" / "))]


def step_of(page):
    """Return the step at which the playhead stands."""
    return page.evaluate(
        """() => {
        const box = (name) => document.querySelector(name).getBoundingClientRect();
        const [head, sheet] = [box(".dm-roll-playhead"), box(".dm-roll-long")];
        const slider = document.querySelector(".dm-roll-scroll");
        const whole = Number(slider.getAttribute("aria-valuemax"));
        return ((head.x + 1 - sheet.x) / (sheet.width - 1)) * whole;
    }"""
    )


def rendered(page, piece):
    """Return the samples of a piece as the page renders it offline."""
    samples = page.evaluate(
        f"""async (piece) =>
        Array.from((await {SOUND}.render(piece)).samples)""",
        piece,
    )
    return np.array(samples)


def test_pressing_play_is_heard_and_pausing_is_silence(show):
    page = show(player(scale()))
    page.wait_for_timeout(300)
    assert page.evaluate(f"{SOUND}.open === undefined")  # none before a reader's act
    play(page)
    assert heard(page) > AUDIBLE
    assert audio_state(page) == "running"
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(300)
    assert heard(page, 0.5) < 0.001
    assert page.complaints == []


def test_the_keyboard_alone_plays_seeks_and_pauses(show):
    page = show(player(scale()))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "slider"
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    assert heard(page) > AUDIBLE
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert step_of(page) == pytest.approx(20, abs=0.1)
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("slider").first.get_attribute("aria-valuenow") == "16"
    page.keyboard.press("End")
    assert clock(page) == [8, 8]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # on the button itself, from the beginning again
    page.get_by_role("button", name="Pause").wait_for()
    assert heard(page) > AUDIBLE


def test_a_roll_is_read_bar_by_bar_with_the_keyboard(show):
    page = show(player({"scale": scale(), "chords": chords()}))
    roll = page.get_by_role("slider", name="Position")
    said = []
    for key in ("Home", "ArrowRight", "Shift+ArrowRight", "PageUp", "End"):
        roll.press(key)
        said.append(roll.get_attribute("aria-valuetext"))
    assert said == [
        "bar 1 of 4: C4",
        "bar 1 of 4, beat 2: C♯4",
        "bar 2 of 4, beat 2: F4",
        "bar 3 of 4, beat 2: A4",
        "the end, after 4 bars",
    ]
    roll.press("Home")
    page.get_by_role("tab", name="chords").click()
    at_first = "bar 1 of 4: F2, C3, C4, E4, G4, C5"
    assert roll.get_attribute("aria-valuetext") == at_first


def test_the_playhead_steps_for_readers_who_want_little_motion(show):
    page = show(player(scale()))
    for motion in ("reduce", "no-preference"):
        page.emulate_media(reduced_motion=motion)
        play(page)
        places = [step_of(page) for _ in range(25) if page.wait_for_timeout(30) is None]
        are_whole = all(abs(place - round(place)) < 0.02 for place in places)
        assert are_whole == (motion == "reduce")
        page.get_by_role("button", name="Pause").click()


def test_notes_sound_at_their_times_to_20_milliseconds(show):
    notes = Notes(
        np.array([0.0, 1.75, 3.1, 5.0, 6.5, 8.0]),
        np.full(6, 0.5),
        np.array([60, 61, 33, 95, 50, 76]),
        tempo=100.0,
        length=9.0,
    )
    shown = player(notes)
    samples = np.abs(rendered(show(shown), shown.pieces[0]))
    for start in notes.onsets * 0.6:  # seconds
        before, after = (round((start + d) * RATE) for d in (-0.1, 0.3))
        window = samples[max(0, before) : after]
        attack = np.argmax(window > 0.1 * window.max()) + max(0, before)
        assert attack / RATE == pytest.approx(start, abs=0.02)


def test_pieces_are_equally_loud(show):
    shown = player({"one by one": scale(), "chords": chords()})
    page = show(shown)
    levels = [loudness(rendered(page, piece), RATE) for piece in shown.pieces]
    assert abs(levels[0] - levels[1]) < 1.5
    assert levels == pytest.approx([TARGET_LOUDNESS, TARGET_LOUDNESS], abs=1.5)


def test_tabs_switch_without_stopping(show):
    page = show(player({"scale": scale(), "chords": chords(), "slow": scale(tempo=60)}))
    play(page)
    page.wait_for_timeout(1000)
    before = step_of(page)
    page.get_by_role("tab", name="chords").click()
    page.get_by_role("button", name="Pause").wait_for()
    assert heard(page, 0.4) > AUDIBLE
    assert before < step_of(page) < before + 16
    facts = page.locator(".dm-player-facts").inner_text()
    assert facts.startswith("1.50 notes per step")
    page.keyboard.press("ArrowRight")
    chosen = page.get_by_role("tab", selected=True)
    assert chosen.inner_text() == "slow"
    assert chosen.evaluate("tab => tab === document.activeElement")
    assert clock(page)[1] == 16  # at its own tempo
    assert heard(page) > AUDIBLE
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", selected=True).inner_text() == "scale"
    panel = page.get_by_role("tabpanel")
    assert panel.get_attribute("aria-labelledby") == page.get_by_role(
        "tab", selected=True
    ).get_attribute("id")


def test_a_click_on_the_roll_goes_there_and_plays_on(show):
    page = show(player(scale()))
    box = page.locator(".dm-roll-scroll").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.click(*middle)
    assert step_of(page) == pytest.approx(32, abs=0.5)
    assert clock(page)[0] == 4
    play(page)
    assert heard(page, 0.5) > AUDIBLE
    page.mouse.click(box["x"] + 2, middle[1])
    assert step_of(page) < 8
    assert heard(page) > AUDIBLE


def test_a_loop_goes_round_and_without_one_it_ends(show):
    page = show(player(scale(steps=8)))  # a second
    play(page)
    page.get_by_role("button", name="Play").wait_for(timeout=4000)
    assert clock(page) == [1, 1]
    loop = page.get_by_role("button", name="Loop")
    loop.click()
    assert loop.get_attribute("aria-pressed") == "true"
    play(page)
    page.wait_for_timeout(2500)
    assert heard(page) > AUDIBLE
    assert page.get_by_role("button", name="Pause").is_visible()
    loop.click()
    page.get_by_role("button", name="Play").wait_for(timeout=4000)


def test_the_tempo_moves_by_keyboard_and_keeps_the_place(show):
    page = show(player(scale()))
    tempo = page.get_by_role("slider", name="Tempo")
    assert tempo.get_attribute("aria-valuetext") == "120 quarters per minute"
    page.get_by_role("slider", name="Position").press("Shift+ArrowRight")
    tempo.press("Home")
    assert tempo.get_attribute("aria-valuetext") == "30 quarters per minute"
    assert clock(page) == [8, 32]
    assert step_of(page) == pytest.approx(16, abs=0.1)
    play(page)
    page.wait_for_timeout(1000)
    assert step_of(page) < 20


def test_the_volume_makes_it_softer_down_to_nothing(show):
    page = show(player(chords()))
    page.get_by_role("slider", name="Volume").press("Home")
    play(page)
    assert heard(page) < 0.001
    page.get_by_role("slider", name="Volume").press("End")
    assert heard(page) > AUDIBLE


def test_a_piece_without_notes_says_so_and_stays_silent(show):
    page = show(player({"empty": empty(), "chords": chords()}))
    facts = page.locator(".dm-player-facts").inner_text()
    assert facts.startswith("no notes: silence")
    assert page.locator(".dm-player-roll").get_by_text("no notes: silence").is_visible()
    play(page)
    assert heard(page) < 0.001
    assert step_of(page) > 2
    page.get_by_role("tab", name="chords").click()
    assert heard(page) > AUDIBLE
    page.get_by_role("tab", name="empty").click()
    page.wait_for_timeout(300)
    assert heard(page, 0.5) < 0.001


def test_a_roll_without_steps_is_shown(show):
    page = show(player(empty(steps=0)))
    assert clock(page) == [0, 0]
    button = page.get_by_role("button", name="Play")
    assert button.get_attribute("aria-disabled") == "true"
    button.click(force=True)
    assert page.get_by_role("button", name="Play").is_visible()
    page.locator(".dm-roll-scroll").press("End")
    page.locator(".dm-roll-scroll").click()
    assert page.complaints == []


def test_the_midi_file_is_the_roll(show, tmp_path):
    roll = chords()
    page = show(player(roll))
    with page.expect_download() as download:
        page.get_by_role("button", name="MIDI").click()
    assert download.value.suggested_filename == "chords.mid"
    path = tmp_path / "downloaded.mid"
    download.value.save_as(path)
    assert PianoRoll.from_midi(path) == roll


def test_an_mp3_is_offered_where_one_lies_beside_the_page(show, tmp_path, monkeypatch):
    assert show(player(scale())).get_by_text("MP3").count() == 2
    assert not show(player(scale())).get_by_text("MP3").first.is_visible()
    monkeypatch.setenv(SOUNDS, str(tmp_path / "sounds"))
    shown = player(scale())
    link = show(shown).get_by_role("link", name="MP3")
    assert link.get_attribute("href") == shown.pieces[0]["mp3"]
    assert link.get_attribute("download") == "scale.mp3"


def test_whoever_begins_to_play_pauses_the_other(show):
    page = show(player(scale()), player(chords()))
    page.get_by_role("button", name="Play").first.click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    names = [b.get_attribute("aria-label") for b in page.locator(".dm-main").all()]
    assert names == ["Play", "Pause"]


def test_a_long_piece_scrolls_along_and_draws_what_is_in_view(show):
    page = show(player(scale(steps=6400)))
    sheet, scroll = page.locator(".dm-roll-sheet"), page.locator(".dm-roll-scroll")
    assert sheet.bounding_box()["width"] <= scroll.bounding_box()["width"]
    scroll.press("Shift+ArrowRight")
    for _ in range(7):
        page.keyboard.press("Shift+ArrowRight")
    assert scroll.evaluate("view => view.scrollLeft") > 0
    head = page.locator(".dm-roll-playhead").bounding_box()
    box = scroll.bounding_box()
    assert box["x"] <= head["x"] <= box["x"] + box["width"]


def test_zoom_widens_and_narrows_the_steps_about_the_playhead(show):
    page = show(player(scale(steps=640)))
    long = page.locator(".dm-roll-long")
    page.locator(".dm-roll-scroll").press("Shift+ArrowRight")
    head = page.locator(".dm-roll-playhead")
    before, at = long.bounding_box()["width"], head.bounding_box()["x"]
    page.get_by_role("button", name="Zoom in").click()
    assert long.bounding_box()["width"] == pytest.approx(1.4 * before, abs=3)
    assert head.bounding_box()["x"] == pytest.approx(at, abs=50)
    page.get_by_role("button", name="Zoom out").click()
    assert long.bounding_box()["width"] == pytest.approx(before, abs=3)


def test_the_zoom_may_be_chosen_in_python(show):
    page = show(player(scale(), zoom=30))
    width = page.locator(".dm-roll-long").bounding_box()["width"]
    assert width == pytest.approx(64 * 30, abs=2)


def test_the_colours_follow_the_theme(show):
    page = show(player(scale()))
    sheet = page.locator(".dm-roll-keys")
    white = "canvas => [...canvas.getContext('2d').getImageData(40, 60, 1, 1).data]"
    page.wait_for_timeout(200)
    light = sheet.evaluate(white)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(200)
    dark = sheet.evaluate(white)
    assert sum(dark) < sum(light)


def test_the_canvas_is_as_sharp_as_the_screen(browser, tmp_path):
    context = browser.new_context(offline=True, device_scale_factor=2)
    page = context.new_page()
    page.goto(write_page(tmp_path / "page.html", [player(scale())]).as_uri())
    page.wait_for_function(DRAWN)
    page.wait_for_timeout(300)
    sheet = page.locator(".dm-roll-sheet")
    wide = sheet.bounding_box()["width"]
    assert sheet.evaluate("canvas => canvas.width") == pytest.approx(2 * wide, abs=2)
    context.close()


@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_is_wider_than_the_page(show, width):
    pieces = {f"piece number {n}": scale() for n in range(8)}
    page = show(player(pieces), width=width)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    small = page.evaluate(
        """() => [...document.querySelectorAll(".dm button")].filter((button) =>
        button.offsetParent && button.getBoundingClientRect().height < 40).length"""
    )
    assert small == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readers_with_disabilities_are_not_hindered(show, theme):
    several = player({"scale": scale(), "empty": empty()}, "A caption.")
    page = show(several, player(chords()), theme=theme)
    assert hindrances(page) == []
    page.get_by_role("tab", name="empty").click()
    page.get_by_role("button", name="Loop").first.click()
    assert hindrances(page) == []
