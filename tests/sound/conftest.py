"""The pianos that the tests of sound play."""

import pytest

from deepmusician.sound import load_piano
from deepmusician.sound.piano import SYNTHESISED_PIANO


@pytest.fixture(params=["recorded", "synthesised"])
def piano(request):
    """Give each piano: the recorded one, and the synthesised."""
    return load_piano() if request.param == "recorded" else SYNTHESISED_PIANO
