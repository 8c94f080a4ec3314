import hashlib
import shutil

import numpy as np
import pytest

from deepmusician import MusicFileError, PianoRoll, catalogue, corpora, load_corpus
from deepmusician.cache import atomic_write, cache_folder, data_folder
from deepmusician.notes import KEYS
from deepmusician.reading import read_pieces

pytestmark = pytest.mark.usefixtures("cache")


def tune(*keys, name=""):
    """Return a roll that touches these keys, a quarter each."""
    plane = np.zeros((4 * len(keys), KEYS), bool)
    plane[np.arange(len(keys)) * 4, keys] = True
    return PianoRoll.from_plane(plane, name=name)


@pytest.fixture
def folder(tmp_path):
    """Give a folder of twelve MIDI files, two of them in a subfolder."""
    folder = tmp_path / "my music"
    (folder / "more").mkdir(parents=True)
    for number in range(10):
        tune(30 + number, 40).to_midi(folder / f"tune{number}.mid")
    tune(50).to_midi(folder / "more" / "tune1.midi")
    tune(51).to_musicxml(folder / "more" / "score.musicxml")
    return folder


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
    tune(60).to_midi(folder / "another.mid")
    after = load(folder)
    for split in corpora.SPLITS:
        kept = set(names(getattr(after, split))) - {"another"}
        assert kept == set(names(getattr(before, split)))
    assert len(set(names(after.pieces))) == len(after.pieces) == 13


def test_the_split_is_80_to_10_to_10():
    splits = [corpora.split_of(f"piece {number}") for number in range(5000)]
    shares = [splits.count(split) / 5000 for split in corpora.SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_the_split_never_moves():
    splits = [corpora.split_of(name) for name in ("bwv1.6", "bwv253", "bwv4.8")]
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


def test_the_second_time_nothing_is_parsed(folder, monkeypatch):
    first = load(folder)
    monkeypatch.setattr(PianoRoll, "from_file", lambda *_: pytest.fail("parsed again"))
    second = load(folder)
    assert second.pieces == first.pieces
    assert second.fingerprint == first.fingerprint


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_cache_is_built_again(folder, cache, damage):
    first = load(folder)
    (stored,) = (cache / "rolls").iterdir()
    content = stored.read_bytes()
    stored.write_bytes(content[: len(content) // 2] if damage is None else damage)
    assert load(folder).pieces == first.pieces
    assert stored.read_bytes() == content


def test_the_cache_is_renewed_by_contents_names_and_settings(folder):
    first = load(folder)
    tune(70).to_midi(folder / "tune0.mid")
    changed = load(folder)
    (folder / "tune1.mid").rename(folder / "renamed.mid")
    prints = {
        first.fingerprint,
        changed.fingerprint,
        load(folder).fingerprint,
        load(folder, steps_per_quarter=8).fingerprint,
    }
    assert len(prints) == 4
    assert len(list(cache_folder("rolls").iterdir())) == 4


def test_an_interrupted_write_leaves_no_cache(folder, cache, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", stop)
    with pytest.raises(KeyboardInterrupt):
        load(folder)
    assert list((cache / "rolls").iterdir()) == []


def test_atomic_writes_are_whole_or_not_at_all(tmp_path):
    path = tmp_path / "x.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.suffix == ".txt"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_describing_a_corpus_gives_sizes_and_density(folder):
    text = load(folder).describe()
    assert "12 pieces" in text
    assert "4 a quarter" in text
    assert "0.22 keys a step on the plane of onsets" in text


def test_the_named_corpora_tell_origin_and_licence():
    assert corpora.corpus_names() == (
        "bach-chorales",
        "mozart-sonatas",
        "mozart-quartets",
        "jsb",
        "nottingham",
        "piano-midi",
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
    """Of the twin's touches, the kept piece has nine in ten, wherever it starts."""
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
    rolls, failures = read_pieces([("k80/movement1", files["k80/movement1"])], 4, False)
    assert failures == []
    assert rolls[0].sounding.sum(axis=1).max() >= 4


def matrix_file(path):
    """Write a .mat file in the layout of the published frames."""
    from scipy.io import savemat

    cells = {}
    for split, pieces in (("train", 3), ("valid", 2), ("test", 1)):
        cell = np.empty((1, pieces), dtype=object)
        for piece in range(pieces):
            frames = np.zeros((5, KEYS))
            frames[:3, 39 + piece] = 1
            cell[0, piece] = frames
        cells[f"{split}data"] = cell
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, cells)


FRAMES = ("JSB_Chorales.mat", "Nottingham.mat", "Piano_midi.mat")


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Give a data folder with small sets of frames, and a registry that knows them."""
    data, registries = tmp_path / "data", tmp_path / "registries"
    registries.mkdir()
    lines = []
    for file in FRAMES:
        path = data / "boulanger-lewandowski" / file
        matrix_file(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{file} sha256:{digest} https://example.invalid/{file}\n")
    (registries / "boulanger-lewandowski.txt").write_text("".join(lines))
    monkeypatch.setattr(catalogue, "REGISTRIES", registries)
    monkeypatch.setenv("DEEPMUSICIAN_DATA", str(data))
    return data / "boulanger-lewandowski" / "JSB_Chorales.mat"


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


def test_the_real_registry_knows_every_set_of_the_catalogue():
    text = (catalogue.REGISTRIES / "boulanger-lewandowski.txt").read_text()
    listed = {line.split()[0] for line in text.splitlines()}
    wanted = {entry.matrix for entry in catalogue.CATALOGUE.values() if entry.matrix}
    assert wanted == set(FRAMES) <= listed


def test_a_data_folder_may_be_read_only(registered):
    registered.parent.chmod(0o555)
    assert len(load("jsb").pieces) == 6
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
        load("jsb")
    for part in (
        "jsb",
        "https://example.invalid/JSB_",
        "no route",
        "DEEPMUSICIAN_DATA",
    ):
        assert part in str(caught.value)


def test_every_file_to_download_is_pinned_by_commit_and_hash():
    for registry in ("boulanger-lewandowski", "mozart-piano-sonatas"):
        for line in (catalogue.REGISTRIES / f"{registry}.txt").read_text().splitlines():
            name, digest, address = line.split()
            assert len(digest.removeprefix("sha256:")) == 64
            assert address.startswith("https://")
            assert address.endswith(name)
            assert any(len(part) == 40 for part in address.split("/"))
