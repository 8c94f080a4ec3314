"""Opens widgets in Chromium, each page from its own folder, with the network off.

    page = page_of(browser, tmp_path, player(roll))

`browser` is the fixture in conftest.py; `page.complaints` lists what went wrong.
"""

import json
from pathlib import Path
from urllib.parse import urlparse

import check_browser
import pytest
from ipywidgets.embed import dependency_state, embed_data

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = """{
  resultTypes: ["violations"],  // to list what is well takes most of the time
  rules: { "target-size": { enabled: true } },  // off by default
}"""
SCRIPTS = (  # in this order, as in _config.yml
    "vendor/require.js",
    "widgets.js",
    "vendor/anywidget-amd.js",
    "vendor/embed-amd.js",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = {"file", "data", "blob", "about"}
PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Widgets</title>
<style>
  html {{ background: #fff; color: #222; font: 16px system-ui, sans-serif; }}
  html[data-theme="dark"] {{ background: #14181e; color: #ced6dd; }}
  body {{ margin: 1rem auto; max-width: 50rem; padding: 0 0.75rem; }}
</style>
</head>
<body>
<main><h1>Widgets</h1>
{places}
</main>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
{scripts}
</body>
</html>
"""
PLACE = """<div class="place">
<script type="application/vnd.jupyter.widget-view+json">{view}</script>
</div>"""
DRAWN = """() => [...document.querySelectorAll(".place")].every((place) =>
    place.querySelector(".dm")?.children.length)"""
SOUND = """Object.values(globalThis.deepMusician).find(({ sound }) => sound).sound"""


def browser_path():
    """Return where Chromium is, or None for Playwright's own; fail without either."""
    if complaint := check_browser.complaint():
        pytest.fail(complaint)
    return check_browser.installed()


def page_of(browser, tmp_path, *widgets, width=1000, theme="light", address=""):
    """Return a page that shows the widgets, opened and drawn.

    `address` is put behind the file's, such as "#seed=1". What the page complains of
    comes to the list `page.complaints`.
    """
    path = write_page(tmp_path / "page.html", widgets, theme)
    view = {"width": width, "height": 900}
    page = browser.new_context(offline=True, viewport=view).new_page()
    watch(page)
    page.goto(path.as_uri() + address, wait_until="load")
    page.wait_for_function(DRAWN)
    return page


def write_page(path, widgets, theme="light"):
    """Write an HTML page that shows widgets without a kernel; return its path."""
    state = dependency_state(widgets, drop_defaults=False)
    data = embed_data(views=widgets, state=state)
    places = [PLACE.format(view=json.dumps(view)) for view in data["view_specs"]]
    scripts = [
        f'<script src="{(ASSETS / name).as_uri()}" '
        f'data-jupyter-widgets-cdn="{(ASSETS / "vendor").as_uri()}/"></script>'
        for name in SCRIPTS
    ]
    text = PAGE.format(
        theme=theme,
        places="\n".join(places),
        state=json.dumps(data["manager_state"]).replace("</", "<\\/"),
        scripts="\n".join(scripts),
    )
    path.write_text(text, encoding="utf-8")
    return path


def watch(page, site=None):
    """Note what a page complains of, and what it asks the network for.

    `site`: the address of the server that the page is from, if it is from one.
    """
    page.complaints = []
    page.on("console", lambda said: note_console(page, said))
    page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
    page.on("request", lambda request: note_request(page, request.url, site))
    page.on(
        "requestfailed", lambda request: page.complaints.append(f"lost: {request.url}")
    )


def note_console(page, said):
    if said.type == "error":
        page.complaints.append(f"console: {said.text}")


def note_request(page, url, site=None):
    if urlparse(url).scheme not in LOCAL and not (site and url.startswith(site)):
        page.complaints.append(f"asks the network for {url}")


def hindrances(page):
    """Return what axe-core finds serious or critical for readers with disabilities."""
    page.add_script_tag(path=AXE)
    violations = page.evaluate(f"axe.run({AXE_RULES})")["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


def loudest(page):
    """Return the largest sample of what the page's loudspeaker plays now."""
    return page.evaluate(f"{SOUND}.loudest()")


def audio_state(page):
    """Return the state of the page's AudioContext, such as "running"."""
    return page.evaluate(f"{SOUND}.context.state")
