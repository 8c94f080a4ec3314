"""Recording as in a clean checkout, at once."""

FINGERPRINT = {"nll": 2.5, "updates": 8}


def as_committed(patch, commit: str = "c0ffee", fingerprint=FINGERPRINT) -> None:
    """Let the code stand at a commit and give a behaviour fingerprint."""
    for home in ("deepmusician.studies.recording", "experiments.recording"):
        patch.setattr(f"{home}.clean_commit", lambda: commit)
    for home in ("experiments.fingerprint", "experiments.recording"):
        patch.setattr(f"{home}.fingerprint_now", lambda: fingerprint)
