import re
from xml.etree import ElementTree

import numpy as np
import pytest
from music21 import converter, stream

from deepmusician.music import MusicFileError, PianoRoll, engrave

TUNE = "X:1\nT:A <tune> & more\nM:4/4\nL:1/4\nK:D\nDEFG|ABcd|dcBA|GFED|]"


@pytest.fixture(scope="module")
def tune():
    return converter.parse(TUNE, format="abc")


def noteheads(engraving):
    """Return how many black note heads (SMuFL E0A4) the picture holds."""
    return len(re.findall(r'<use href="#E0A4-', engraving.svg))


def test_every_note_of_a_stream_is_engraved(tune):
    assert noteheads(engrave(tune)) == 16


def test_the_picture_is_well_formed_and_asks_for_no_other_file(tune):
    svg = engrave(tune).svg
    ElementTree.fromstring(svg)
    links = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)', svg)
    assert links
    assert all("".join(link).startswith("#E") for link in links)
    assert "@font-face" not in svg


def test_the_picture_takes_the_colour_of_the_text_around_it(tune):
    svg = engrave(tune).svg
    assert 'fill="currentColor"' in svg
    assert "black" not in svg


def test_the_picture_says_what_it_shows(tune):
    label = "Score of A <tune> & more: 4 measures on 1 staff"
    engraving = engrave(tune)
    root = ElementTree.fromstring(engraving.svg)
    assert repr(engraving) == label
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == label
    assert engrave(tune, label="My own").label == "My own"


def test_html_holds_the_same_picture(tune):
    engraving = engrave(tune)
    assert engraving.svg in engraving._repr_html_()


def test_the_same_music_gives_the_same_picture_and_other_music_other_ids(tune):
    first, again, other = engrave(tune, 2), engrave(tune, 2), engrave(tune, (3, 4))
    assert first.svg == again.svg
    ids = [set(re.findall(r' id="([^"]+)"', each.svg)) for each in (first, other)]
    assert ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize(
    ("measures", "notes"), [(1, 4), (2, 8), ((2, 4), 12), (None, 16)]
)
def test_an_excerpt_has_the_notes_of_its_measures(tune, measures, notes):
    assert noteheads(engrave(tune, measures)) == notes


@pytest.mark.parametrize("measures", [(7, 9), 0, (3, 2)])
def test_measures_that_are_not_there_are_an_error(tune, measures):
    with pytest.raises(ValueError, match="measures"):
        engrave(tune, measures)


def test_a_stream_without_measures_is_divided_first():
    notes = stream.Stream(
        [n.__deepcopy__() for n in converter.parse(TUNE).flatten().notes]
    )
    assert noteheads(engrave(notes)) == 16


def test_a_roll_is_engraved_on_two_staves():
    plane = np.zeros((32, 88), bool)
    plane[::4, 60 - 21] = True
    plane[::8, 40 - 21] = True
    engraving = engrave(PianoRoll.from_plane(plane, hold=4, name="Two hands"))
    assert engraving.label == "Score of Two hands: 2 measures on 2 staves"
    assert noteheads(engraving) == 12


def test_a_midi_file_and_a_score_file_are_engraved(tmp_path):
    (tmp_path / "tune.abc").write_text(TUNE)
    assert noteheads(engrave(tmp_path / "tune.abc")) == 16
    midi = PianoRoll.from_file(tmp_path / "tune.abc").to_midi(tmp_path / "tune.mid")
    assert noteheads(engrave(midi)) == 16


@pytest.mark.parametrize("name", ["missing.musicxml", "broken.musicxml", "broken.mid"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name):
    (tmp_path / "broken.musicxml").write_text("<score-partwise>")
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    with pytest.raises(MusicFileError, match=re.escape(str(tmp_path / name))):
        engrave(tmp_path / name)
