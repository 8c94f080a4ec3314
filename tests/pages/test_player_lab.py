"""The player in JupyterLab, whose kernel renders MP3 files for it."""

import io
from pathlib import Path

import pytest
import soundfile
from support.lab_pages import lab, notebook_page
from support.widget_pages import audio_state, loudest

CODE = """
import numpy as np
from IPython.display import display
from deepmusician.widgets import player
from deepmusician.music import PianoRoll

plane = np.zeros((64, 88), bool)
plane[::4, [27, 39, 43, 46]] = True
roll = PianoRoll.from_plane(plane, hold=4, tempo=120.0, name="chords")
display(player({"first": roll, "second": roll[:32]}))
roll
"""


@pytest.fixture
def page(browser, tmp_path):
    with lab(tmp_path) as server:
        page = notebook_page(browser, server, CODE)
        page.locator(".dm-player-title").wait_for()  # the roll, below the player
        yield page
        page.context.close()


def test_a_player_and_a_roll_by_itself_play_in_jupyterlab(page):
    assert page.locator(".dm-player-title").inner_text() == "chords"
    page.get_by_role("button", name="Play").first.click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_timeout(1500)
    assert audio_state(page) == "running"
    assert loudest(page) > 0.02
    roll = page.locator(".dm-roll-scroll").first
    roll.press("Space")
    roll.press("Home")
    roll.press("ArrowRight")  # moves the playhead, not to the notebook's next cell
    assert roll.get_attribute("aria-valuenow") == "4"
    with page.expect_download() as download:
        page.get_by_role("button", name="MP3").first.click()
    assert download.value.suggested_filename == "first.mp3"
    mp3 = Path(download.value.path()).read_bytes()
    samples, rate = soundfile.read(io.BytesIO(mp3))
    assert len(samples) / rate == pytest.approx(9, abs=0.2)
    assert page.complaints == []
