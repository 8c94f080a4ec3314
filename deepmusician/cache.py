"""Where downloads and results are kept, and writes that are whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_base() -> Path:
    """Return the folder for all that can be rebuilt: `DEEPMUSICIAN_CACHE` or the
    user's cache folder.
    """
    named = os.environ.get("DEEPMUSICIAN_CACHE")
    if named:
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
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
    )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    """Return the process's file-mode mask (which can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
