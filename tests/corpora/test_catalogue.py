import shutil

import numpy as np
import pytest

from deepmusician.corpora import catalogue, load_corpus
from deepmusician.corpora.parsing import parse_files
from deepmusician.files import data_folder
from deepmusician.music import MusicFileError, PianoRoll

pytestmark = pytest.mark.usefixtures("cache")


def test_the_named_corpora_tell_origin_and_licence():
    assert tuple(catalogue.CATALOGUE) == (
        "bach-chorales",
        "mozart-sonatas",
        "mozart-quartets",
        "jsb",
        "nottingham",
        "piano-midi",
        "jsb-sixteenths",
    )
    for entry in catalogue.CATALOGUE.values():
        assert entry.title
        assert entry.origin
        assert entry.licence


def test_each_chorale_is_taken_once_and_no_analysis():
    files = catalogue.chorale_files()
    stems = [name for name, _ in files]
    assert len(stems) == len(set(stems)) == 389
    assert not {path.suffix for _, path in files} - {".mxl", ".xml"}
    assert not set(stems) & {*catalogue.TWICE, *catalogue.NOT_CHORALES}
    assert set(catalogue.TWICE.values()) <= set(stems)


def overlap(one, other, start):
    """Return the cells that two planes share when one begins `start` steps later."""
    if start < 0:
        return overlap(other, one, -start)
    steps = min(len(one) - start, len(other))
    return int((one[start : start + steps] & other[:steps]).sum())


@pytest.mark.parametrize("twin", ["bwv398", "bwv279", "bwv244.17", "bwv112.5-sc"])
def test_chorales_left_out_are_the_music_that_is_kept(twin):
    """Of the twin's onsets, the kept piece has nine in ten, wherever it starts."""
    from music21 import corpus

    (left_out,) = [p for p in corpus.getComposer("bach") if p.stem == twin]
    kept = dict(catalogue.chorale_files())[catalogue.TWICE[twin]]
    one, other = (PianoRoll.from_file(path).onsets for path in (left_out, kept))
    best = max(
        overlap(np.roll(one, semitones, axis=1), other, start)
        for semitones in range(-3, 4)
        for start in range(-64, 65, 16)
    )
    assert best / min(one.sum(), other.sum()) > 0.85


def test_quartets_are_played_by_one_piano():
    files = dict(catalogue.quartet_files())
    assert len(files) == 15
    assert "k80/movement1" in files
    rolls, failures = parse_files([("k80/movement1", files["k80/movement1"])], 4, False)
    assert failures == []
    assert rolls[0].sounding.sum(axis=1).max() >= 4


def test_the_real_registry_knows_every_set_of_the_catalogue():
    files = [entry.file for entry in catalogue.CATALOGUE.values() if entry.file]
    assert len(files) == 4
    for folder, name in (file.split("/") for file in files):
        text = (catalogue.DATA / f"{folder}.txt").read_text()
        assert name in {line.split()[0] for line in text.splitlines()}


def test_a_data_folder_may_be_read_only(registered):
    registered.parent.chmod(0o555)
    assert len(load_corpus("jsb").pieces) == 6
    assert data_folder() == registered.parent.parent


@pytest.mark.parametrize("present", ["nothing", "another file"])
def test_offline_the_error_names_corpus_address_and_variable(
    registered, monkeypatch, present
):
    if present == "nothing":
        shutil.rmtree(registered.parent)
    else:
        registered.write_bytes(b"not what was registered")

    def offline(*_, **__):
        raise ConnectionError("no route")

    monkeypatch.setattr("requests.get", offline)
    with pytest.raises(MusicFileError) as caught:
        load_corpus("jsb")
    for part in (
        "jsb",
        "https://example.invalid/JSB_",
        "no route",
        "DEEPMUSICIAN_DATA",
    ):
        assert part in str(caught.value)


def test_every_file_to_download_is_pinned_by_commit_and_hash():
    for registry in ("boulanger-lewandowski", "mozart-piano-sonatas"):
        for line in (catalogue.DATA / f"{registry}.txt").read_text().splitlines():
            name, digest, address = line.split()
            assert len(digest.removeprefix("sha256:")) == 64
            assert address.startswith("https://")
            assert address.endswith(name)
            assert any(len(part) == 40 for part in address.split("/"))
