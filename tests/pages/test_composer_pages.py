"""Drives the composer in Chromium as a reader would, from a folder, offline."""

import json

import numpy as np
import pytest
import soundfile
from support import toy, zoo
from support.composer_page import DONE, compose, error, midi_of, put
from support.widget_pages import audio_state, hindrances, loudest

from deepmusician.music import PianoRoll
from deepmusician.sound import RATE, render
from deepmusician.widgets import composer

MIDI_KEYBOARD = """
const input = { name: "Stage piano", state: "connected" };
globalThis.playMidi = (...data) => input.onmidimessage({ data });
navigator.requestMIDIAccess = async () => ({ inputs: new Map([["1", input]]) });
"""
MIDI_INSTRUMENT = """
globalThis.midiSent = [];
const output = {
  id: "1", name: "Stage piano", state: "connected",
  send: (bytes, at) => midiSent.push([...bytes]),
};
const access = { inputs: new Map(), outputs: new Map([["1", output]]) };
globalThis.unplug = () => { output.state = "disconnected"; access.onstatechange(); };
navigator.requestMIDIAccess = async () => access;
"""
NO_MIDI_KEYBOARD = "navigator.requestMIDIAccess = undefined;"


@pytest.fixture(scope="module")
def widget(tmp_path_factory):
    """Give a composer whose network has learnt nothing, but reads 96 steps."""
    run = toy.untrained(tmp_path_factory.mktemp("run"), context=96, outputs="dependent")
    return composer(run, {"Tune 1": toy.tune(1), "Tune 2": toy.tune(2, steps=16)})


@pytest.fixture
def page(show, widget):
    """Give a page with the composer, its network read."""
    return opened(show, widget)


def opened(show, widget, **options):
    page = show(widget, **options)
    page.wait_for_selector(".dm-compose:not(:disabled)")
    return page


def open_beginning(page):
    page.locator(".dm-beginning summary").click()


def beginning(page):
    return page.locator(".dm-beginning summary b").text_content()


def cell(page, step, pitch, top=77):
    """Click a cell of the beginning's roll, whose highest row is `top`."""
    box = page.locator(".dm-beginning .dm-roll-long").bounding_box()
    rows, ruler = 31, 18
    x = (step + 0.5) * 20  # pixels a step, as wide as it gets
    y = ruler + (top - pitch + 0.5) * (box["height"] - ruler) / rows
    page.mouse.click(box["x"] + x, box["y"] + y)


def test_the_same_settings_and_seed_give_the_same_notes_twice(page, tmp_path):
    compose(page, **{"Length in steps": 192, "Seed": 42})
    compose(page, takes=2)
    compose(page, takes=3, Seed=43)
    one, two, three = (midi_of(page, take, tmp_path) for take in (1, 2, 3))
    assert len(one) == 192
    assert one.onsets.any()
    assert one == two
    assert one != three
    assert page.complaints == []


def test_music_is_heard_until_it_is_stopped_and_again_from_the_start(page):
    compose(page, Seed=1)
    page.wait_for_function("globalThis.deepMusician")
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    wait_for_sound(page)
    assert audio_state(page) == "running"
    playhead = page.locator(".dm-take-player .dm-roll-playhead")
    playhead.wait_for()
    before = playhead.bounding_box()["x"]
    page.wait_for_timeout(500)
    assert playhead.bounding_box()["x"] > before
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_timeout(1500)
    assert loudest(page) < 0.001
    page.get_by_role("button", name="Play from the start").click()
    wait_for_sound(page)
    assert page.complaints == []


def wait_for_sound(page):
    for _ in range(100):
        if loudest(page) > 0.01:
            return
        page.wait_for_timeout(50)
    pytest.fail("nothing is heard")


def test_a_take_is_saved_as_a_wav_that_sounds_as_it_does_in_python(page, tmp_path):
    compose(page, Seed=5)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download Take 1 as WAV").click()
    assert saved.value.suggested_filename == "deep-musician-take-1-seed-5.wav"
    saved.value.save_as(tmp_path / "take.wav")
    heard, rate = soundfile.read(tmp_path / "take.wav")
    roll = midi_of(page, 1, tmp_path)
    rendered = render(roll)
    assert (heard.ndim, rate) == (1, RATE)
    assert len(heard) == pytest.approx(len(rendered), abs=2)
    assert 0.05 < np.abs(heard).max() <= 1
    alike = np.corrcoef(loudness_over_time(heard), loudness_over_time(rendered))
    assert alike[0, 1] > 0.95
    assert page.complaints == []


