import io
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from IPython.core.interactiveshell import InteractiveShell
from support import pictures

import deepmusician
from deepmusician.music import Notes
from deepmusician.widgets import player
from deepmusician.widgets.roll_player import SOUNDS, Player

A4 = 69 - 21  # key of 440 Hz
VIEW = "application/vnd.jupyter.widget-view+json"


def roll_of(cells, name=""):
    return pictures.roll_of(cells, steps=64, hold=2, tempo=120.0, name=name)


NOTE = roll_of([(0, A4)])
EXACT = Notes(np.array([0.1]), np.array([1.0]), np.array([69]), length=2.0)


def test_a_player_lists_its_pieces_a_line_for_each():
    shown = player({"Bach <1>": NOTE, "exact": EXACT, "none": roll_of([])}, "Compare")
    assert repr(shown) == (
        "Bach <1>: 0.02 notes per step, 64 steps, 8 s\n"
        "exact: 1 note at exact times, 1 s\n"
        "none: no notes: silence, 0.00 notes per step, 64 steps, 8 s"
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


def test_a_kernel_answers_its_page_and_renders_an_mp3_for_it(monkeypatch):
    shown, answers = player({"a": NOTE, "b": EXACT}), []
    monkeypatch.setattr(Player, "send", lambda _, *answer: answers.append(answer))
    shown._handle_custom_msg({"kind": "hello"}, [])
    shown._handle_custom_msg({"kind": "mp3", "piece": 1, "tempo": 60}, [])
    shown._handle_custom_msg({"kind": "other"}, [])
    hello, (content, (mp3,)) = answers
    assert hello == ({"kind": "hello"},)
    assert content == {"kind": "mp3", "piece": 1}
    samples, rate = soundfile.read(io.BytesIO(mp3))
    assert len(samples) / rate == pytest.approx(3, abs=0.2)


@pytest.fixture
def shell():
    """Give IPython's shell, as it is without a kernel."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def notebook(shell):
    """Give IPython's shell as it is in a kernel, where deepmusician was imported."""
    shell.kernel = object()
    deepmusician._play_in_notebooks()
    return shell


def shown_in(shell, roll):
    """Return what the shell shows of a roll, by media type."""
    data, _ = shell.display_formatter.format(roll)
    return data


def test_a_roll_shows_itself_as_a_player_in_a_notebook(notebook):
    for roll in (NOTE, roll_of([(4, A4)]), NOTE[:32]):  # made before and after
        data = shown_in(notebook, roll)
        assert set(data) == {VIEW, "text/plain"}
        assert data["text/plain"] == repr(roll)


def test_a_roll_without_a_kernel_is_its_repr(shell):
    deepmusician._play_in_notebooks()
    assert shown_in(shell, NOTE) == {"text/plain": repr(NOTE)}


def test_a_player_needs_no_plotting_library():
    code = (
        "import sys, deepmusician.widgets.roll_player\n"
        "print({'matplotlib', 'torch', 'music21'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
