"""What networks read, both planes or tokens, loses nothing of any corpus at hand."""

import numpy as np
import pytest
from support.shelf import need_download

from deepmusician.corpora import load_corpus
from deepmusician.music import PianoRoll, Vocabulary

WORDS = Vocabulary()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bach-chorales", "mozart-sonatas", "mozart-quartets"])
def test_cells_and_tokens_give_every_piece_back(name, monkeypatch):
    if name == "mozart-sonatas":  # the others come with a package
        need_download(monkeypatch, "mozart-piano-sonatas")
    pieces = load_corpus(name, progress=False).pieces
    for roll in pieces:
        again = PianoRoll.from_plane(roll.plane("both"), "both")
        assert np.array_equal(again.onsets, roll.onsets), roll.name
        assert np.array_equal(again.sounding, roll.sounding), roll.name
        read = WORDS.decode(WORDS.encode(roll), len(roll))
        assert np.array_equal(read.plane("both"), roll.plane("both")), roll.name
    assert len(pieces) >= 15
