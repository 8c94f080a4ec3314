"""Stop with one clear message unless a browser is here that the tests can open.

Runs before anything is installed; the tests ask it too which browser to open.
"""

import os
import shutil
import sys
from pathlib import Path

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DOWNLOADS = (  # where `playwright install` puts its own, on Linux and macOS
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
)
COMPLAINT = """\
The tests open pages in Chromium, and none is installed here.
  Debian, Ubuntu:  apt-get install chromium
  Fedora:          dnf install chromium
  macOS:           brew install --cask google-chrome
Or, where the network allows it, without administrator's rights:
  make setup && .venv/bin/playwright install chromium
`make check` runs the tests that need no browser."""


def installed():
    """Return the path of the system's Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


def downloaded():
    """Return whether Playwright has a Chromium of its own."""
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(own or folder).expanduser() for folder in DOWNLOADS]
    return any(any(folder.glob("chromium-*")) for folder in folders)


def complaint():
    """Return what is missing, or an empty string."""
    return "" if installed() or downloaded() else COMPLAINT


if __name__ == "__main__":
    sys.exit(complaint() or 0)
