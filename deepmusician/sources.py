"""Which code decides a result: a hash of what a function really uses.

A stored result is found again as long as this hash is the same. Import lines,
docstrings, comments, annotations and layout don't count, nor do files: a definition
may move, and a new one that nobody calls changes nothing.
"""

import ast
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from deepmusician.files import checksum

_PACKAGE = __package__ + "."


def code_hash(*starts: str) -> str:
    """Return the hash of some definitions, and of all in this package that they use.

    `starts`: such as "training.loop.train". What a function imports for itself is
    left out: start from that too, where it decides the result. Fields of dataclasses
    are left out as well, for settings are hashed by their values. Raises LookupError
    for a start that is not there.
    """
    reached: dict[tuple[str, str], str] = {}
    for start in starts:
        module, _, name = start.rpartition(".")
        _reach(_PACKAGE + module, name, reached)
        if (_PACKAGE + module, name) not in reached:
            raise LookupError(f"{start}: no such definition")
    return checksum("\n".join(sorted(set(reached.values()))))


def _reach(module: str, name: str, reached: dict[tuple[str, str], str]) -> None:
    """Add a module's definition, and all that it uses, to those reached."""
    if not module.startswith(_PACKAGE) or (module, name) in reached:
        return
    definitions, imports = _contents(module)
    if name in imports:
        _reach(*imports[name], reached)
    if nodes := definitions.get(name):
        reached[module, name] = "\n".join(map(ast.dump, nodes))
        for part in chain.from_iterable(map(ast.walk, nodes)):
            if isinstance(part, ast.Name):
                _reach(module, part.id, reached)


@cache
def _contents(module: str) -> tuple[dict[str, list], dict[str, tuple[str, str]]]:
    """Return a module's definitions by name, and where its imported names live."""
    spec = find_spec(module)
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    definitions, imports = {}, {}
    blocks = (node.body if isinstance(node, ast.If) else [node] for node in tree.body)
    for node in chain.from_iterable(blocks):  # a face imports under `TYPE_CHECKING`
        if isinstance(node, ast.ImportFrom):
            home = f"{spec.parent}.{node.module}" if node.level else node.module
            for each in node.names:
                imports[each.asname or each.name] = home, each.name
        for name in _names(node):
            definitions.setdefault(name, []).append(_bare(node))
    return definitions, imports


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = (part for target in targets for part in ast.walk(target))
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _bare(node: ast.stmt) -> ast.stmt:
    """Return a definition without docstrings, annotations and import lines."""
    for part in ast.walk(node):
        if isinstance(part, ast.arg | ast.AnnAssign):
            part.annotation = None
        if isinstance(part, ast.FunctionDef):
            part.returns = None
        if isinstance(body := getattr(part, "body", None), list):
            fields = isinstance(part, ast.ClassDef)
            part.body = [each for each in body if not _is_silent(each, fields)]
    return node


def _is_silent(node: ast.stmt, in_class: bool) -> bool:
    """Return whether a statement does not count: text, import, or a class's field."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    field = in_class and isinstance(node, ast.AnnAssign)
    return text or field or isinstance(node, ast.Import | ast.ImportFrom)
