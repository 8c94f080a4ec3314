import json
import os
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


def versions(lines):
    pairs = [line.split("==") for line in lines if "==" in line]
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.fixture
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def wanted(project):
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    needs = [Requirement(line) for line in lines]
    return [need for need in needs if need.name != project["name"]]


@pytest.fixture
def pins():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return versions(line for line in lines if not line.startswith("#"))


@pytest.fixture
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def test_every_dependency_has_a_pin_that_satisfies_it(wanted, pins):
    for need in wanted:
        assert pins[canonicalize_name(need.name)] in need.specifier, need


def test_conda_and_binder_get_pins_of_the_constraints_for_all_a_reader_needs(
    project, pins, environment
):
    given = versions(environment[-1]["pip"])
    assert given.items() <= pins.items()
    lines = [*project["dependencies"], *project["optional-dependencies"]["book"]]
    assert {canonicalize_name(Requirement(line).name) for line in lines} <= set(given)
    assert environment[-1]["pip"][-1] == "-e .[book]"


def test_conda_and_binder_get_no_test_tools_and_a_torch_for_the_cpu(environment):
    given = versions(environment[-1]["pip"])
    tools = ("pytest", "playwright", "mypy", "ruff", "muspy")
    assert not set(given).intersection(tools)
    first = environment[-1]["pip"][0]
    assert first == "--extra-index-url https://download.pytorch.org/whl/cpu"


def test_binder_trains_the_quick_networks_as_it_builds_its_image():
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK)
    assert "DEEPMUSICIAN_PRESET=quick python tools/train.py" in script.read_text()


def test_pins_name_public_releases_only(pins):
    assert [name for name, version in pins.items() if Version(version).local] == []


def test_the_library_asks_for_a_range_of_torch_so_that_an_installed_one_stays(wanted):
    (torch,) = (need.specifier for need in wanted if need.name == "torch")
    for colabs in ("2.9.1+cu126", "2.13.0+cpu"):
        assert colabs in torch
    assert "2.8.0" not in torch  # which has no Muon
    assert "3.0.0" not in torch


def test_the_library_pins_nothing_and_the_constraints_pin_everything(wanted):
    exact = [need for need in wanted if "==" in {s.operator for s in need.specifier}]
    assert exact == []
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all("==" in line for line in lines if not line.startswith("#"))
    assert "torch==2.13.0" in lines


def test_python_is_3_11_or_newer_everywhere(project, environment):
    assert project["requires-python"] == ">=3.11"
    assert environment[0].startswith("python>=3.11")


def test_the_lock_file_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [
        name for name, entry in lock["packages"].items() if "resolved" in entry
    ] == []


def test_front_end_parts_are_pinned_as_the_lock_file_has_them():
    asked = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    have = {name: locked[f"node_modules/{name}"]["version"] for name in asked}
    assert have == asked
