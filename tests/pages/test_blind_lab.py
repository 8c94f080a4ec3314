"""The blind test in JupyterLab, whose own shortcuts use the same letters."""

import pytest
from support.blind_taker import HEADING, begin, download, judge, names
from support.lab_pages import lab, notebook_page

from deepmusician.listeners import read_answers

CODE = """
from support.tunes_to_judge import chance_tunes
from deepmusician.widgets import blind_test

blind_test(
    {"Bach": chance_tunes(11, seed=2)},
    {"some network": chance_tunes(11, seed=3)},
    training=chance_tunes(2, seed=1),
)
"""


@pytest.fixture
def page(browser, tmp_path):
    with lab(tmp_path) as server:
        page = notebook_page(browser, server, CODE)
        page.locator(HEADING).wait_for()
        yield page
        page.context.close()


def test_a_whole_test_is_taken_by_keys_that_do_nothing_to_the_notebook(page, tmp_path):
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    begin(page)
    for number in range(20):
        judge(page, "hm"[number % 2], str(1 + number % 4))
    assert len(names(page)) == 22
    download(page, tmp_path / "answers")
    (listener,) = read_answers(tmp_path / "answers").listeners
    assert list(listener.trials.answer) == ["human", "machine"] * 10
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert page.locator(".jp-MarkdownCell").count() == 0
    assert page.complaints == []
