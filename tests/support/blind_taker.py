"""Takes a blind test in Chromium as a reader does, with the keys of the page."""

TEST = ".dm-blind"
HEADING = f"{TEST} h3"
TOLD = f"""() => {{
  const all = document.querySelectorAll("{TEST}, {TEST} *");
  const said = [...all].flatMap((part) => [...part.attributes].map((a) => a.value));
  return [document.querySelector("{TEST}").textContent, ...said].join(" ");
}}"""
NAMES = """() => [...document.querySelectorAll(".dm-blind-name")].map(
  (name) => name.textContent.replace(", for practice", "").trim())"""


def heading(page):
    """Return the title of the stage that the test is at."""
    return page.locator(HEADING).inner_text()


def told(page):
    """Return all that the test says now, to the eye and to screen readers."""
    return page.evaluate(TOLD)


def button(page, name, exact=False):
    """Return a button of the test."""
    return page.locator(TEST).get_by_role("button", name=name, exact=exact)


def enter(page, training="Some", before="No this is"):
    """Give consent, and say what is asked."""
    assert button(page, "Begin").is_disabled()
    page.locator(TEST).get_by_role("checkbox").check()
    button(page, "Begin").click()
    assert button(page, "Start the practice").is_disabled()
    for name in (training, before):
        page.get_by_role("radio", name=name).check(force=True)
    button(page, "Start the practice").click()


def play(page):
    """Start a listening, and wait until it is counted."""
    page.keyboard.press("p")
    page.locator(".dm-blind-plays").wait_for()


def judge(page, answer="h", sure="2"):
    """Listen to a piece and judge it."""
    play(page)
    page.keyboard.press(answer)
    page.keyboard.press(sure)
    page.keyboard.press("Enter")


def begin(page, **about):
    """Go through the practice to the first piece that counts."""
    enter(page, **about)
    judge(page)
    judge(page)
    button(page, "Begin with piece 1").click()


def reload(page):
    """Open the page again, and put the focus where the keys are heard."""
    page.reload()
    page.locator(HEADING).wait_for()
    page.locator(HEADING).focus()


def take(page, reload_at=7):
    """Judge the twenty pieces, with a reload amidst one; return what was said then."""
    said = []
    for number in range(1, 21):
        assert heading(page) == f"Piece {number} of 20"
        if number == reload_at:
            play(page)
            page.keyboard.press("m")
            reload(page)
            assert heading(page) == f"Piece {number} of 20"
            assert page.get_by_role("radio", name="Machine").is_checked()
            assert "1 listening left" in told(page)
            assert "Welcome back" in told(page)
        said.append(told(page))
        judge(page, "hm"[number % 2], str(1 + number % 4))
    assert heading(page).startswith("You got ")
    return said


def names(page):
    """Return whose each piece was, and which, as the last page tells it."""
    return page.evaluate(NAMES)


def download(page, folder):
    """Save the file of answers in a folder; return its name."""
    with page.expect_download() as saved:
        button(page, "Download my answers").click()
    name = saved.value.suggested_filename
    saved.value.save_as(folder / name)
    return name
