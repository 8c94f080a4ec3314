"""The two sizes of the book."""

from dataclasses import asdict
from pathlib import Path

import pytest

from deepmusician.model import DeepMusician
from deepmusician.studies import BOOK_RUNS, COMPOSER, MOZART, PRESETS, preset
from deepmusician.training import Cell, cell_of, sweep_cells

BOOK = Path(__file__).parents[2] / "book"
PAGES = [
    path
    for path in sorted(BOOK.glob("*.*"))
    if "fit(" in path.read_text(encoding="utf-8") and "preset()" in path.read_text()
]


def test_the_variable_chooses_and_quick_is_what_goes_without_saying(monkeypatch):
    monkeypatch.delenv("DEEPMUSICIAN_PRESET", raising=False)
    assert preset().name == "quick"
    monkeypatch.setenv("DEEPMUSICIAN_PRESET", "full")
    assert preset().name == "full"
    assert preset("quick").name == "quick"


def test_an_unknown_preset_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_PRESET", "huge")
    with pytest.raises(ValueError, match="must be one of full, quick, not 'huge'"):
        preset()


def test_a_page_run_with_quick_says_so_and_one_with_full_says_nothing(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda each: shown.append(each.data))
    preset("full").note()
    assert shown == []
    preset("quick").note()
    assert shown[0].startswith("*This page was run with the preset `quick`")
    assert "32 units" in shown[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_that_takes_a_preset_says_when_it_is_quick(page):
    text = page.read_text(encoding="utf-8")
    assert text.count("book = preset()") == text.count("book.note()") == 1


def test_the_full_report_is_the_reports_exact_network():
    network = preset("full").report.network
    assert DeepMusician(network).parameter_count == 5_155_160
    assert network.outputs == "independent"


def test_the_presets_run_the_same_code():
    for run in (*BOOK_RUNS, "sweep", "benchmark"):
        full, quick = (getattr(preset(name), run).changed() for name in PRESETS)
        differing = {name for name in full | quick if full.get(name) != quick.get(name)}
        assert differing <= {
            *("hidden", "classifier_hidden", "epochs", "windows_per_epoch"),
            *("batch", "listen_every", "learning_rate", "patience"),
        }


@pytest.mark.parametrize("name", PRESETS)
def test_the_pair_of_losses_is_two_cells_of_the_sweep(name):
    book = preset(name)
    bce, focal = asdict(book.bce), asdict(book.focal)
    assert {key for key in bce if bce[key] != focal[key]} == {"loss", "alpha", "gamma"}
    pair = [cell_of(book.bce), cell_of(book.focal)]
    assert pair == [Cell(0.5, 0, 0), Cell(0.5, 2, 0)]
    assert set(pair) <= set(sweep_cells(book.alphas, book.gammas, book.seeds))


def test_the_full_sweep_is_as_large_as_promised():
    book = preset("full")
    assert len(book.alphas) >= 5
    assert len(book.gammas) >= 5
    assert len(book.seeds) >= 3


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_has_both_classifiers(name):
    assert preset(name).report.network.outputs == "independent"
    assert preset(name).dependent.network.outputs == "dependent"


def test_the_composers_network_is_the_reports_decoder_on_both_planes():
    assert COMPOSER.corpus == "bach-chorales"
    network = COMPOSER.network
    wanted = ("dependent", "both", "zero")
    assert (network.outputs, network.plane, network.start) == wanted
    assert network.layers == preset("full").report.network.layers
    assert COMPOSER.patience == COMPOSER.epochs  # the best of all epochs, none cut off


def test_mozart_is_learnt_by_the_composers_network():
    composer, mozart = asdict(COMPOSER), asdict(MOZART)
    differing = {key for key in composer if composer[key] != mozart[key]}
    training = {"epochs", "windows_per_epoch", "patience"}
    assert differing == {"corpus", "network"} | training
    network, other = composer["network"], mozart["network"]
    differing = {key for key in network if network[key] != other[key]}
    assert differing == {"context", "dropout", "classifier_dropout"}
    assert mozart["corpus"] == "mozart-sonatas"
