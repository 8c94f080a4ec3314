"""The faces: what they export, and that nothing heavy loads with the package."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import deepmusician

PACKAGE = Path(deepmusician.__file__).parent
ROOT = PACKAGE.parent
CODE = ("deepmusician", "experiments", "benchmarks", "tools")
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
FACES = ["deepmusician", *(f"deepmusician.{room}" for room in ROOMS)]


def names_under_type_checking(face: str) -> list[str]:
    """The names that a face's source imports, in the order of their lines."""
    source = Path(import_module(face).__file__).read_text(encoding="utf-8")
    blocks = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    return [each.name for block in blocks for line in block.body for each in line.names]


@pytest.mark.parametrize("face", FACES)
def test_a_face_lists_its_names_once_and_sorted(face):
    names = import_module(face).__all__
    assert names == sorted(set(names))
    assert names == sorted(names_under_type_checking(face))
    assert set(names) <= set(dir(import_module(face)))


@pytest.mark.parametrize("face", FACES)
def test_every_name_of_a_face_loads(face):
    module = import_module(face)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("face", FACES)
def test_no_name_of_a_face_is_one_of_the_rooms_modules(face):
    folder = Path(import_module(face).__file__).parent
    modules = {path.stem for path in folder.iterdir()}
    assert not modules & set(import_module(face).__all__)


@pytest.mark.parametrize("face", FACES)
def test_a_face_says_what_lives_there(face):
    assert import_module(face).__doc__.strip().endswith(".")


def test_a_name_that_a_face_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        deepmusician.nothing  # noqa: B018
    assert not hasattr(import_module("deepmusician.model"), "nothing")


@pytest.mark.parametrize(
    ("package", "extra"),
    [("matplotlib", "book"), ("anywidget", "book"), ("distributed", "cluster")],
)
def test_a_name_that_needs_an_extra_says_which(monkeypatch, package, extra):
    def missing(_):
        raise ModuleNotFoundError("No module", name=f"{package}.part")

    monkeypatch.setattr(sys.modules["deepmusician.lazy"], "import_module", missing)
    with pytest.raises(ModuleNotFoundError) as error:
        import_module("deepmusician.plots").draw_roll  # noqa: B018
    cure = f'{package} is not installed: pip install "deepmusician[{extra}]"'
    assert str(error.value) == cure


def test_any_other_missing_module_is_reported_as_it_is(monkeypatch):
    def missing(_):
        raise ModuleNotFoundError("No module named 'nowhere'", name="nowhere")

    monkeypatch.setattr(sys.modules["deepmusician.lazy"], "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'nowhere'$"):
        import_module("deepmusician.plots").draw_roll  # noqa: B018


def test_importing_the_package_and_its_faces_loads_nothing_heavy():
    heavy = ["torch", "matplotlib", "music21", "pytorch_lightning", "pandas", "scipy"]
    code = (
        f"import sys, importlib; [importlib.import_module(f) for f in {FACES}];"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_of_a_room_is_used_outside_of_it(room):
    book = [path for kind in ("ipynb", "md") for path in ROOT.glob(f"book/*.{kind}")]
    code = [path for top in CODE for path in (ROOT / top).rglob("*.py")]
    outside = [path for path in code + book if room not in path.parts]
    outside.append(ROOT / "pyproject.toml")  # starts the command line
    texts = [path.read_text(encoding="utf-8") for path in outside]
    texts = "\n".join(
        text
        for text in texts
        if f"deepmusician.{room}" in text or f"deepmusician import {room}" in text
    )
    names = import_module(f"deepmusician.{room}").__all__
    assert [name for name in names if not re.search(rf"\b{name}\b", texts)] == []
