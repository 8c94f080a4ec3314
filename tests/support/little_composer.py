"""Recording the composer's network, on six tunes and a network of no size."""

from support.recordings import as_committed
from support.toy import TINY, tunes

LITTLE = TINY.but(
    outputs="dependent", plane="both", start="zero", intervals=12, corpus="tunes"
)


def as_recorded(patch) -> None:
    """Let a tiny network be recorded, which composes 24 steps."""
    as_committed(patch)
    home = "experiments.composer_network"
    patch.setattr(f"{home}.load_corpus", lambda *_: tunes())
    patch.setattr(f"{home}.COMPOSED_STEPS", 24)
    patch.setattr(f"{home}.MOZART_STEPS", 24)
    patch.setattr(f"{home}.MOZART_OPENINGS", ("tune-2", "tune-5"))
