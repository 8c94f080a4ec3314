"""The cache of parsed files, through the corpora that they make."""

import numpy as np
import pytest
from support.rolls import melody

from deepmusician.corpora import load_corpus
from deepmusician.files import cache_folder
from deepmusician.music import PianoRoll

pytestmark = pytest.mark.usefixtures("cache")


def load(name_or_path, **how):
    return load_corpus(name_or_path, progress=False, **how)


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
    melody(70).to_midi(folder / "tune0.mid")
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
