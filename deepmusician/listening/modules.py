"""JavaScript in small files, and the one module that a page can load."""

import re
from pathlib import Path

WEB = Path(__file__).parent / "web"

_IMPORT = re.compile(
    r'^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "\./([\w.]+)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.M)
_NAME = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default .*?;\n", re.MULTILINE)


def one_module(entry: Path) -> str:
    """Return a JavaScript module with all that it imports, each file once.

    A page that was opened from a folder can load no second module. Files import from
    their own folder, by names that they keep, and declare no name twice. Only the
    entry's default export is kept.

    Raises:
        ValueError: two files declare one name, or an import is of another kind.
    """
    parts: dict[Path, str] = {}
    _gather(entry, parts)
    owners: dict[str, Path] = {}
    for path, source in parts.items():
        for name in _NAME.findall(source):
            if owners.setdefault(name, path) != path:
                raise ValueError(
                    f"{path.name}: {name} is declared in {owners[name].name} too"
                )
    return "".join(parts.values())


def _gather(path: Path, parts: dict[Path, str]) -> None:
    """Add a file to the parts, after those that it imports."""
    if path in parts:
        return
    source = path.read_text(encoding="utf-8")
    parts[path] = ""  # a circle ends here; functions are known before they are defined
    for name in _IMPORT.findall(source):
        _gather(path.parent / name, parts)
    is_entry = next(iter(parts)) == path
    bare = _EXPORT.sub("", _IMPORT.sub("", source))
    if not is_entry:
        bare = _DEFAULT.sub("", bare)
    if re.search(r"^import\b", bare, re.MULTILINE):
        raise ValueError(f'{path.name}: import {{ names }} from "./file.js" alone')
    del parts[path]
    parts[path] = bare
