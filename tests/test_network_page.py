"""The network in Chromium: as fast as it must be, and the same notes as elsewhere."""

import base64

import numpy as np
import pytest
from network_js import played
from playwright.sync_api import sync_playwright
from test_book_pages import FLAGS, browser_path
from toy import untrained

from deepmusician.export import export_run
from deepmusician.listening.modules import WEB, one_module

STEP = 12  # milliseconds: a tenth of a sixteenth note at 120 quarters a minute
STRETCH = 50  # milliseconds for which preparing may hold the page up
CONTEXT = 96
STEPS = 2 * CONTEXT + 8
PIECES = 6
MEASURE = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const network = await Network.open(new DataView(bytes.buffer));
  const stretches = [];
  const timed = (act) => {
    const start = performance.now();
    const result = act();
    return [performance.now() - start, result];
  };
  const composeOnce = async () => {
    const [made, composing] = timed(() => new Composing(network, { seed: 7 }));
    const work = composing.workFor.bind(composing);
    composing.workFor = (limit) => {
      const [took, done] = timed(() => work(limit));
      stretches.push(took);
      return done;
    };
    await composing.prepare();
    delete composing.workFor;
    const steps = Array.from({ length: %d }, () => timed(() => composing.next()));
    return { made, times: steps.map(([took]) => took), keys: steps.map(([, k]) => k) };
  };
  const pieces = [];
  for (let n = 0; n < %d; n += 1) pieces.push(await composeOnce());
  return { pieces, stretches };
}"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A network of the largest size that the page may carry, untrained."""
    folder = tmp_path_factory.mktemp("network")
    sizes = {"hidden": 512, "classifier_hidden": 1024, "context": CONTEXT}
    run = untrained(folder, outputs="dependent", **sizes)
    return export_run(run, folder / "large.dmw")


@pytest.fixture(scope="module")
def measured(file, tmp_path_factory):
    """Pieces of one seed, composed on a page that was opened from its folder."""
    path = tmp_path_factory.mktemp("page") / "network.html"
    code = one_module(WEB / "network.js")
    code += "Object.assign(globalThis, { Composing, Network });"
    path.write_text(f"<!doctype html><script type=module>{code}</script>")
    text = base64.b64encode(file.read_bytes()).decode()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser_path(), args=FLAGS
        )
        page = chromium.new_page()
        page.goto(path.as_uri())
        found = page.evaluate(MEASURE % (STEPS, PIECES), text)
        chromium.close()
    return found


def quickest(measured) -> np.ndarray:
    """Each step's time in the piece that the machine's other work disturbed least."""
    return np.min([piece["times"] for piece in measured["pieces"]], axis=0)


def test_a_step_takes_less_than_a_tenth_of_a_sixteenth_note(measured):
    times = quickest(measured)
    assert len(times) == STEPS
    assert np.median(times) < STEP
    assert np.quantile(times, 0.9) < STEP


def test_the_step_at_which_the_encoder_has_read_anew_is_no_longer(measured):
    times = quickest(measured)
    for change in (CONTEXT, 2 * CONTEXT):
        assert times[change - 1 : change + 2].max() < 2 * STEP
        assert times[change - 1 : change + 2].min() < STEP


def test_reading_the_prime_lets_the_page_breathe(measured):
    assert len(measured["stretches"]) > 5
    assert np.median(measured["stretches"]) < STRETCH
    assert min(piece["made"] for piece in measured["pieces"]) < STRETCH


def test_a_seed_gives_the_same_notes_again_and_in_node(measured, file):
    first, *others = (piece["keys"] for piece in measured["pieces"])
    assert any(first)
    assert all(other == first for other in others)
    (answer,) = played(file, {"options": {"seed": 7}, "steps": STEPS})["answers"]
    assert answer["keys"] == first
