from dataclasses import replace

import pytest
from support.rolls import melody, plane_of

from deepmusician.corpora import load_corpus, summarise
from deepmusician.corpora.corpus import SPLITS, split_of
from deepmusician.music import MusicFileError, PianoRoll

pytestmark = pytest.mark.usefixtures("cache")


def load(name_or_path, **how):
    return load_corpus(name_or_path, progress=False, **how)


def names(rolls):
    return [roll.name for roll in rolls]


def test_a_folder_is_read_with_its_subfolders_in_order(folder):
    (folder / "notes.txt").write_text("no music")
    corpus = load(folder)
    assert sorted(names(corpus.pieces)) == [
        "more/score",
        "more/tune1",
        *(f"tune{number}" for number in range(10)),
    ]
    assert corpus.name == "my music"
    assert corpus.failures == ()
    for part in (corpus.train, corpus.valid, corpus.test):
        assert names(part) == sorted(names(part))


def test_rolls_come_as_from_their_files(folder):
    for roll in load(folder, steps_per_quarter=2).pieces:
        path = next(folder.glob(f"{roll.name}.*"))
        assert roll == PianoRoll.from_file(path, steps_per_quarter=2)
        assert roll.reading == PianoRoll.from_file(path, steps_per_quarter=2).reading


def test_no_piece_is_in_two_parts_and_adding_pieces_moves_none(folder):
    before = load(folder)
    melody(60).to_midi(folder / "another.mid")
    after = load(folder)
    for split in SPLITS:
        kept = set(names(getattr(after, split))) - {"another"}
        assert kept == set(names(getattr(before, split)))
    assert len(set(names(after.pieces))) == len(after.pieces) == 13


def test_the_split_is_80_to_10_to_10():
    splits = [split_of(f"piece {number}") for number in range(5000)]
    shares = [splits.count(split) / 5000 for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_the_split_never_moves():
    splits = [split_of(name) for name in ("bwv1.6", "bwv253", "bwv4.8")]
    assert splits == ["train", "valid", "test"]


def test_broken_files_are_reported_and_the_rest_is_read(folder, broken_files):
    for path in broken_files:
        path.rename(folder / path.name)
    for _ in range(2):  # parsed, then from the cache
        corpus = load(folder)
        reasons = {path.rsplit("/")[-1]: why for path, why in corpus.failures}
        assert len(corpus.pieces) == 12
        assert reasons.keys() == {path.name for path in broken_files}
        for path, cause in broken_files.items():
            assert cause in reasons[path.name]
            assert str(folder) not in reasons[path.name]
    assert f"{len(broken_files)} files could not be read" in corpus.describe()


def test_a_folder_with_none_readable_is_an_error(broken_files):
    folder = next(iter(broken_files)).parent
    with pytest.raises(MusicFileError, match=rf"{folder}: none of its \d+ music files"):
        load(folder)


def test_what_is_no_corpus_is_refused_with_a_remedy(folder, tmp_path):
    with pytest.raises(MusicFileError, match=r"neither a corpus \(bach-chorales, "):
        load("bach-corals")
    with pytest.raises(MusicFileError, match="is a file, and a corpus is a folder"):
        load(folder / "tune0.mid")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MusicFileError, match=r"holds no music files \(\.mid"):
        load(tmp_path / "empty")
    with pytest.raises(ValueError, match="from 1 to 480"):
        load(folder, steps_per_quarter=0)


def test_describing_a_corpus_gives_sizes_and_density(folder):
    text = load(folder).describe()
    assert "12 pieces" in text
    assert "4 per quarter" in text
    assert "0.22 keys per step on the plane of onsets" in text


@pytest.mark.parametrize(
    ("name", "grid"), [("jsb", 1), ("nottingham", 2), ("piano-midi", 2)]
)
def test_published_frames_keep_their_grid_and_their_splits(registered, name, grid):
    corpus = load(name)
    assert [len(corpus.train), len(corpus.valid), len(corpus.test)] == [3, 2, 1]
    assert corpus.plane == "sounding"
    assert corpus.steps_per_quarter == corpus.train[0].steps_per_quarter == grid
    assert corpus.train[1].notes() == [(0, 61, 3)]
    assert names(corpus.valid) == [f"{name}-valid-001", f"{name}-valid-002"]


def test_published_voices_say_who_sings_what(registered):
    corpus = load("jsb-sixteenths")
    assert [len(corpus.train), len(corpus.valid), len(corpus.test)] == [3, 2, 1]
    assert corpus.test[0].voices.tolist()[-2:] == [[69, 65, 60, 53], [67, 64, 60, -1]]
    assert corpus.test[0].steps_per_quarter == 4
    assert names(corpus.test) == ["jsb-sixteenths-test-001"]
    (piece,) = corpus.test
    swapped = replace(piece, voices=piece.voices[:, [1, 0, 2, 3]])
    other = replace(corpus, test=(swapped,))
    assert other.fingerprint != corpus.fingerprint


def roll_of(cells, steps=4, hold=2):
    return PianoRoll.from_plane(plane_of(steps, *cells), hold=hold)


def test_numbers_are_those_of_all_rolls_together():
    summary = summarise([roll_of([(0, 10), (2, 10)]), roll_of([(1, 20)], steps=12)])
    assert summary == {
        "pieces": 2,
        "steps": 16,
        "onsets per step": 3 / 16,
        "sounding keys per step": 6 / 16,
        "cells with an onset": pytest.approx(3 / 16 / 88),
        "cells sounding": pytest.approx(6 / 16 / 88),
        "steps without an onset": 13 / 16,
        "steps without a sound": 10 / 16,
        "repeated onsets": pytest.approx(1 / 3),
        "lowest pitch": 31,
        "highest pitch": 41,
        "keys used": 2,
    }


def test_an_onset_after_a_rest_repeats_nothing():
    assert summarise([roll_of([(0, 10), (3, 10)])])["repeated onsets"] == 0


def test_the_first_onset_of_a_piece_repeats_nothing_of_the_piece_before():
    held, begun = roll_of([(2, 10)]), roll_of([(0, 10)])
    assert summarise([held, begun])["repeated onsets"] == 0


@pytest.mark.parametrize("rolls", [[roll_of([])], [roll_of([]), roll_of([], steps=0)]])
def test_silence_has_no_summary(rolls):
    with pytest.raises(ValueError, match="no onset"):
        summarise(rolls)
