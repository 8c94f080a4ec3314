import json
import os
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import docutils.utils
import nbformat
import pytest
from docutils import nodes

ROOT = Path(__file__).parents[2]

import book_extension  # noqa: E402
import check_browser  # noqa: E402
import check_python  # noqa: E402
import execution  # noqa: E402
import timed  # noqa: E402
import vendor  # noqa: E402


def make(*arguments):
    own = {key: value for key, value in os.environ.items() if "MAKE" not in key}
    command = ["make", "-C", str(ROOT), "--no-print-directory", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=own)


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(timed, "LOG", tmp_path / "_build" / "times.jsonl")
    return timed.LOG


def test_a_bare_make_lists_the_targets_and_does_nothing_else():
    listed = make()
    assert listed.returncode == 0
    for target in ("book", "test", "lab", "clean"):
        assert f"\n  {target} " in listed.stdout


def test_a_preset_that_does_not_exist_is_refused_with_the_two_that_do():
    refused = make("book", "PRESET=huge")
    assert refused.returncode != 0
    assert 'PRESET is "huge"; it can be full or quick' in refused.stderr


def test_an_old_python_is_named_with_what_to_do_instead(monkeypatch):
    version = namedtuple("version", "major minor micro")(3, 10, 2)
    monkeypatch.setattr(sys, "version_info", version)
    complaint = check_python.complaint()
    assert "needs Python 3.11 or newer; this is 3.10" in complaint
    assert "make book PYTHON=" in complaint


def test_a_python_without_venv_is_named_with_the_package_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "apt install python3-venv" in check_python.complaint()


def test_the_python_that_runs_the_tests_will_do():
    assert check_python.complaint() == ""


@pytest.fixture
def no_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    names = {name: (name,) for name in check_browser.COMMANDS}
    monkeypatch.setattr(check_browser, "COMMANDS", names)


def test_without_a_browser_the_package_to_install_is_named(no_browser):
    complaint = check_browser.complaint()
    assert "apt-get install chromium" in complaint
    assert "brew install" in complaint
    assert ".venv/bin/playwright install chromium" in complaint


@pytest.mark.parametrize("name", check_browser.COMMANDS["chromium"][:4])
def test_a_browser_on_the_path_will_do(no_browser, tmp_path, monkeypatch, name):
    monkeypatch.setattr(check_browser, "COMMANDS", {"chromium": (name,)})
    browser = tmp_path / "bin" / name
    browser.parent.mkdir()
    browser.touch(mode=0o755)
    assert check_browser.complaint() == ""
    assert check_browser.installed() == str(browser)


def test_the_browser_that_playwright_downloads_will_do(no_browser, tmp_path):
    (tmp_path / "playwright" / "chromium-1200").mkdir(parents=True)
    assert check_browser.complaint() == ""
    assert check_browser.installed() is None  # Playwright knows where its own is


def test_every_browser_that_is_missing_has_its_package_named(no_browser):
    complaint = check_browser.complaint("firefox", "webkit")
    assert "apt-get install firefox-esr webkit2gtk-driver xvfb" in complaint
    assert "chromium" not in complaint


@pytest.mark.parametrize("target", ["test", "browsers"])
def test_make_asks_for_a_browser_before_it_sets_anything_up(target):
    steps = make("--dry-run", target).stdout.splitlines()
    asked = next(n for n, step in enumerate(steps) if "check_browser.py" in step)
    assert not any("pip" in step or "npm" in step for step in steps[:asked])


def test_a_timed_step_passes_on_the_exit_code_and_notes_its_time(log):
    timed.reset()
    assert timed.run("training", [sys.executable, "-c", "raise SystemExit(3)"]) == 3
    assert log.read_text().count('"step": "training"') == 1


def test_the_report_tells_chapters_from_html_and_what_was_there_before(monkeypatch):
    monkeypatch.setattr(timed.time, "time", lambda: 200.0)
    entries = [
        {"step": "start", "at": 0.0},
        {"step": "training", "seconds": 65.0},
        {"step": "chapters", "seconds": 22.0},
        {"step": "book", "seconds": 62.0},
    ]
    assert timed.rows(entries, {"focal_loss": 30.0, "training": 8.0}) == [
        ("Python packages", "already there"),
        ("front-end packages", "already there"),
        ("training", " 1:05"),
        ("running the chapters, two at a time", " 0:22"),
        ("  focal_loss", " 0:30"),
        ("  training", " 0:08"),
        ("building the HTML", " 1:02"),
        ("all together", " 3:20"),
    ]


