"""A recording: which code it was made with, and how long it took."""

import pytest
from support.recordings import FINGERPRINT, as_committed

from experiments import recording
from experiments.recording import Recording


def test_code_that_changes_during_a_recording_is_refused(monkeypatch):
    as_committed(monkeypatch)
    begun = Recording()
    monkeypatch.setattr(recording, "sources_now", lambda: "others")
    with pytest.raises(RuntimeError, match="changed during the recording"):
        begun.close("make x", {})


def test_a_recording_keeps_commit_sources_and_fingerprint(monkeypatch):
    as_committed(monkeypatch)
    monkeypatch.setattr(recording, "sources_now", lambda: "these")
    provenance = Recording().close("make x", {"jobs": 2}, spent=90)
    assert (provenance.commit, provenance.seconds) == ("c0ffee", 90)
    assert provenance.details == {
        "sources": "these",
        "fingerprint": FINGERPRINT,
        "jobs": 2,
    }
