"""The hash of the code that decides a result: what changes it, and what does not."""

import ast
import itertools
from pathlib import Path

import pytest

from deepmusician import sources
from deepmusician.sources import code_hash
from deepmusician.training.run import SOURCES

ROOT = Path(sources.__file__).parent
DECIDING = [
    "model.network.DeepMusician",
    "model.gru.FusedGRU",
    "model.classifiers.Classifier",
    "model.classifiers.DependentClassifier",
    "model.composing.compose",
    "evaluation.network_metrics.evaluate",
    "training.config.objective",
    "corpora.windows.Windows",
]
PLAIN = {
    "a": "from PACKAGE.b import half\ndef start(x):\n    return half(x) + 1\n",
    "b": "UNIT = 2\ndef half(x):\n    return x / UNIT\n",
}


@pytest.fixture
def hash_of(tmp_path, monkeypatch):
    """Give a function that hashes `a.start` of a package with these files."""
    monkeypatch.syspath_prepend(tmp_path)
    numbers = itertools.count()

    def hashed(**files):
        package = f"{tmp_path.name.replace('-', '_')}_{next(numbers)}"
        (tmp_path / package).mkdir()
        for name, text in {"__init__": "", **PLAIN, **files}.items():
            path = tmp_path / package / f"{name}.py"
            path.write_text(text.replace("PACKAGE", package))
        monkeypatch.setattr(sources, "_PACKAGE", f"{package}.")
        return code_hash("a.start")

    return hashed


@pytest.mark.parametrize(
    "files",
    [
        {
            "a": '"""Text."""\n'
            + PLAIN["a"].replace("    return", '    "Text."\n    return')
        },
        {"a": PLAIN["a"].replace("+ 1", "+ 1  # one")},
        {"a": "import os\nimport json\n" + PLAIN["a"]},
        {"a": PLAIN["a"].replace("    return", "    import os\n    return")},
        {"a": PLAIN["a"].replace("start(x)", "start(x: float) -> float")},
        {"a": PLAIN["a"] + "def more(x):\n    return start(x)\n"},
    ],
    ids=["docstring", "comment", "import", "local import", "annotation", "addition"],
)
def test_words_imports_annotations_and_additions_do_not_count(files, hash_of):
    assert hash_of(**files) == hash_of()


def test_the_annotation_of_a_constant_or_variable_does_not_count(hash_of):
    plain = "UNIT: float = 2\ndef half(x):\n    y: float = x\n    return y / UNIT\n"
    assert hash_of(b=plain) == hash_of(b=plain.replace("float", "int"))


@pytest.mark.parametrize(
    "files",
    [
        {"a": PLAIN["a"].replace("+ 1", "+ 2")},
        {"b": PLAIN["b"].replace("UNIT = 2", "UNIT = 3")},
        {"b": PLAIN["b"].replace("x / UNIT", "UNIT / x")},
    ],
)
def test_a_changed_line_counts_wherever_it_is_used_from(files, hash_of):
    assert hash_of(**files) != hash_of()


def test_a_definition_may_move_to_another_file(hash_of):
    moved = {"a": PLAIN["a"].replace("PACKAGE.b", "PACKAGE.c"), "b": ""}
    assert hash_of(**moved, c=PLAIN["b"]) == hash_of()


def test_a_face_that_loads_late_is_seen_through(hash_of):
    face = "if TYPE_CHECKING:\n    from .b import half\n"
    through = {"a": PLAIN["a"].replace("PACKAGE.b", "PACKAGE.face")}
    assert hash_of(**through, face="from PACKAGE.b import half\n") == hash_of()
    room = {"a": PLAIN["a"].replace("PACKAGE.b", "PACKAGE.late")}
    assert hash_of(**room, late=face) == hash_of()


def test_the_fields_of_a_dataclass_do_not_count_but_its_methods_do(hash_of):
    start = "class Settings:\n    size: int = 2\n    def f(self):\n        return 1\n"
    start += "def start():\n    return Settings()\n"
    more = start.replace("size: int = 2", "size: int = 3\n    seed: int = 0")
    assert hash_of(a=start) == hash_of(a=more)
    assert hash_of(a=start) != hash_of(a=start.replace("return 1", "return 2"))


def test_a_start_that_is_not_there_is_an_error():
    with pytest.raises(LookupError, match=r"training\.loop\.teach: no such definition"):
        code_hash("training.loop.teach")


def changed_code(path: str) -> tuple[Path, str]:
    """A definition's file, and its text with one statement more in the definition."""
    module, _, name = path.rpartition(".")
    file = ROOT / f"{module.replace('.', '/')}.py"
    text = file.read_text(encoding="utf-8")
    nodes = ast.parse(text).body
    (node,) = [each for each in nodes if getattr(each, "name", "") == name]
    lines = text.splitlines()
    lines.insert(node.end_lineno, " " * node.body[-1].col_offset + "changed = 1")
    return file, "\n".join(lines)


@pytest.mark.parametrize("path", DECIDING)
def test_a_line_that_decides_a_run_changes_its_hash(path, monkeypatch):
    before, read = code_hash(*SOURCES), Path.read_text
    file, text = changed_code(path)
    sources._contents.cache_clear()
    monkeypatch.setattr(
        Path, "read_text", lambda p, **how: text if p == file else read(p, **how)
    )
    after = code_hash(*SOURCES)
    sources._contents.cache_clear()
    assert after != before


def test_what_no_run_uses_is_not_hashed():
    reached: dict = {}
    for start in SOURCES:
        module, _, name = start.rpartition(".")
        sources._reach(f"deepmusician.{module}", name, reached)
    rooms = {module.split(".")[1] for module, _ in reached}
    assert not rooms & {"plots", "widgets", "cli", "listeners", "studies", "sound"}
