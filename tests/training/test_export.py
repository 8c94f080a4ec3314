"""A network in a file: what it weighs, how exact it is, and what is refused."""

import hashlib
from dataclasses import replace

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
from deepmusician.training.export import (
    MAGIC,
    ExportError,
    QuantisedRows,
    dequantise,
    pack_bits,
    quantise,
    unpack_bits,
)

OUTPUTS = ("independent", "dependent")


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_a_network_is_read_back_almost_as_it_was(tmp_path, outputs):
    run = untrained(tmp_path, outputs=outputs, hidden=20)
    exported = read_export(export_run(run, tmp_path / "a.dmw"))
    assert exported.model.config == run.model.config
    assert not exported.model.training
    masks = dict(run.model.named_buffers())
    again = dict(exported.model.named_parameters())
    for name, parameter in run.model.named_parameters():
        if parameter.ndim == 1:
            assert torch.equal(again[name], parameter)
            continue
        exact = parameter * masks.get(name.removesuffix("weight") + "mask", 1)
        bits = 11 if name.startswith("encoder.") and "ih_l0" not in name else 13
        unit = exact.abs().amax(1, keepdim=True) / 127 / 2 ** (bits - 8)
        assert ((again[name] - exact).abs() <= unit * 0.5001).all(), name


def test_a_file_composes_as_its_run_does(tmp_path):
    run = untrained(tmp_path, loss="focal", alpha=0.75, logit_adjustment=0.5)
    exported = read_export(export_run(run, tmp_path / "a.dmw", name="little"))
    assert exported.about["name"] == "little"
    assert exported.about["run"] == run.id
    assert exported.calibration == run.calibration
    assert len(compose(exported, 8, rule="density")[0]) == 8
    (one,), (two,) = (compose(each, 20, seed=2) for each in (run, exported))
    assert (one.onsets == two.onsets).mean() > 0.99


def test_a_file_says_the_same_of_the_same_run_and_nothing_of_where_it_lay(tmp_path):
    run = untrained(tmp_path / "run", corpus=str(tmp_path / "my-music"))
    files = [export_run(run, tmp_path / name) for name in ("a.dmw", "b.dmw")]
    one, two = (file.read_bytes() for file in files)
    assert one == two
    assert str(tmp_path).encode() not in one
    assert parse_export(one).about["corpus"] == "my-music"


def test_masked_weights_take_no_room(tmp_path):
    sizes = {"hidden": 8, "classifier_hidden": 512, "outputs": "dependent"}
    path = export_run(untrained(tmp_path, **sizes), tmp_path / "a.dmw")
    assert path.stat().st_size < 1.5 * (512 * 88 + 512 * 8) + 40_000


def test_a_network_of_the_composers_size_leaves_room_in_its_page(tmp_path):
    run = untrained(tmp_path, **vars(COMPOSER))
    assert export_run(run, tmp_path / "a.dmw").stat().st_size < MOST_BYTES


def test_a_weight_that_is_no_number_is_named(tmp_path):
    run = untrained(tmp_path)
    with torch.no_grad():
        run.model.classifier.output.weight[0, 0] = torch.nan
    with pytest.raises(ExportError, match=r"classifier\.output\.weight: .* not a fin"):
        export_run(run, tmp_path / "a.dmw")
    assert not list(tmp_path.glob("*.dmw"))


def resealed(content: bytes, old: bytes, new: bytes) -> bytes:
    """A file with something else inside, as long, and the checksum of that."""
    assert old in content
    body = content[:-32].replace(old, new)
    return body + hashlib.sha256(body).digest()


