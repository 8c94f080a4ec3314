"""Where downloads and results are kept, and writes that are whole or not at all."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import nan
from pathlib import Path
from uuid import uuid4


def cache_base() -> Path:
    """Return where all can be rebuilt: `DEEPMUSICIAN_CACHE` or the user's cache."""
    if named := os.environ.get("DEEPMUSICIAN_CACHE"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("deepmusician"))


def cache_folder(name: str) -> Path:
    """Return the folder `name` of the cache, made if it was missing."""
    folder = cache_base() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Return the folder of downloaded corpora: `DEEPMUSICIAN_DATA` or the cache's.

    It may be read-only, or missing; whoever downloads makes it.
    """
    named = os.environ.get("DEEPMUSICIAN_DATA")
    return Path(named).expanduser() if named else cache_base() / "datasets"


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well.

    The temporary file lies in the same folder and keeps the suffix. If the block
    raises, it is removed and `path` stays as it was.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}-{uuid4().hex}{path.suffix}")
    temporary.touch(exist_ok=False)  # so that a folder that refuses it says so at once
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_file(path: str | Path, content: str | bytes) -> Path:
    """Write a file (text as UTF-8), whole or not at all, and its folder; return it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_bytes(_bytes(content))
    return path


def checksum(content: str | bytes) -> str:
    """Return the SHA-256 of a file's content in hexadecimal digits."""
    return hashlib.sha256(_bytes(content)).hexdigest()


def to_json(content: dict) -> str:
    """Return nested measures as JSON that any reader takes: null where one is NaN."""
    # NaN alone differs from itself.
    nulls = _replaced(content, lambda leaf: None if leaf != leaf else leaf)
    return json.dumps(nulls, indent=2, allow_nan=False) + "\n"


def from_json(text: str) -> dict:
    """Return the measures that `to_json` wrote, NaN where it says null."""
    return _replaced(json.loads(text), lambda leaf: nan if leaf is None else leaf)


def _replaced(content: object, replace: Callable[[object], object]) -> object:
    """Return the same nested content, each number, text or None in it replaced."""
    if isinstance(content, dict):
        return {name: _replaced(value, replace) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_replaced(value, replace) for value in content]
    return replace(content)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