def test_a_step_that_ran_twice_counts_with_both_times(monkeypatch):
    monkeypatch.setattr(timed.time, "time", lambda: 9.0)
    twice = [{"step": "training", "seconds": 4.0}] * 2
    assert ("training", " 0:08") in timed.rows(
        [{"step": "start", "at": 0.0}, *twice], {}
    )


def test_the_report_ends_with_the_page_to_open(log, tmp_path, capsys):
    timed.reset()
    timed.report(tmp_path)
    assert capsys.readouterr().out.endswith(f"Open {tmp_path / 'index.html'}\n")


def test_without_a_book_the_report_names_no_page(log, capsys):
    timed.reset()
    timed.report()
    out = capsys.readouterr().out
    assert "all together" in out
    assert "Open" not in out


def test_an_anonymous_module_gets_its_name():
    named = vendor.named_module('define(["a"], function (a) {})', "anywidget")
    assert named == 'define("anywidget", ["a"], function (a) {})'


@pytest.mark.parametrize("source", ["", "define([]); define([])"])
def test_a_source_without_exactly_one_anonymous_module_is_refused(source):
    with pytest.raises(ValueError, match="anywidget"):
        vendor.named_module(source, "anywidget")


def test_a_slow_telephone_has_a_minute_to_start_a_widget():
    assert vendor.patient(f"{vendor.HASTE}.add()") == "AbortSignal.timeout(6e4).add()"
    with pytest.raises(ValueError, match="anywidget"):
        vendor.patient("")


ICONS = (
    '@font-face{font-family:"Font Awesome 5 Free";src:url(${E});src:url(${$})}'
    '.fa{font-family:"Font Awesome 5 Free"}'
)


def test_the_widget_manager_draws_icons_with_the_theme_s_font():
    left = vendor.without_icon_fonts(f"push(`{ICONS}.fab{{color:red}}`)")
    assert left == 'push(`.fa{font-family:"Font Awesome 6 Free"}.fab{color:red}`)'


@pytest.mark.parametrize("source", ["", ICONS + '@font-face{font-family:"other"}'])
def test_a_widget_manager_with_other_fonts_is_refused(source):
    with pytest.raises(ValueError, match="Font Awesome 5 and no other"):
        vendor.without_icon_fonts(source)


def test_pages_lose_the_live_code_scripts_and_keep_the_others():
    def script(filename, **attributes):
        return SimpleNamespace(filename=filename, attributes=attributes)

    kept = [script("_static/doctools.js"), script(None, body="let volume = 1")]
    thebe = [
        script(None, body='const THEBE_JS_URL = "there"'),
        script("_static/sphinx-thebe.js"),
    ]
    context = {"script_files": [kept[0], *thebe, kept[1]]}
    book_extension.drop_thebe(None, "page", "page.html", context, None)
    assert context["script_files"] == kept


def page_tree(*paragraphs):
    """A page whose first paragraph is in a box, and whose others follow it."""
    tree, section = docutils.utils.new_document("page"), nodes.section()
    section += nodes.title("", "Bach & sons")
    section += nodes.note("", nodes.paragraph("", "What you need"))
    section += [nodes.paragraph("", text) for text in paragraphs]
    tree += section
    return tree


def test_a_page_is_described_by_its_first_paragraph_in_whole_sentences():
    short = book_extension.description(page_tree("Two pieces of\nmusic.", "More."))
    assert short == "Two pieces of music."
    long = book_extension.description(page_tree("One two three. " * 30))
    assert long == " ".join(["One two three."] * 13)
    endless = book_extension.description(page_tree("word " * 90))
    assert endless.endswith("word …")
    assert len(endless) <= 202
    assert book_extension.description(page_tree()) == ""


@pytest.fixture
def app(tmp_path):
    config = SimpleNamespace(html_title="Deep Musician", root_doc="intro")
    html = SimpleNamespace(format="html")
    return SimpleNamespace(config=config, builder=html, outdir=tmp_path)


