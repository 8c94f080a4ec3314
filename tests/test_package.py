import sys
from types import SimpleNamespace

import pytest
from IPython.core.formatters import DisplayFormatter
from support.rolls import melody

import deepmusician

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def notebook(monkeypatch):
    """Give a notebook's formatter, as it is when the package was imported there."""
    formatter = DisplayFormatter()
    shell = SimpleNamespace(kernel=object(), display_formatter=formatter)
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    deepmusician._play_in_notebooks()
    return formatter


def test_a_roll_shows_itself_as_a_player_in_a_notebook(notebook):
    shown, _ = notebook.format(melody(40))
    assert VIEW in shown
    assert shown["text/plain"].startswith("PianoRoll(")


def test_a_roll_is_described_where_nothing_can_play_it(notebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "deepmusician.widgets", None)
    shown, _ = notebook.format(melody(40))
    assert set(shown) == {"text/plain"}


@pytest.mark.parametrize("shell", [None, SimpleNamespace()])
def test_outside_a_notebook_nothing_is_registered(monkeypatch, shell):
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    deepmusician._play_in_notebooks()