DAMAGES = {
    "empty": (lambda whole: b"", "holds no network"),
    "foreign": (lambda whole: b"MThd" + whole[4:], "holds no network"),
    "too short": (lambda whole: whole[:40], "holds no network"),
    "of the future": (lambda whole: MAGIC + b"\2" + whole[9:], "is of version 2"),
    "one byte short": (lambda whole: whole[:-1], "damaged or cut off"),
    "cut in half": (lambda whole: whole[: len(whole) // 2], "damaged or cut off"),
    "longer": (lambda whole: whole + b"\0", "damaged or cut off"),
    "one bit turned": (
        lambda whole: whole[:9000] + bytes([whole[9000] ^ 4]) + whole[9001:],
        "damaged or cut off",
    ),
    "no JSON": (lambda whole: resealed(whole, b'{"config"', b"{'config'"), "no JSON"),
    "no such network": (
        lambda whole: resealed(whole, b'"layers":2', b'"layers":0'),
        "layers must be a positive whole number",
    ),
    "other sizes": (
        lambda whole: resealed(whole, b'"layers":2', b'"layers":1'),
        "fits no network",
    ),
    "past the end": (
        lambda whole: resealed(
            whole, b'put.bias","shape":[88]', b'put.bias","shape":[98]'
        ),
        "fits no network",
    ),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_or_foreign_file_is_named_with_what_is_wrong(tmp_path, how):
    damage, said = DAMAGES[how]
    path = export_run(untrained(tmp_path), tmp_path / "a.dmw")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ExportError, match=said) as caught:
        read_export(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_missing_file_or_a_folder_is_named_too(tmp_path):
    for path in (tmp_path / "missing.dmw", tmp_path):
        with pytest.raises(ExportError, match=f"{path}: cannot be read"):
            read_export(path)
    with pytest.raises(ExportError, match="cannot be written"):
        export_run(untrained(tmp_path), tmp_path / "no" / "folder.dmw")


def test_reading_leaves_the_generator_alone(tmp_path):
    path = export_run(untrained(tmp_path), tmp_path / "a.dmw")
    state = torch.get_rng_state()
    read_export(path)
    assert torch.equal(torch.get_rng_state(), state)


# --- weights as whole numbers


ALL = np.array([3, 3])  # every column of two rows


def test_eight_bits_are_whole_numbers_of_a_row_s_unit():
    weight = np.array([[1.27, -0.014, 0.016], [-254.0, 3.1, 0.0]])
    rows = quantise(weight, ALL, 8)
    np.testing.assert_allclose(rows.scales, [0.01, 2.0], rtol=1e-6)
    assert rows.numbers.tolist() == [127, -1, 2, -127, 2, 0]
    assert pack_bits(rows.numbers, 8) == bytes([127, 255, 2, 129, 2, 0])


def test_more_bits_follow_the_first_eight_of_all_numbers():
    numbers = np.array([16 * 1 + 7, 16 * -1 - 8, 32], np.int16)
    packed = [0b11110000, 0b10000000]  # 7 + 8, -8 + 8, 0 + 8
    assert pack_bits(numbers, 12) == bytes([1, 255, 2, *packed])


def test_the_first_eight_bits_alone_are_the_weight_of_eight_bits():
    weight = np.random.default_rng(0).normal(size=(9, 50))
    kept = np.full(9, 50)
    fine, coarse = quantise(weight, kept, 12), quantise(weight, kept, 8)
    alone = np.frombuffer(pack_bits(fine.numbers, 12), np.int8, 450)
    assert np.abs(alone - coarse.numbers).max() <= 1  # where halves are rounded
    assert (alone == coarse.numbers).mean() > 0.95


@given(st.integers(8, 13), st.lists(st.integers(-127, 127), min_size=1, max_size=40))
def test_numbers_of_any_bits_survive_packing(bits, coarse):
    numbers = np.array(coarse, np.int16) * 2 ** (bits - 8)
    packed = pack_bits(numbers, bits)
    assert len(packed) == len(numbers) + -(-len(numbers) * (bits - 8) // 8)
    assert unpack_bits(packed, len(numbers), bits).tolist() == numbers.tolist()


@given(st.integers(8, 13), st.integers(0, 2**32 - 1))
def test_no_weight_moves_by_more_than_half_a_unit(bits, seed):
    generator = np.random.default_rng(seed)
    weight = generator.normal(size=(4, 7)) * 10.0 ** generator.integers(-30, 5, (4, 1))
    kept = np.full(4, 7)
    again = dequantise(quantise(weight, kept, bits), kept, 7, bits)
    unit = np.abs(weight).max(axis=1, keepdims=True) / 127 / 2 ** (bits - 8)
    assert (np.abs(again - weight) <= unit * 0.5001).all()


def test_a_row_of_zeros_stays_zero():
    rows = quantise(np.zeros((2, 3)), ALL, 12)
    assert not dequantise(rows, ALL, 3, 12).any()


def test_what_is_not_kept_of_a_row_is_left_out_and_read_as_zero():
    weight = np.array([[1.0, 2.0, 9.0], [8.0, 9.0, 9.0]])
    kept = np.array([2, 0])
    rows = quantise(weight, kept, 12)
    assert isinstance(rows, QuantisedRows)
    assert len(rows.numbers) == 2
    assert dequantise(rows, kept, 3, 12).tolist() == [[1, 2, 0], [0, 0, 0]]


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
    result = typed("export", "latest", "--output", "mine.dmw")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("mine.dmw: ")
    assert "numbers in 0.0 MB" in result.stdout
    assert read_export(tmp_path / "mine.dmw").model.config.hidden == 6


def test_the_command_refuses_what_it_cannot_write(run_in_store, tmp_path):
    assert "is a folder" in fails("export", "latest", "-o", tmp_path)
    assert "no folder" in fails("export", "latest", "-o", "nowhere/a.dmw")


def test_the_command_refuses_a_run_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path))
    assert "no finished run yet" in fails("export", "latest")
    assert "no finished run of this name" in fails("export", "abc")


def test_the_command_s_help_shows_how_it_is_used():
    shown = typed("export", "--help").stdout
    assert "deepmusician export latest --output mine.dmw" in shown
