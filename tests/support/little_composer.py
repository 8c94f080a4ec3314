"""Recording the composer's network, on six tunes and a network of no size."""

from support.recordings import as_committed
from support.toy import TINY, tunes

LITTLE = TINY.but(outputs="dependent", corpus="tunes")


def as_recorded(patch) -> None:
    """Let a tiny network be recorded, which composes 24 steps."""
    as_committed(patch)
    patch.setattr("experiments.composer_network.load_corpus", lambda *_: tunes())
    patch.setattr("experiments.composer_network.COMPOSED_STEPS", 24)
