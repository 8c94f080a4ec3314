"""Stop with one clear message unless this Python can carry the set-up.

Runs before anything is installed, so it keeps to a syntax that old Pythons read.
"""

import sys


def complaint():
    """Return what is missing from this Python, or an empty string."""
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031
    if sys.version_info < (3, 11):  # noqa: UP036
        return (
            "Deep Musician needs Python 3.11 or newer; this is %s (%s).\n"  # noqa: UP031
            "Name another one: make book PYTHON=python3.12" % (version, sys.executable)
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            "This Python (%s) lacks the venv module.\n"  # noqa: UP031
            "On Debian and Ubuntu: apt install python3-venv" % sys.executable
        )
    return ""


if __name__ == "__main__":
    sys.exit(complaint() or 0)
