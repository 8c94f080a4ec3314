"""A network in a file: what it weighs, how exact it is, and what is refused."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.command_line import fails, typed
from support.toy import untrained

from deepmusician.model import compose
from deepmusician.studies import COMPOSER
from deepmusician.studies.composer_network import MOST_BYTES
from deepmusician.training import RunStore, export_run, parse_export, read_export
from deepmusician.training.export import ExportError, quantise

OUTPUTS = ("independent", "dependent")


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_a_network_is_read_back_almost_as_it_was(tmp_path, outputs):
    run = untrained(tmp_path, outputs=outputs, hidden=20)
    exported = read_export(export_run(run, tmp_path / "a.safetensors"))
    assert exported.model.config == run.model.config
    assert not exported.model.training
    masks = dict(run.model.named_buffers())
    again = dict(exported.model.named_parameters())
    for name, parameter in run.model.named_parameters():
        if parameter.ndim == 1:
            assert torch.equal(again[name], parameter)
            continue
        exact = parameter * masks.get(name.removesuffix("weight") + "mask", 1)
        unit = exact.abs().amax(1, keepdim=True) / 32767
        assert ((again[name] - exact).abs() <= unit * 0.503).all(), name


def test_a_file_composes_as_its_run_does(tmp_path):
    run = untrained(tmp_path, loss="focal", alpha=0.75, logit_adjustment=0.5)
    exported = read_export(export_run(run, tmp_path / "a.safetensors", name="little"))
    assert exported.about["name"] == "little"
    assert exported.about["run"] == run.id
    assert exported.calibration == run.calibration
    assert len(compose(exported, 8, rule="density")[0]) == 8
    (one,), (two,) = (compose(each, 20, seed=2) for each in (run, exported))
    assert (one.onsets == two.onsets).mean() > 0.99


def test_a_file_says_the_same_of_the_same_run_and_nothing_of_where_it_lay(tmp_path):
    run = untrained(tmp_path / "run", corpus=str(tmp_path / "my-music"))
    files = [
        export_run(run, tmp_path / name) for name in ("a.safetensors", "b.safetensors")
    ]
    one, two = (file.read_bytes() for file in files)
    assert one == two
    assert str(tmp_path).encode() not in one
    assert parse_export(one).about["corpus"] == "my-music"


def test_a_network_of_the_composers_size_leaves_room_in_its_page(tmp_path):
    run = untrained(tmp_path, **vars(COMPOSER))
    assert export_run(run, tmp_path / "a.safetensors").stat().st_size < MOST_BYTES


def test_a_network_that_the_page_cannot_play_is_not_written(tmp_path):
    run = untrained(tmp_path, plane="sounding", start="zero", phrases=8)
    with pytest.raises(ExportError, match="phrases"):
        export_run(run, tmp_path / "mine.safetensors")
    assert not (tmp_path / "mine.safetensors").exists()


def test_a_weight_that_is_no_number_is_named(tmp_path):
    run = untrained(tmp_path)
    with torch.no_grad():
        run.model.classifier.output.weight[0, 0] = torch.nan
    with pytest.raises(ExportError, match=r"classifier\.output\.weight: .* not a fin"):
        export_run(run, tmp_path / "a.safetensors")
    assert not list(tmp_path.glob("*.safetensors"))


def swapped(old: bytes, new: bytes):
    """Return how to put something else, as long, into a file."""
    return lambda whole: whole.replace(old, new)


DAMAGES = {
    "empty": (lambda whole: b"", "holds no network"),
    "foreign": (lambda whole: b"MThd" + whole[4:], "holds no network"),
    "too short": (lambda whole: whole[:40], "holds no network"),
    "one byte short": (lambda whole: whole[:-1], "not a whole one"),
    "cut in half": (lambda whole: whole[: len(whole) // 2], "not a whole one"),
    "longer": (lambda whole: whole + b"\0", "not a whole one"),
    "another's": (swapped(b'"deepmusician"', b'"anyone\'s own"'), "holds no network"),
    "no JSON": (swapped(b'{\\n  \\"edition', b"{\\n  ''edition"), "not a whole one"),
    "no such network": (
        swapped(b'layers\\": 2', b'layers\\": 0'),
        "layers must be a positive whole number",
    ),
    "other sizes": (swapped(b'layers\\": 2', b'layers\\": 1'), "fits no network"),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_or_foreign_file_is_named_with_what_is_wrong(tmp_path, how):
    damage, said = DAMAGES[how]
    path = export_run(untrained(tmp_path), tmp_path / "a.safetensors")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    with pytest.raises(ExportError, match=said) as caught:
        read_export(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_file_or_a_folder_is_named_too(tmp_path):
    for path in (tmp_path / "missing.safetensors", tmp_path):
        with pytest.raises(ExportError, match=f"{path}: cannot be read"):
            read_export(path)
    with pytest.raises(ExportError, match="cannot be written"):
        export_run(untrained(tmp_path), tmp_path / "no" / "folder.safetensors")


def test_reading_leaves_the_generator_alone(tmp_path):
    path = export_run(untrained(tmp_path), tmp_path / "a.safetensors")
    state = torch.get_rng_state()
    read_export(path)
    assert torch.equal(torch.get_rng_state(), state)


# --- weights as whole numbers


def test_a_weight_is_whole_numbers_of_its_row_s_unit():
    numbers, units = quantise(np.array([[32.767, -0.0014, 0.0016], [-65534.0, 3.1, 0]]))
    np.testing.assert_allclose(units, [0.001, 2.0], rtol=1e-6)
    assert numbers.dtype == np.int16
    assert numbers.tolist() == [[32767, -1, 2], [-32767, 2, 0]]


@given(st.integers(0, 2**32 - 1))
def test_no_weight_moves_by_more_than_half_a_unit(seed):
    generator = np.random.default_rng(seed)
    weight = generator.normal(size=(4, 7)) * 10.0 ** generator.integers(-30, 5, (4, 1))
    numbers, units = quantise(weight)
    again, unit = numbers * units[:, None].astype(float), units[:, None]
    assert (np.abs(again - weight) <= unit * 0.503).all()


def test_a_row_of_zeros_stays_zero():
    assert not any(part.any() for part in quantise(np.zeros((2, 3))))


# --- on the command line


@pytest.fixture
def run_in_store(tmp_path, monkeypatch):
    """A run that the store knows as the latest, in a folder to work in."""
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    run = untrained(tmp_path)
    monkeypatch.setattr("deepmusician.training.Run.load", lambda name: run)
    return replace(run, folder=RunStore().root / "abc")


def test_a_run_is_exported_by_its_name(run_in_store, tmp_path):
    result = typed("export", "latest", "--output", "mine.safetensors")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("mine.safetensors: ")
    assert "numbers in 0.0 MB" in result.stdout
    assert read_export(tmp_path / "mine.safetensors").model.config.hidden == 6


def test_the_command_refuses_what_it_cannot_write(run_in_store, tmp_path):
    assert "is a folder" in fails("export", "latest", "-o", tmp_path)
    assert "no folder" in fails("export", "latest", "-o", "nowhere/a.safetensors")


def test_the_command_refuses_a_run_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path))
    assert "no finished run yet" in fails("export", "latest")
    assert "no finished run of this name" in fails("export", "abc")


def test_the_command_s_help_shows_how_it_is_used():
    shown = typed("export", "--help").stdout
    assert "deepmusician export latest --output mine.safetensors" in shown


def with_header(content, **changes):
    """Return a file's bytes with other entries in the header's JSON."""
    length = int.from_bytes(content[:8], "little")
    outer = json.loads(content[8:][:length])
    header = json.loads(outer["__metadata__"]["deepmusician"]) | changes
    header = {name: value for name, value in header.items() if value is not None}
    outer["__metadata__"]["deepmusician"] = json.dumps(header)
    text = json.dumps(outer).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def test_a_file_of_the_first_edition_opens_and_one_of_a_later_is_refused(tmp_path):
    run = untrained(tmp_path)
    content = export_run(run, tmp_path / "a.safetensors").read_bytes()
    config = asdict(run.model.config)
    config.pop("intervals")
    first = parse_export(with_header(content, edition=None, config=config))
    assert first.model.config == run.model.config
    with pytest.raises(ExportError, match=r"edition 3, .* up to 2: install a newer"):
        parse_export(with_header(content, edition=3))


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_both_planes_and_intervals_come_back_without_an_encoder(tmp_path, outputs):
    settings = {"plane": "both", "start": "zero", "intervals": 12, "hidden": 20}
    run = untrained(tmp_path, outputs=outputs, **settings)
    path = export_run(run, tmp_path / "a.safetensors")
    exported = read_export(path)
    assert exported.model.config == run.model.config
    assert b"encoder" not in path.read_bytes()
    (one,), (two,) = (compose(each, 24, seed=1) for each in (run, exported))
    assert np.array_equal(one.plane("both"), two.plane("both"))
    (guided,) = compose(exported, 24, seed=1, start="guided")
    assert np.array_equal(guided.plane("both"), two.plane("both"))
