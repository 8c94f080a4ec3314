import pytest
from support import toy

from deepmusician.training import export_run, parse_export
from deepmusician.training.export import ExportError
from deepmusician.widgets import composer
from deepmusician.widgets.page_composer import CHORALES, chorale_openings
from deepmusician.widgets.pieces import piece_of


@pytest.fixture
def run(tmp_path):
    return toy.untrained(tmp_path)


def test_a_run_travels_with_its_composer(run):
    widget = composer(run, {})
    exported = parse_export(widget.weights)
    assert exported.about["run"] == run.id
    assert exported.model.config == run.config.network
    assert (widget.view, widget.openings) == ("composer", [])
    assert repr(widget) == f"Composer({run.id!r}, {len(widget.weights):,} bytes)"


def test_an_exported_file_composes_as_its_run_does(run, tmp_path):
    path = export_run(run, tmp_path / "network.safetensors", name="tiny")
    widget = composer(path, {})
    assert widget.weights == path.read_bytes()
    assert "tiny" in repr(widget)


def test_openings_are_pieces_by_their_names(run):
    roll = toy.tune(0)
    (piece,) = composer(run, {"A tune": roll}).openings
    assert piece == piece_of(roll, "A tune", role="human")


def test_an_opening_on_another_grid_is_refused(run):
    roll = toy.tune(0)
    other = type(roll)(roll.onsets, roll.sounding, steps_per_quarter=12)
    with pytest.raises(
        ValueError, match="Tune has 12 steps per quarter, the network 4"
    ):
        composer(run, {"Tune": other})


def test_a_missing_or_foreign_file_is_named(tmp_path):
    with pytest.raises(ExportError, match="nowhere"):
        composer(tmp_path / "nowhere.bin", {})
    foreign = tmp_path / "foreign.bin"
    foreign.write_bytes(b"no network")
    with pytest.raises(ExportError, match="foreign"):
        composer(foreign, {})


def test_the_openings_are_two_bars_of_chorales_held_out_for_testing():
    openings = chorale_openings()
    assert list(openings) == [name.replace("bwv", "BWV ") for name in CHORALES]
    assert {len(roll) for roll in openings.values()} == {32}
