import json
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


def test_conda_and_binder_get_the_pins_of_the_constraints(pins, environment):
    assert versions(environment[-1]["pip"]) == pins


def test_conda_and_binder_install_the_package_with_every_extra(project, environment):
    extras = ",".join(project["optional-dependencies"])
    assert environment[-1]["pip"][-1] == f"-e .[{extras}]"


def test_pins_name_public_releases_only(pins):
    assert [name for name, version in pins.items() if Version(version).local] == []


def test_torch_is_asked_for_in_one_spelling(wanted):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    environment = (ROOT / "environment.yml").read_text().split()
    assert "torch==2.13.0" in lines
    assert "torch==2.13.0" in environment
    assert "torch==2.13.0" in map(str, wanted)


def test_python_is_3_11_or_newer_everywhere(project, environment):
    assert project["requires-python"] == ">=3.11"
    assert environment[0] == "python>=3.11"


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
