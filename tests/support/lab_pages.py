"""Opens notebooks in JupyterLab, each with a kernel of its own.

    with lab(folder) as server:
        page = notebook_page(browser, server, "1 + 1")

`page.complaints` lists what the page says went wrong.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from nbformat import v4, write

from support.widget_pages import note_console

TESTS = Path(__file__).parents[1]
PATIENCE = 300  # seconds; a kernel has to import torch first, maybe beside others


@contextmanager
def lab(folder):
    """Give (address, token, folder) of a JupyterLab that shows this folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex()
    paths = [str(TESTS.parent), str(TESTS), os.environ.get("PYTHONPATH", "")]
    own = {f"JUPYTERLAB_{kind}_DIR": str(folder) for kind in ("SETTINGS", "WORKSPACES")}
    own["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    options = {"port": port, "token": token, "root_dir": folder, "port_retries": 0}
    server = subprocess.Popen(
        command + [f"--ServerApp.{name}={value}" for name, value in options.items()],
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api", server)
        yield address, token, Path(folder)
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(address, server):
    """Return when a server answers; an error when it ends, or takes too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert server.poll() is None, "JupyterLab did not start"
        try:
            return urlopen(address).close()
        except URLError:
            time.sleep(0.3)
    raise TimeoutError(f"{address} does not answer")


def notebook_page(browser, server, code):
    """Return a page of JupyterLab with a notebook of one cell, which is running."""
    address, token, folder = server
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells, metadata = [v4.new_code_cell(code)], {"kernelspec": kernel}
    write(v4.new_notebook(cells=cells, metadata=metadata), folder / "test.ipynb")
    view = {"width": 1200, "height": 1000}
    page = browser.new_context(viewport=view).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.complaints = []
    page.goto(f"{address}/lab/tree/test.ipynb?reset&token={token}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.on("console", lambda said: note_console(page, said))
    page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    return page
