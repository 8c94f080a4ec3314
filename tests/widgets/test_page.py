import inspect
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ipywidgets.embed import dependency_state

from deepmusician.sound import RATE, load_piano
from deepmusician.sound.piano import from_attack
from deepmusician.widgets.bundle import WEB
from deepmusician.widgets.page import PageLibrary, Widget, page_library


def test_all_widgets_of_a_kernel_share_one_library():
    one, other = Widget(view="player"), Widget(view="player")
    assert one.library is other.library is page_library()
    assert one.edition == page_library().edition


def test_a_page_carries_the_library_once_and_little_for_each_widget():
    widgets = [Widget(view="player") for _ in range(3)]
    state = dependency_state(widgets)
    sizes = {
        model: len(str(each["state"]))
        + sum(len(buffer["data"]) for buffer in each.get("buffers", []))
        for model, each in state.items()
    }
    assert 300_000 < sizes.pop(page_library().model_id) < 1_300_000
    assert max(sizes.values()) < 2_000


def test_its_edition_names_its_code_and_style():
    library = page_library()
    assert re.fullmatch("[0-9a-f]{12}", library.edition)
    for path in WEB.rglob("*.css"):
        assert path.read_text("utf-8") in library.styles
    assert "export default { initialize }" in PageLibrary._esm


def test_no_key_is_further_from_a_tone_than_a_semitone():
    pitches = np.array(page_library().pitches)
    keys = np.arange(21, 109)
    assert np.abs(keys[:, None] - pitches).min(axis=1).max() == 1
    assert len(page_library().tones) == len(pitches) == 30


@pytest.mark.parametrize("number", [0, 13, 29])
def test_a_tone_is_that_of_the_piano_and_ends_in_silence(number):
    library = page_library()
    decoded, rate = soundfile.read(io.BytesIO(library.tones[number]))
    tone = load_piano().tone(library.pitches[number])
    assert rate == RATE
    np.testing.assert_allclose(from_attack(decoded), tone, atol=1e-6)
    assert np.abs(decoded[6 * RATE :]).max(initial=0) < 0.01


def test_every_view_that_python_names_is_drawn():
    named = set()
    for path in Path(inspect.getfile(PageLibrary)).parent.glob("*.py"):
        named |= set(re.findall(r'\bview\b[^"\n]*"(\w+)"', path.read_text("utf-8")))
    views = re.search(r"const VIEWS = \{([^}]*)\}", (WEB / "library.js").read_text())
    assert named == set(re.findall(r"\w+", views[1]))