def described(app, page, tree):
    context = {"title": 'Bach &amp; <em>"sons"</em>', "metatags": "<meta>"}
    book_extension.describe(app, page, "page.html", context, tree)
    return dict(
        re.findall(r'<meta \w+="([^"]*)" content="([^"]*)">', context["metatags"])
    )


def test_a_link_to_a_page_shows_its_title_what_it_is_about_and_a_picture(app):
    tags = described(app, "book/bach", page_tree('He wrote "chorales".'))
    assert tags["og:title"] == "Bach &amp; &quot;sons&quot;"
    assert tags["description"] == "He wrote &quot;chorales&quot;."
    assert tags["description"] == tags["og:description"]
    home = book_extension.pages_address()
    assert tags["og:url"] == f"{home}book/bach.html"
    assert tags["og:image"] == f"{home}_static/card.png"
    assert (ROOT / "assets" / "card.png").is_file()
    assert tags["twitter:card"] == "summary_large_image"


def test_a_page_without_a_text_is_not_described(app):
    assert described(app, "search", None) == {}


def test_the_books_address_leads_to_its_first_page_and_shows_the_same(app):
    tag = '<meta property="og:title" content="Deep">'
    (app.outdir / "intro.html").write_text(f"<head>{tag}<meta name='x'></head>")
    book_extension.open_front_door(app, None)
    door = (app.outdir / "index.html").read_text()
    assert tag in door
    assert 'content="0; url=intro.html"' in door
    assert "name='x'" not in door


@pytest.fixture
def small_book(tmp_path, monkeypatch):
    (tmp_path / "deepmusician").mkdir()
    (tmp_path / "deepmusician" / "losses.py").write_text("GAMMA = 2\n")
    (tmp_path / "book").mkdir()
    cell = nbformat.v4.new_code_cell("print(6 * 7)")
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell]), tmp_path / "book" / "chapter.ipynb"
    )
    (tmp_path / "book" / "text.md").write_text("# Nothing to run\n")
    monkeypatch.setattr(execution, "ROOT", tmp_path)
    monkeypatch.setattr(execution, "KEPT", tmp_path / "_build" / "executed")
    monkeypatch.setattr(execution, "TIMES", tmp_path / "_build" / "chapter_times.json")
    monkeypatch.setattr(execution, "BOOK", tmp_path / "book")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("DEEPMUSICIAN_SOUNDS", "")
    return tmp_path


def test_a_chapter_runs_once_and_again_when_the_package_changes(small_book):
    def ran():
        assert execution.run("quick") == []
        return list(json.loads(execution.TIMES.read_text()))

    assert ran() == ["chapter"]
    assert ran() == []
    (small_book / "deepmusician" / "losses.py").write_text("GAMMA = 3\n")
    assert ran() == ["chapter"]
    assert len(list(execution.KEPT.iterdir())) == 1  # what is stale is gone


def test_a_chapter_that_fails_is_named_with_its_error_and_runs_again(small_book):
    cell = nbformat.v4.new_code_cell("1 / 0")
    broken = small_book / "book" / "broken.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), broken)
    for _ in range(2):
        (failure,) = execution.run("quick")
        assert failure.startswith(str(broken))
        assert "ZeroDivisionError" in failure


def test_pages_take_the_outputs_that_this_very_code_put_out(small_book, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_PRESET", "full")
    config = SimpleNamespace()
    book_extension.find_what_ran(None, config)
    kept = f"full-{execution.fingerprint()}"
    assert Path(config.nb_execution_cache_path) == execution.KEPT / kept
    assert config.html_extra_path == [str(execution.KEPT / kept / "extra")]


def test_chapters_put_their_sounds_where_the_pages_find_them(small_book):
    source = (
        "import os, pathlib\n"
        "pathlib.Path(os.environ['DEEPMUSICIAN_SOUNDS'], 'one.mp3').touch()"
    )
    chapter = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(chapter, small_book / "book" / "chapter.ipynb")
    assert execution.run("quick") == []
    assert (execution.extra("quick") / "sounds" / "one.mp3").is_file()
