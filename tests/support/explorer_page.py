"""The explorer in a page, as a reader works it."""

RULE = {"sample": "calibrated sample", "raw_sample": "raw sample"}


def opened_card(page):
    """Return a page as soon as the explorer on it can be used."""
    page.locator(".dm-cell").first.wait_for()
    page.locator(".noUi-handle").nth(1).wait_for()
    return page


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def move(page, name, key, times=1):
    """Move a slider by its keys, as a reader without a mouse does."""
    for _ in range(times):
        slider(page, name).press(key)


def readouts(page):
    return page.locator(".widget-readout").all_inner_texts()


def nearest(page):
    return page.locator(".dm-nearest").inner_text()


def choose(page, rule):
    page.get_by_role("radio", name=RULE[rule], exact=True).check()


def figures(page):
    """Return the numbers that are shown: notes per step, NLL, F1."""
    return [float(text) for text in page.locator(".dm-figures b").all_inner_texts()]


def pressed_cell(page):
    cell = page.locator('.dm-cells [aria-pressed="true"]')
    return cell.get_attribute("aria-label")
