"""Every page of the built book at every width, from its folder and from a server."""

import pytest
from support.book_pages import contents

WIDTHS = (320, 360, 375, 390, 412, 640, 768, 1024, 1260, 1280, 1366, 1440, 1920)
TELEPHONE = (360, 740)
HEIGHT = 900


def faults(reader):
    return reader.evaluate("checks.faults()")


@pytest.mark.parametrize("name", contents())
def test_a_page_fits_every_screen(reader, place, name):
    wrong = {}
    for width, height in (TELEPHONE, (1260, HEIGHT)):
        reader.resize(width, height)
        reader.open(f"{place}/{name}")
        reader.evaluate("checks.settled()")
        wrong[f"opened at {width}"] = faults(reader)
    wrong["icons"] = reader.evaluate("checks.icons()")
    reader.evaluate("checks.unfold()")
    for width in WIDTHS:
        reader.resize(width, HEIGHT)
        wrong[width] = faults(reader)
    for turned in (TELEPHONE, TELEPHONE[::-1]):
        reader.resize(*turned)
        wrong[turned] = faults(reader)
    wrong["complaints"] = reader.evaluate("checks.complaints")
    lines = [f"{width}: {fault}" for width, all in wrong.items() for fault in all]
    assert lines == [], "\n".join(lines)