def loudness_over_time(samples, window=RATE // 20):
    """Return the mean amplitude of each twentieth of a second."""
    whole = samples[: len(samples) // window * window]
    return np.abs(whole).reshape(-1, window).mean(axis=1)


# Pressed in the page itself: a fast machine composes the rest before a click arrives.
STOPPED_ON_THE_WAY = """() => {
  const told = document.querySelector(".dm-actions .dm-soft").textContent;
  if (told.startsWith("step")) {
    const buttons = [...document.querySelectorAll(".dm-actions button")];
    buttons.find((button) => button.textContent === "Stop").click();
    return true;
  }
}"""


def test_stopping_while_it_composes_keeps_what_there_is(page):
    put(page, "Length in steps", 50000)
    page.get_by_role("button", name="Compose", exact=True).click()
    page.wait_for_function(STOPPED_ON_THE_WAY)
    page.wait_for_function(DONE)
    facts = page.locator(".dm-take .dm-soft").text_content()
    assert facts.startswith("stopped after ")
    assert page.locator("[role=status][aria-live]").first.text_content() != ""
    assert page.complaints == []


def test_progress_is_told_to_screen_readers_and_ends_with_the_facts(page):
    compose(page)
    said = page.locator(".dm-composer > .dm-unseen").text_content()
    assert said.startswith("Take 1: ")
    assert "notes per step" in said


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Length in steps", "-3", "The length must be a whole number of steps from"),
        ("Length in steps", "1e9", "The length must be a whole number of steps from"),
        ("Temperature", "0", "The temperature must be a number from 0.1 to 5."),
        ("Seed", "1.5", "The seed must be a whole number from 0 to 4,294,967,295."),
    ],
)
def test_an_absurd_number_is_one_sentence_and_composes_nothing(
    page, label, value, sentence
):
    put(page, label, value)
    page.get_by_role("button", name="Compose", exact=True).click()
    assert error(page).startswith(sentence)
    field = page.get_by_label(label, exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.evaluate("field => field === document.activeElement")
    assert page.locator(".dm-take").count() == 0


def test_each_rule_composes_and_the_threshold_is_asked_for_with_its_rule(page):
    threshold = page.get_by_label("Threshold", exact=True)
    assert not threshold.is_visible()
    page.get_by_label("density").check()
    compose(page)
    page.get_by_label("threshold", exact=True).check()
    compose(page, takes=2, Threshold=0.001)
    compose(page, takes=3, Threshold=1)
    _, full, silent = page.locator(".dm-take .dm-soft").all_text_contents()
    assert float(full.split()[0]) > 1
    assert silent.startswith("no notes: silence")
    assert page.get_by_label("Seed", exact=True).is_disabled()
    assert page.complaints == []


def test_the_dice_show_another_seed(page):
    seed = page.get_by_label("Seed", exact=True)
    seed.fill("5")
    page.get_by_role("button", name="Random seed").click()
    assert 0 <= int(seed.input_value()) < 1_000_000


def test_a_beginning_is_clicked_into_the_roll_and_heard_and_gone_on_from(
    page, tmp_path
):
    open_beginning(page)
    for step, pitch in ((0, 60), (4, 64), (8, 67), (9, 50), (9, 50)):
        cell(page, step, pitch)
    assert beginning(page) == "my own: 0.8 bars, 0:01"
    page.get_by_role("button", name="Hear it").click()
    wait_for_sound(page)
    compose(page)
    roll = midi_of(page, 1, tmp_path)
    assert roll.notes()[:3] == [(0, 60, 4), (4, 64, 4), (8, 67, 4)]
    assert len(roll) == 12 + 192
    page.get_by_role("button", name="Clear").click()
    assert beginning(page) == "silence"
    assert page.complaints == []


def test_a_beginning_is_drawn_with_the_keyboard_alone(page):
    page.locator(".dm-beginning summary").press("Enter")
    sheet = page.locator(".dm-beginning [role=application].dm-roll-scroll")
    sheet.focus()
    for key in ("Enter", *["ArrowRight"] * 4, "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert beginning(page) == "my own: 0.5 bars, 0:01"


def test_letters_are_recorded_on_the_grid_and_heard(page, tmp_path):
    open_beginning(page)
    page.get_by_label("with a metronome").uncheck()
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Stop recording").wait_for()
    for key in ("z", "x", "q"):
        page.keyboard.down(key)
        page.wait_for_timeout(600)  # a quarter at 100 a minute
        wait_for_sound(page)
        page.keyboard.up(key)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Record", exact=True).wait_for()
    assert beginning(page).startswith("my own: ")
    compose(page)
    notes = midi_of(page, 1, tmp_path).notes()
    assert [pitch for _, pitch, _ in notes[:3]] == [48, 50, 60]
    assert notes[0][0] == 0
    assert notes[0][2] >= 3
    assert page.complaints == []


def test_the_shown_keys_play_by_mouse(page):
    open_beginning(page)
    key = page.locator(".dm-bed [data-pitch='60']")
    box = key.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 8)
    page.mouse.down()
    wait_for_sound(page)
    assert "dm-held" in key.get_attribute("class")
    page.mouse.up()
    assert "dm-held" not in key.get_attribute("class")


def test_a_midi_keyboard_plays_and_is_recorded(show, widget):
    page = opened(show, widget)
    page.evaluate(MIDI_KEYBOARD)
    open_beginning(page)
    page.get_by_role("button", name="Use a MIDI keyboard").click()
    page.get_by_text("Listening to Stage piano.").wait_for()
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Stop recording").wait_for()
    page.evaluate("playMidi(0x90, 60, 80)")
    wait_for_sound(page)
    page.evaluate("playMidi(0x80, 60, 0)")
    page.get_by_role("button", name="Stop recording").click()
    assert beginning(page).startswith("my own: ")
    assert page.complaints == []


def test_a_browser_without_web_midi_is_told_so(page):
    page.evaluate(NO_MIDI_KEYBOARD)
    open_beginning(page)
    page.get_by_role("button", name="Use a MIDI keyboard").click()
    page.get_by_text("This browser cannot use a MIDI keyboard").wait_for()
    assert page.complaints == []


def test_a_take_is_played_on_a_midi_instrument_and_stopped_there(show, widget):
    page = opened(show, widget)
    compose(page, Seed=1)
    page.evaluate(MIDI_INSTRUMENT)
    page.get_by_role("button", name="Play on a MIDI instrument").click()
    assert page.get_by_label("Play on").locator("option").all_text_contents() == [
        "the piano in this page",
        "Stage piano",
    ]
    page.wait_for_function("midiSent.filter(([kind]) => kind === 0x90).length > 3")
    page.wait_for_timeout(1500)  # what the page's piano had begun rings off
    assert loudest(page) < 0.001
    page.get_by_role("button", name="Stop", exact=True).click()
    sent = page.evaluate("midiSent")
    assert [0xB0, 123, 0] in sent[-2:]
    assert sorted(p for kind, p, _ in sent if kind == 0x90) == sorted(
        p for kind, p, _ in sent if kind == 0x80
    )
    page.get_by_role("button", name="Play", exact=True).click()
    page.evaluate("unplug()")
    wait_for_sound(page)
    page.get_by_text("No MIDI instrument is connected.").wait_for()
    assert hindrances(page) == []
    assert page.complaints == []


def test_a_browser_without_web_midi_offers_no_instrument(show, widget):
    page = opened(show, widget)
    page.add_init_script(NO_MIDI_KEYBOARD)
    page.reload()
    page.wait_for_selector(".dm-compose:not(:disabled)")
    compose(page)
    assert not page.get_by_role("button", name="Play on a MIDI instrument").is_visible()


def test_a_midi_file_is_read_in_the_page_and_gone_on_from(page, tmp_path):
    roll = toy.tune(5)
    open_beginning(page)
    page.locator("input[type=file]").set_input_files(roll.save(tmp_path / "mine.mid"))
    page.wait_for_function(
        "document.querySelector('.dm-beginning b').textContent.startsWith('mine.mid')"
    )
    compose(page)
    assert midi_of(page, 1, tmp_path).notes()[: len(roll.notes())] == roll.notes()
    assert page.locator(".dm-take").text_content().count("after mine.mid") == 1


def test_a_broken_midi_file_is_one_sentence(page, tmp_path):
    path = tmp_path / "broken.mid"
    path.write_bytes(zoo.GOOD[:-6])
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("broken.mid: The file is cut off inside a track.").wait_for()
    assert beginning(page) == "silence"
    assert page.complaints == []


def test_an_opening_is_chosen_and_heard_first(page, tmp_path):
    open_beginning(page)
    page.get_by_label("Opening").select_option("Tune 2")
    assert beginning(page) == "Tune 2: 1 bar, 0:02"
    compose(page)
    opening = toy.tune(2, steps=16).notes()
    assert midi_of(page, 1, tmp_path).notes()[: len(opening)] == opening


def test_a_link_reproduces_a_take_in_another_page(show, widget, tmp_path):
    page = opened(show, widget)
    open_beginning(page)
    page.get_by_label("Opening").select_option("Tune 1")
    compose(page, **{"Length in steps": 64, "Temperature": 1.1, "Seed": 77})
    page.get_by_role("button", name="Link to Take 1").click()
    link = page.get_by_role("textbox", name="Link to take 1").input_value()
    roll = midi_of(page, 1, tmp_path)
    again = opened(show, widget, address="#" + link.partition("#")[2])
    offer = again.locator(".dm-shared").text_content()
    told = "64 steps, temperature 1.1, seed 77, after Tune 1. Press Compose to hear it."
    assert offer.endswith(told)
    assert again.locator(".dm-compose").evaluate(
        "button => button === document.activeElement"
    )
    again.keyboard.press("Enter")
    again.wait_for_selector(".dm-take")
    again.wait_for_function(DONE)
    assert midi_of(again, 1, tmp_path) == roll
    assert page.complaints + again.complaints == []


def test_a_link_pasted_into_an_open_page_is_taken_up(page):
    link = "take=1&length=8&temperature=2&threshold=0.5&seed=3&tempo=60&rule=sample"
    page.evaluate(f"location.hash = {json.dumps(link)}")
    page.locator(".dm-shared").wait_for()
    assert page.get_by_label("Length in steps").input_value() == "8"
    assert page.locator(".dm-shared").text_content().endswith("the notes will differ.")
    page.evaluate("location.hash = 'take=1&length=8'")
    page.get_by_text("This link is incomplete").wait_for()
    assert page.complaints == []


def test_takes_are_compared_in_place_and_deleted(page):
    compose(page, Seed=1)
    compose(page, takes=2, Seed=2)
    page.wait_for_timeout(1200)
    before = place(page)
    page.get_by_role("button", name="Take 1").first.click()
    page.wait_for_function(
        "document.querySelector('.dm-current b').textContent === 'Take 1'"
    )
    assert place(page) >= before > 0
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    page.get_by_role("button", name="Delete Take 1").click()
    assert page.locator(".dm-take b").all_text_contents() == ["Take 2"]
    page.get_by_role("button", name="Delete Take 2").click()
    assert not page.locator(".dm-take-player").is_visible()
    assert page.complaints == []


def place(page):
    """Return the second at which the music is."""
    minutes, seconds = page.locator(".dm-player-clock").text_content()[:4].split(":")
    return 60 * int(minutes) + int(seconds)


def test_a_damaged_network_is_said_in_the_page(show, widget):
    damaged = composer.__globals__["Composer"](
        view="composer", weights=widget.weights[:-1], openings=[], gain=1.0
    )
    page = show(damaged)
    page.get_by_text("The network's file is damaged or cut off").wait_for()
    assert page.locator(".dm-compose").is_disabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_readers_with_disabilities_meet_no_serious_barrier(show, widget, theme):
    page = opened(show, widget, theme=theme)
    open_beginning(page)
    compose(page)
    page.get_by_role("button", name="Link to Take 1").click()
    put(page, "Seed", -1)
    page.get_by_role("button", name="Compose", exact=True).click()
    assert error(page) != ""
    assert hindrances(page) == []


@pytest.fixture
def whole_page(show, tmp_path):
    """Give a page whose network writes lengths, and one opening with lengths."""
    settings = {"plane": "both", "start": "zero", "intervals": 12}
    run = toy.untrained(tmp_path, context=96, outputs="dependent", **settings)
    onsets = toy.tune(1, steps=16).onsets
    opening = PianoRoll.from_plane(onsets, hold=3, name="Short notes")
    return opened(show, composer(run, {"Short notes": opening}))


def test_a_network_of_both_planes_writes_notes_as_long_as_it_holds_them(
    whole_page, tmp_path
):
    compose(whole_page, **{"Length in steps": 96, "Seed": 3})
    roll = midi_of(whole_page, 1, tmp_path)
    lengths = {held for *_, held in roll.notes()}
    assert len(lengths) > 3
    open_beginning(whole_page)
    whole_page.get_by_label("Opening").select_option("Short notes")
    compose(whole_page, takes=2)
    begun = midi_of(whole_page, 2, tmp_path)
    ends = [onset + held for onset, _, held in begun.notes() if onset < 16]
    starts = {onset: held for onset, _, held in begun.notes() if onset < 12}
    assert len(begun) == 16 + 96
    assert set(starts.values()) == {3}
    assert max(ends) >= 15  # the last one may be held on
    assert whole_page.complaints == []


def test_a_link_of_an_earlier_network_says_that_the_notes_will_differ(whole_page):
    whole_page.evaluate(
        "location.hash = '#take=1&network=earlier&length=96&temperature=1&tempo=100"
        "&threshold=0.5&seed=3&rule=sample'"
    )
    said = whole_page.locator(".dm-shared")
    said.wait_for()
    assert (
        "composed by another network, so the notes will differ" in said.text_content()
    )
    assert whole_page.locator(".dm-take").count() == 0  # nothing plays by itself
