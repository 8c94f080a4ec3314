"""The pianos that the tests of sound play."""

import pytest
from support.piano_recordings import write_package

from deepmusician.sound import load_piano
from deepmusician.sound.piano import SYNTHESISED_PIANO, build_bank


@pytest.fixture(scope="session")
def bank(tmp_path_factory):
    """Give the path of a sample bank of five recordings."""
    folder = tmp_path_factory.mktemp("package")
    return build_bank(write_package(folder), folder / "share" / "piano.npz")


@pytest.fixture(params=["installed", "synthesised", "built"])
def piano(request, bank):
    """Give each piano: as installed, synthesised, and of the bank."""
    installed, built = load_piano(), load_piano(bank)
    return {
        "installed": installed, "synthesised": SYNTHESISED_PIANO, "built": built
    }[request.param]  # fmt: skip
