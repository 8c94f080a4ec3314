"""The explorer in JupyterLab, whose kernel trains what the reader sets."""

import pytest
from support.lab_pages import lab, notebook_page

CODE = """
from support.toy import TINY, tunes
from deepmusician.widgets import focal_explorer

focal_explorer(base=TINY, corpus=tunes())
"""


@pytest.fixture
def page(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPMUSICIAN_CACHE", str(tmp_path / "cache"))
    with lab(tmp_path) as server:
        page = notebook_page(browser, server, CODE)
        page.locator(".dm-cell").first.wait_for()
        yield page
        page.context.close()


def test_a_kernel_trains_the_alpha_and_gamma_that_are_set(page):
    alpha = page.get_by_role("slider", name="alpha", exact=True)
    for _ in range(5):
        alpha.press("ArrowRight")
    page.get_by_text("Nearest cell: alpha 0.25, gamma 2, seed 0", exact=True).wait_for()
    page.get_by_role("button", name="Train alpha 0.3, gamma 2").click()
    page.get_by_role("button", name="Stop training").wait_for()
    page.get_by_text("Trained: alpha 0.3, gamma 2").wait_for()
    page.get_by_text("Trained here: alpha 0.3, gamma 2, seed 0", exact=True).wait_for()
    mark = page.get_by_role("button", name="trained here, alpha 0.3")
    assert mark.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="alpha 0.9, gamma 5, seed 0").click()
    assert page.locator(".widget-readout").all_inner_texts() == ["0.90", "5.0"]
    assert page.complaints == []
    page.get_by_role("menuitem", name="Kernel").click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.get_by_text("No Kernel").first.wait_for()
    page.get_by_role("button", name="Train alpha 0.9, gamma 5").click()
    page.get_by_text("no kernel answers on this page").wait_for()
