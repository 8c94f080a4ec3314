"""Stop with one clear message unless the browsers are here that the tests open.

    python3 tools/check_browser.py [chromium] [firefox] [webkit]

Runs before anything is installed; the tests ask it too which programs to start.
"""

import os
import shutil
import sys
from pathlib import Path

MAC = "/Applications/{0}.app/Contents/MacOS/{0}"
COMMANDS = {
    "chromium": (
        "chromium",
        "chromium-browser",
        "google-chrome",
        "chrome",
        MAC.format("Google Chrome"),
        MAC.format("Chromium"),
    ),
    "firefox": ("firefox-esr", "firefox", MAC.format("Firefox")),
    "webkit": ("WebKitWebDriver",),
    "Xvfb": ("Xvfb",),
}
NEEDS = {"webkit": ("webkit", "Xvfb")}  # of a browser that is not one program alone
PACKAGES = {  # in Debian and Ubuntu
    "chromium": "chromium",
    "firefox": "firefox-esr",
    "webkit": "webkit2gtk-driver",
    "Xvfb": "xvfb",
}
DOWNLOADS = (  # where `playwright install` puts its own, on Linux and macOS
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
)
COMPLAINT = """\
The tests open pages in a browser that is not installed here.
  Debian, Ubuntu:  apt-get install {}"""
CHROMIUM = """
  Fedora:          dnf install chromium
  macOS:           brew install --cask google-chrome
Or, where the network allows it, without administrator's rights:
  make setup && .venv/bin/playwright install chromium
`make check` runs the tests that need no browser."""


def installed(name="chromium"):
    """Return the path of the system's program, or None."""
    return next(filter(None, map(shutil.which, COMMANDS[name])), None)


def downloaded():
    """Return whether Playwright has a Chromium of its own."""
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(own or folder).expanduser() for folder in DOWNLOADS]
    return any(any(folder.glob("chromium-*")) for folder in folders)


def complaint(*browsers):
    """Return what is missing of these browsers, or of Chromium; or an empty string."""
    programs = [p for name in browsers or ["chromium"] for p in NEEDS.get(name, [name])]
    missing = [name for name in programs if not installed(name)]
    if "chromium" in missing and downloaded():
        missing.remove("chromium")
    if not missing:
        return ""
    packages = " ".join(PACKAGES[name] for name in missing)
    return COMPLAINT.format(packages) + (CHROMIUM if "chromium" in missing else "")


if __name__ == "__main__":
    sys.exit(complaint(*sys.argv[1:]) or 0)
