import io
import re

import numpy as np
import pytest
import soundfile
from ipywidgets.embed import dependency_state

from deepmusician.listening.library import Library, Widget, library
from deepmusician.listening.modules import WEB
from deepmusician.listening.piano import RATE, load_piano


def test_all_widgets_of_a_kernel_share_one_library():
    one, other = Widget(view="player"), Widget(view="player")
    assert one.library is other.library is library()
    assert one.edition == library().edition


def test_a_page_carries_the_library_once_and_little_for_each_widget():
    widgets = [Widget(view="player") for _ in range(3)]
    state = dependency_state(widgets)
    sizes = {
        model: len(str(told["state"])) + sum(len(b["data"]) for b in buffers(told))
        for model, told in state.items()
    }
    shelf = sizes.pop(library().model_id)
    assert 300_000 < shelf < 1_300_000
    assert max(sizes.values()) < 2_000


def buffers(told):
    return told.get("buffers", [])


def test_its_edition_names_its_code_and_style():
    shelf = library()
    assert re.fullmatch("[0-9a-f]{12}", shelf.edition)
    for path in WEB.glob("*.css"):
        assert path.read_text("utf-8") in shelf.styles
    assert "export default { initialize }" in Library._esm


def test_no_key_is_further_from_a_tone_than_a_semitone():
    pitches = np.array(library().pitches)
    keys = np.arange(21, 109)
    assert np.abs(keys[:, None] - pitches).min(axis=1).max() == 1
    assert len(library().tones) == len(pitches) == 30


@pytest.mark.parametrize("number", [0, 13, 29])
def test_a_tone_is_that_of_the_piano_and_ends_in_silence(number):
    shelf = library()
    decoded, rate = soundfile.read(io.BytesIO(shelf.tones[number]))
    tone = load_piano().tone(shelf.pitches[number])
    assert rate == RATE
    assert len(decoded) >= len(tone)
    assert np.abs(decoded).max() == pytest.approx(np.abs(tone).max(), rel=0.15)
    assert np.abs(decoded[len(tone) :]).max(initial=0) < 0.01
    wanted = np.sqrt(np.mean(tone[:RATE] ** 2))
    assert np.sqrt(np.mean(decoded[:RATE] ** 2)) == pytest.approx(wanted, rel=0.15)


def test_every_view_that_python_names_is_drawn():
    named = set()
    for path in WEB.parent.glob("*.py"):
        named |= set(re.findall(r'\bview\b[^"\n]*"(\w+)"', path.read_text("utf-8")))
    told = re.search(r"const VIEWS = \{([^}]*)\}", (WEB / "library.js").read_text())
    assert named == set(re.findall(r"\w+", told[1]))
