"""JavaScript in small files, and the one module that a page can load."""

import os
import re
from pathlib import Path

WEB = Path(__file__).parent / "web"

_IMPORT = re.compile(
    r"^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "
    r'"((?:\.|\.\.?/\w+)/\w+\.js)";\n',
    re.MULTILINE,
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.M)
_NAME = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default .*?;\n", re.MULTILINE)


def one_module(entry: Path) -> str:
    """Return a JavaScript module with all that it imports, each file once.

    A page that was opened from a folder can load no second module. Files import from
    their own folder, one below it or one beside it, by names that they keep, and no
    name is declared in two files. Only the entry's default export is kept.

    Raises:
        ValueError: two files declare one name, or an import is of another kind.
    """
    sources: dict[Path, str] = {}
    _gather(entry, sources)
    owners: dict[str, str] = {}
    for path, source in sources.items():
        place = Path(os.path.relpath(path, entry.parent)).as_posix()
        for name in _NAME.findall(source):
            if owners.setdefault(name, place) != place:
                raise ValueError(f"{place}: {name} is declared in {owners[name]} too")
    return "".join(sources.values())


def style_sheet() -> str:
    """Return the styles of all widgets, those that they share before their own."""
    shared = WEB / "page" / "base.css"
    paths = [shared, *sorted({*WEB.rglob("*.css")} - {shared})]
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def _gather(path: Path, sources: dict[Path, str]) -> None:
    """Add a file to the sources, after those that it imports."""
    if path in sources:
        return
    source = path.read_text(encoding="utf-8")
    sources[path] = ""  # a circle ends here; functions are known before their lines
    for name in _IMPORT.findall(source):
        _gather(Path(os.path.normpath(path.parent / name)), sources)
    is_entry = next(iter(sources)) == path
    bare = _EXPORT.sub("", _IMPORT.sub("", source))
    if not is_entry:
        bare = _DEFAULT.sub("", bare)
    if re.search(r"^import\b", bare, re.MULTILINE):
        raise ValueError(
            f"{path.name}: import {{ names }} from a file here, below or beside, alone"
        )
    del sources[path]
    sources[path] = bare
