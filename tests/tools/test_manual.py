import re
from xml.etree import ElementTree

import click
import manual
import pytest
from typer.main import get_command

from deepmusician.cli.commands import app
from deepmusician.corpora import CATALOGUE, chorale_files
from deepmusician.corpora.catalogue import TWICE
from deepmusician.evaluation import LENGTH_MEASURES, MEASURES
from deepmusician.studies import read_composer_network

COMMANDS = get_command(app).commands


def test_a_page_gets_the_part_it_asks_for_and_keeps_the_rest():
    page = ["# Measures\n\n<!-- made: measures -->\n\n<!-- a remark -->"]
    manual.fill(None, "page", page)
    assert page[0].startswith("# Measures\n\n| in tables")
    assert page[0].endswith("|\n\n<!-- a remark -->")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_has_every_command_with_its_help_and_all_options(name):
    part = re.split(r"^## ", manual.commands(), flags=re.MULTILINE)
    (text,) = (each for each in part if each.startswith(f"{name}\n"))
    assert f"$ deepmusician {name}" in text
    assert COMMANDS[name].help.split("\n")[0] in text
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    assert [o.name for o in options if f"{o.opts[-1]}" not in text] == []


def test_the_manual_says_what_an_option_is_by_default():
    assert "`--seed <int>`\n: " in manual.commands()
    assert "(default: 192)" in manual.commands()


def test_the_manual_has_every_measure_of_music_by_its_name_in_tables():
    lines = manual.measures().splitlines()
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == [
        *MEASURES,
        *LENGTH_MEASURES,
    ]


def rows(table):
    """Return the cells of a Markdown table, without its head."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[2:]
    ]


def test_the_data_card_has_every_named_corpus_with_its_origin_and_licence():
    assert {row[0] for row in rows(manual.corpora())} == {*CATALOGUE}
    assert all(len(row) == 4 and all(row) for row in rows(manual.corpora()))


def test_the_data_card_counts_the_chorales_of_each_part():
    total, *parts, twice = map(int, re.findall(r"\d+", manual.chorales()))
    assert total == len(chorale_files()) == sum(parts)
    assert len(parts) == 3
    assert twice == len(TWICE)


def test_the_model_card_says_of_the_network_what_its_record_says():
    recorded = read_composer_network()
    details = recorded.record.provenance.details
    table = dict(entry.split("\n: ") for entry in manual.network().split("\n\n"))
    assert details["run"] in table["run"]
    assert f"{details['bytes']:,} bytes" in table["file"]
    assert f"{details['test_nll']['rounded']:.4f}" in table["held-out chorales"]
    assert f"{recorded.open().model.parameter_count:,}" in table["size"]
    assert [row[0] for row in rows(manual.composed())] == [
        *recorded.record.rows["music"]
    ]


def test_the_picture_of_the_house_has_every_room_once_on_its_floor():
    figure = ElementTree.fromstring(manual.house())
    (picture,) = figure.iter("svg")
    names = [text.text for text in picture.iter("text")]
    assert names == [
        "book",
        "experiments",
        *(r for row in manual.floors() for r in row),
    ]
    assert all(name in picture.get("aria-label") for name in names)
    height = {text.text: float(text.get("y")) for text in picture.iter("text")}
    assert height["cli"] < height["studies"] < height["model"] < height["music"]


def test_names_on_the_picture_fit_into_their_boxes():
    (picture,) = ElementTree.fromstring(manual.house()).iter("svg")
    boxes, names = list(picture.iter("rect")), list(picture.iter("text"))
    for box, name in zip(boxes, names, strict=True):
        assert float(box.get("width")) > 7.5 * len(name.text)
        assert float(box.get("x")) + float(box.get("width")) <= manual.WIDE


def test_a_signature_with_a_default_that_python_cannot_read_is_mended():
    shown = ("(network: NetworkConfig = <factory>)", None)
    mended = manual.signature(None, "class", "TrainConfig", None, None, *shown)
    assert mended == ("(network: NetworkConfig = ...)", None)
