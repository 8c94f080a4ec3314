"""Room faces that load late: a room's `__init__` names what others may use.

It imports those names under `TYPE_CHECKING`, where type checkers, editors and
`import-linter` see them, and Python does not: `import deepmusician` stays light.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

Face = tuple[Callable[[str], object], Callable[[], list[str]], list[str]]


def lazy(face: str) -> Face:
    """Return a room's `__getattr__`, `__dir__` and `__all__`.

    `face`: the room's `__name__`. Each name that its source imports under
    `TYPE_CHECKING` loads its module when it is first asked for.
    """
    source = Path(sys.modules[face].__file__).read_text(encoding="utf-8")
    homes = {
        alias.name: f"{face}.{statement.module}"
        for block in ast.parse(source).body
        if isinstance(block, ast.If)
        for statement in block.body
        for alias in statement.names
    }

    def load(name: str) -> object:
        """Return a public name, importing the module that defines it."""
        if name not in homes:
            raise AttributeError(f"module {face!r} has no attribute {name!r}")
        with naming_extras():
            return getattr(import_module(homes[name]), name)

    names = sorted(homes)
    return load, lambda: names, names


@contextmanager
def naming_extras() -> Iterator[None]:
    """Let an import that lacks a package of one of our extras say which extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        from importlib.metadata import requires

        package = (error.name or "").partition(".")[0]
        for line in requires("deepmusician") or ():
            if found := re.match(rf"(?i){package}\b.*extra == .(\w+)", line):
                cure = f'pip install "deepmusician[{found[1]}]"'
                text = f"{package} is not installed: {cure}"
                raise ModuleNotFoundError(text, name=error.name) from error
        raise
