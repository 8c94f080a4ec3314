"""What readers do in the built book, in every browser, from folder and server."""

import time

import pytest

from deepmusician.listeners import read_answers

PATIENCE = 60  # seconds
SOUND = "Object.values(deepMusician).find(({ sound }) => sound).sound"
PLAYER = 'document.querySelector(".dm-player")'
EXPLORER = 'document.querySelector(".dm-explorer")'
COMPOSER = 'document.querySelector(".dm-composer")'
BLIND = 'document.querySelector(".dm-blind")'


@pytest.fixture
def visit(reader, place):
    """Give a function that opens a page of the book, drawn, at a laptop's width."""

    def opened(name, address=""):
        reader.resize(1280, 900)
        reader.open(f"{place}/book/{name}.html{address}")
        reader.evaluate("checks.settled()")
        return reader

    yield opened
    assert reader.evaluate("checks.complaints") == []
    assert reader.evaluate("checks.icons()") == []


def wait_for(reader, code):
    """Return what an expression gives as soon as that is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := reader.evaluate(code):
            return found
        time.sleep(0.05)
    pytest.fail(f"it never came true: {code}")


def press(reader, name, root="document"):
    """Click the control that is called so, once it is there."""
    wait_for(reader, f"checks.mark({name!r}, {root})")
    reader.click("[data-marked]")


def text(reader, selector):
    return reader.evaluate(f"document.querySelector({selector!r}).innerText")


def focus(reader, selector):
    reader.evaluate(f"document.querySelector({selector!r}).focus()")


def hear(reader):
    """Wait until music is heard; without a sound output, until the page plays unheard.

    It says that it has no output before the piano, and so the music, is ready.
    """
    says_so = 'document.querySelector(".dm-no-output:not([hidden])") !== null'
    unheard = f"{says_so} && {SOUND}.playing.isPlaying"
    wait_for(reader, f"{SOUND}.loudest() > 0.001 || ({unheard})")


def fits(reader):
    """See that what the reader has made of a page fits screens small and large."""
    for width, height in ((360, 740), (740, 360), (1280, 900)):
        reader.resize(width, height)
        wrong = reader.evaluate("checks.faults()")
        assert wrong == [], f"{width}: " + "\n".join(wrong)


def test_a_roll_is_played_sought_and_looped(visit):
    reader = visit("intro")
    place = f'{PLAYER}.querySelector("[role=slider]")'
    step = f"Number({place}.getAttribute('aria-valuenow'))"
    press(reader, "Play", PLAYER)
    hear(reader)
    wait_for(reader, f"{SOUND}.playing.position > 4")
    reader.click(".dm-player .dm-roll-scroll")
    middle = wait_for(reader, step)
    press(reader, "Pause", PLAYER)
    focus(reader, ".dm-player .dm-roll-scroll")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        reader.key(key)
    assert middle > 8
    assert reader.evaluate(step) == 8
    assert "beat 3" in reader.evaluate(f'{place}.getAttribute("aria-valuetext")')
    press(reader, "Loop", PLAYER)
    reader.key("End")
    focus(reader, ".dm-player .dm-roll-scroll")
    for key in ("End", "ArrowLeft", " "):
        reader.key(key)
    length = reader.evaluate(f"Number({place}.getAttribute('aria-valuemax'))")
    wait_for(reader, f"{SOUND}.playing.position < {length / 2}")
    assert reader.evaluate(f"{SOUND}.playing.isPlaying")
    press(reader, "Pause", PLAYER)


def test_alpha_and_gamma_move_what_is_seen_and_heard(visit):
    reader = visit("focal_loss")
    wait_for(reader, 'document.querySelectorAll(".noUi-handle").length === 2')
    shown = f'{EXPLORER}.querySelector(".dm-roll-sheet").toDataURL()'
    press(reader, "Play", EXPLORER)
    hear(reader)
    for name, key in (("alpha", "PageDown"), ("gamma", "End")):
        before = reader.evaluate(shown), text(reader, ".dm-nearest"), notes(reader)
        focus(reader, f'.noUi-handle[aria-label="{name}"]')
        for _ in range(3):
            reader.key(key)
        reader.evaluate("checks.redrawn()")
        after = reader.evaluate(shown), text(reader, ".dm-nearest"), notes(reader)
        assert all(was != now for was, now in zip(before, after, strict=True))
        assert reader.evaluate(f"{SOUND}.playing.isPlaying")
    press(reader, "Pause", EXPLORER)


def notes(reader):
    """Return the notes that play."""
    return reader.evaluate(f"{SOUND}.playing.piece.notes")


def compose(reader, takes):
    """Press the button; return the notes of the take that comes, as it is played."""
    wait_for(reader, 'document.querySelector(".dm-compose:not(:disabled)") !== null')
    reader.click(".dm-compose")
    whole = f'{COMPOSER}.querySelector("progress").hidden'
    count = f'{COMPOSER}.querySelectorAll(".dm-take").length'
    wait_for(reader, f"{count} === {takes} && {whole}")
    assert reader.evaluate('document.querySelector(".dm-error").textContent') == ""
    return notes(reader)


def test_takes_are_composed_twice_the_same_and_reopened_by_a_link(visit):
    reader = visit("composer")
    silent = [compose(reader, takes) for takes in (1, 2)]
    hear(reader)
    reader.click(".dm-beginning summary")
    focus(reader, ".dm-beginning .dm-roll-scroll")
    for key in ("Enter", *["ArrowRight"] * 4, "ArrowUp", "Enter"):
        reader.key(key)
    primed = [compose(reader, takes) for takes in (3, 4)]
    assert silent[0] == silent[1] != primed[0] == primed[1]
    assert [note[:2] for note in primed[0][:2]] == [[0, 60], [4, 61]]
    press(reader, "Link to Take 4")
    link = wait_for(reader, 'document.querySelector(".dm-link input").value')
    fits(reader)
    reader = visit("composer", "#" + link.partition("#")[2])
    wait_for(reader, 'document.querySelector(".dm-shared:not([hidden])") !== null')
    assert compose(reader, 1) == primed[0]


def judge(reader, answer="h", sure="2", meanwhile=lambda reader: None):
    """Listen to a piece and judge it, by the keys of the page."""
    reader.key("p")
    wait_for(reader, 'document.querySelector(".dm-blind-plays") !== null')
    meanwhile(reader)
    for key in (answer, sure, "Enter"):
        reader.key(key)


def test_a_blind_test_is_taken_to_its_end_and_its_file_can_be_analysed(visit, tmp_path):
    visit("listening_tests").evaluate("localStorage.clear()")
    reader = visit("listening_tests")
    press(reader, "I have read", BLIND)
    press(reader, "Begin", BLIND)
    for answer in ("some", "no"):
        reader.click(f".dm-blind-card:has([value={answer}])")
    fits(reader)
    press(reader, "Start the practice", BLIND)
    judge(reader, meanwhile=hear)
    judge(reader, meanwhile=fits)
    press(reader, "Begin with piece 1", BLIND)
    for number in range(20):
        judge(reader, "hm"[number % 2], str(1 + number % 4))
    assert text(reader, ".dm-blind h3").startswith("You got ")
    fits(reader)
    press(reader, "Download my answers", BLIND)
    (tmp_path / "answers.json").write_bytes(
        bytes.fromhex(reader.evaluate("checks.saved()")[-1])
    )
    answers = read_answers(tmp_path)
    assert answers.failures == ()
    assert list(answers.trials.answer) == ["human", "machine"] * 10
