"""The composer in JupyterLab, with a network of the reader's own."""

import pytest
from support.lab_pages import lab, notebook_page
from support.widget_pages import loudest

CODE = """
from pathlib import Path
from support.toy import tune, untrained
from deepmusician.widgets import composer

composer(untrained(Path("run"), context=96), {"A tune": tune(1)})
"""
DONE = "document.querySelector('.dm-composer progress').hidden"


@pytest.fixture
def page(browser, tmp_path):
    with lab(tmp_path) as server:
        page = notebook_page(browser, server, CODE)
        page.locator(".dm-compose:not(:disabled)").wait_for()
        yield page
        page.context.close()


def test_a_run_composes_beside_its_kernel_and_letters_play_instead_of_commanding(page):
    page.locator(".dm-beginning summary").click()
    cells = page.locator(".jp-Cell").count()
    page.locator(".dm-bed").focus()
    for key in "bxdd":  # in JupyterLab: insert, cut and delete cells
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
    page.get_by_label("Opening").select_option("A tune")
    page.get_by_role("button", name="Compose", exact=True).click()
    page.locator(".dm-take").wait_for()
    page.wait_for_function(DONE)
    assert "after A tune" in page.locator(".dm-take").text_content()
    page.get_by_role("button", name="Play from the start").click()
    for _ in range(200):
        if loudest(page) > 0.01:
            break
        page.wait_for_timeout(50)
    assert loudest(page) > 0.001
    assert page.complaints == []
