import numpy as np
import pytest

from deepmusician.listening.inline import listen
from deepmusician.notes import Notes
from deepmusician.pianoroll import PianoRoll

A4 = 69 - 21  # key of 440 Hz


def roll_of(touches, name=""):
    plane = np.zeros((64, 88), bool)
    for step, key in touches:
        plane[step, key] = True
    return PianoRoll.from_plane(plane, hold=2, tempo=120.0, name=name)


def test_players_show_label_density_steps_and_sound():
    page = listen({"Bach <1>": roll_of([(0, A4), (4, A4)])}, "Hear & compare")
    html = page._repr_html_()
    assert "Bach &lt;1&gt;" in html
    assert "0.03 notes a step, 64 steps, 9 s" in html
    assert 'src="data:audio/mpeg;base64,' in html
    assert 'aria-label="Bach &lt;1&gt;: 0.03 notes a step' in html
    assert "Hear &amp; compare" in html
    assert repr(page) == "Bach <1>: 0.03 notes a step, 64 steps, 9 s"


def test_each_piece_has_its_own_player():
    html = listen({"a": roll_of([(0, A4)]), "b": roll_of([(0, 3)])})._repr_html_()
    assert html.count("<audio controls") == 2


def test_a_single_roll_is_labelled_by_its_name():
    assert listen(roll_of([(0, A4)], name="bwv66.6")).cards[0].label == "bwv66.6"


def test_a_silent_roll_says_that_it_is_silent():
    assert "no notes: silence, 0.00 notes a step" in repr(listen(roll_of([])))


def test_notes_before_the_grid_can_be_listened_to():
    notes = Notes(np.array([0.1]), np.array([1.0]), np.array([69]), length=2.0)
    assert "1 note at exact times" in repr(listen({"exact": notes}))


def test_listening_to_nothing_is_an_error():
    with pytest.raises(ValueError, match="nothing to listen to"):
        listen({})


def test_pictures_show_each_roll_above_its_player():
    notes = Notes(np.array([0.1]), np.array([1.0]), np.array([69]), length=2.0)
    pieces = {"roll": roll_of([(0, A4)]), "exact": notes}
    with_pictures = listen(pieces, pictures=True)._repr_html_()
    assert with_pictures.count("<svg") == 1
    assert with_pictures.index("<svg") < with_pictures.index("<audio")
    assert "<svg" not in listen(pieces)._repr_html_()
