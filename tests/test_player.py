import builtins
import io
import subprocess
import sys

import ipykernel
import numpy as np
import pytest
import soundfile

from deepmusician.listening.player import SOUNDS, Player, player
from deepmusician.notes import Notes
from deepmusician.pianoroll import PianoRoll

A4 = 69 - 21  # key of 440 Hz
VIEW = "application/vnd.jupyter.widget-view+json"


def roll_of(touches, name=""):
    plane = np.zeros((64, 88), bool)
    for step, key in touches:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=2, tempo=120.0, name=name)


NOTE = roll_of([(0, A4)])
EXACT = Notes(np.array([0.1]), np.array([1.0]), np.array([69]), length=2.0)


def test_a_player_tells_what_can_be_heard_a_line_for_each_piece():
    shown = player({"Bach <1>": NOTE, "exact": EXACT, "none": roll_of([])}, "Compare")
    assert repr(shown) == (
        "Bach <1>: 0.02 notes a step, 64 steps, 8 s\n"
        "exact: 1 note at exact times, 1 s\n"
        "none: no notes: silence, 0.00 notes a step, 64 steps, 8 s"
    )
    data, _ = shown._repr_mimebundle_()
    assert data["text/plain"] == repr(shown)
    assert data[VIEW]["model_id"] == shown.model_id
    assert shown.caption == "Compare"


def test_a_single_roll_is_labelled_by_its_name():
    assert player(roll_of([(0, A4)], "bwv66.6")).pieces[0]["label"] == "bwv66.6"
    assert player(NOTE).pieces[0]["label"] == "Listen"


def test_labels_give_the_pieces_their_colours():
    labels = ["Bach", "Dependent outputs", "BCE", "First"]
    roles = [piece["role"] for piece in player(dict.fromkeys(labels, NOTE)).pieces]
    assert roles == ["human", "dependent", "bce", ""]


def test_one_tempo_may_be_set_for_all():
    pieces = {"slow": NOTE, "exact": EXACT}
    assert [p["tempo"] for p in player(pieces, tempo=90).pieces] == [90.0, 90.0]
    assert [p["tempo"] for p in player(pieces).pieces] == [120.0, 100.0]


def test_listening_to_nothing_is_an_error():
    with pytest.raises(ValueError, match="nothing to listen to"):
        player({})


def test_nothing_is_written_unless_a_folder_is_named(monkeypatch):
    monkeypatch.delenv(SOUNDS, raising=False)
    assert "mp3" not in player(NOTE).pieces[0]


def test_the_book_has_an_mp3_of_each_piece_beside_its_pages(tmp_path, monkeypatch):
    monkeypatch.setenv(SOUNDS, str(tmp_path / "extra" / "sounds"))
    names = [p["mp3"] for p in player({"a": NOTE, "b": roll_of([(0, 3)])}).pieces]
    assert player({"a": NOTE}).pieces[0]["mp3"] == names[0]
    kept = sorted((tmp_path / "extra" / "sounds").iterdir())
    assert sorted(names) == [f"../sounds/{path.name}" for path in kept]
    assert all(len(path.stem) == 12 and path.suffix == ".mp3" for path in kept)
    samples, rate = soundfile.read(kept[0])
    assert len(samples) / rate == pytest.approx(9, abs=0.2)
    assert np.abs(samples).max() > 0.05


class Heard(list):
    """What a player sends to its page."""

    def __call__(self, content, buffers=None):
        self.append((content, buffers))


def test_a_kernel_answers_its_page_and_renders_an_mp3_for_it(monkeypatch):
    shown, heard = player({"a": NOTE, "b": EXACT}), Heard()
    monkeypatch.setattr(Player, "send", lambda self, *told: heard(*told))
    shown._handle_custom_msg({"kind": "hello"}, [])
    shown._handle_custom_msg({"kind": "mp3", "piece": 1, "tempo": 60}, [])
    shown._handle_custom_msg({"kind": "other"}, [])
    (hello, _), (told, (mp3,)) = heard
    assert (hello, told) == ({"kind": "hello"}, {"kind": "mp3", "piece": 1})
    samples, rate = soundfile.read(io.BytesIO(mp3))
    assert len(samples) / rate == pytest.approx(3, abs=0.2)


def test_a_roll_shows_itself_as_a_player_in_a_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", ipykernel)
    shown, _ = NOTE._repr_mimebundle_(include=None, exclude=None)
    assert list(shown) == [VIEW]
    assert NOTE._repr_html_().startswith("<svg")


def test_a_roll_stays_a_picture_where_nothing_can_play_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert NOTE._repr_mimebundle_() is None

    def without_anywidget(name, *rest):
        if name == "deepmusician.listening.player":
            raise ImportError(name)
        return original(name, *rest)

    original = builtins.__import__
    monkeypatch.setitem(sys.modules, "ipykernel", ipykernel)
    monkeypatch.setattr(builtins, "__import__", without_anywidget)
    assert NOTE._repr_mimebundle_() is None


def test_a_player_needs_no_plotting_library():
    code = (
        "import sys, deepmusician.listening.player\n"
        "print({'matplotlib', 'torch', 'music21'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
