"""The composer in a page, as a reader works it."""

from deepmusician.music import PianoRoll

DONE = "document.querySelector('.dm-composer progress').hidden"


def put(page, label, value):
    page.get_by_label(label, exact=True).fill(str(value))


def compose(page, takes=1, **settings):
    """Set what is given, press the button, and wait for the whole take."""
    for label, value in settings.items():
        put(page, label, value)
    page.get_by_role("button", name="Compose", exact=True).click()
    page.wait_for_function(f"document.querySelectorAll('.dm-take').length === {takes}")
    page.wait_for_function(DONE)
    assert error(page) == ""


def error(page):
    return page.locator(".dm-error").text_content()


def midi_of(page, take, folder):
    """Return the roll that a take is downloaded as."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"Download Take {take} as MIDI").click()
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return PianoRoll.from_midi(path)
