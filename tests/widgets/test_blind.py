"""The blind test's excerpts, and its page's statistics and files beside Python's."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from support.decks import unpacked
from support.javascript import node
from support.tunes_to_judge import chance_tunes

from deepmusician.listeners import read_answers
from deepmusician.listeners.answers import read_listener
from deepmusician.listeners.detection import detect, rating_curve
from deepmusician.music import KEYS, PianoRoll
from deepmusician.sound import (
    RATE,
    TARGET_LOUDNESS,
    load_piano,
    loudness,
    mixed,
    perform,
)
from deepmusician.widgets import blind_test
from deepmusician.widgets.blind import POOL, BlindTest

TRAINING = chance_tunes(4, seed=1, name="trained")
HUMAN = {"Bach": chance_tunes(13, seed=2, name="held out", steps=160)}
MODEL = {"network": chance_tunes(12, seed=3, steps=140)}
BASELINE = {"random chords": chance_tunes(4, seed=4)}


@pytest.fixture(scope="module")
def widget():
    return blind_test(HUMAN, MODEL, BASELINE, training=TRAINING)


@pytest.fixture(scope="module")
def deck(widget):
    return unpacked(widget.deck)


def in_the_page(program, inputs, *names):
    """Return what a program of the page's modules makes of its inputs, `told`."""
    loads = "".join(f'const {name} = await load("blind/{name}.js");' for name in names)
    return node(f"{loads} return {program};", inputs)


def roll_of(piece):
    """The roll of a piece that the page plays."""
    onsets, sounding = np.zeros((2, piece["length"], KEYS), bool)
    for start, pitch, hold in piece["notes"]:
        onsets[start, pitch - 21] = True
        sounding[start : start + hold, pitch - 21] = True
    return PianoRoll(onsets, sounding, tempo=piece["tempo"])


def test_a_test_has_as_many_pieces_of_people_as_of_machines(deck):
    assert deck["draw"] == {"human": 10, "model": 8, "baseline": 2}
    cards = pd.DataFrame(deck["cards"])
    assert dict(cards.value_counts(["part", "practice"])) == {
        ("human", False): 12,
        ("human", True): 1,
        ("model", False): 11,
        ("model", True): 1,
        ("baseline", False): 4,
    }
    assert cards.id.is_unique


def test_all_pieces_have_one_tempo_one_length_and_one_strength(deck):
    pieces = [card["piece"] for card in deck["cards"]]
    assert {(p["tempo"], p["length"], p["stepsPerQuarter"]) for p in pieces} == {
        (100.0, 128, 4)
    }
    assert {len(note) for piece in pieces for note in piece["notes"]} == {3}


def test_all_pieces_are_equally_loud(deck):
    for card in deck["cards"][::4]:
        piece = card["piece"]
        sound = piece["gain"] * mixed(perform(roll_of(piece)), load_piano())
        assert loudness(sound, RATE) == pytest.approx(TARGET_LOUDNESS, abs=0.05)


def test_notes_are_as_long_as_whoever_wrote_them_holds_them(widget, deck):
    excerpts = {each.id: each.roll for each in widget.screening.excerpts}
    for card in deck["cards"]:
        roll = roll_of(card["piece"])
        assert np.array_equal(roll.sounding, excerpts[card["id"]].sounding)
    lengths = {held for roll in excerpts.values() for *_, held in roll.notes()}
    assert len(lengths) > 2


def test_every_machine_excerpt_is_within_the_limit_for_copies(widget, deck):
    excerpts = {each.id: each for each in widget.screening.excerpts}
    machine = [card for card in deck["cards"] if card["part"] != "human"]
    assert machine
    for card in machine:
        assert excerpts[card["id"]].run.steps <= widget.screening.limit


def test_the_seed_chooses_the_excerpts_and_the_page_keeps_a_bounded_number():
    human = {"Bach": chance_tunes(30, seed=12)}
    one, other = (
        unpacked(blind_test(human, MODEL, training=TRAINING, seed=seed).deck)
        for seed in (0, 1)
    )
    assert one["edition"] != other["edition"]
    cards = [card for card in one["cards"] if card["part"] == "human"]
    assert len(cards) == POOL["human"] + 1


def test_the_same_seed_gives_the_same_excerpts(widget):
    again = blind_test(HUMAN, MODEL, BASELINE, training=TRAINING)
    assert again.deck == widget.deck


def test_without_a_baseline_ten_pieces_are_the_models():
    deck = unpacked(blind_test(HUMAN, MODEL, training=TRAINING).deck)
    assert deck["draw"] == {"human": 10, "model": 10, "baseline": 0}
    assert {card["part"] for card in deck["cards"]} == {"human", "model"}


def test_too_few_fit_excerpts_are_an_error_that_says_what_was_left_out():
    silent = [PianoRoll.from_plane(np.zeros((128, KEYS), bool))] * 5
    model = {"network": MODEL["network"][:4] + silent}
    with pytest.raises(ValueError, match="needs 11 model excerpts, and 4 are") as said:
        blind_test(HUMAN, model, training=TRAINING)
    assert "nearly empty" in str(said.value)


def test_another_grid_is_refused():
    coarse = PianoRoll.from_plane(HUMAN["Bach"][0].onsets, steps_per_quarter=8)
    with pytest.raises(ValueError, match="four steps per quarter"):
        blind_test({"Bach": [coarse]}, MODEL, training=TRAINING)


def test_the_widget_is_light_and_no_name_can_be_read_in_it(widget):
    assert isinstance(widget, BlindTest)
    full = blind_test(
        {"Bach": chance_tunes(40, seed=12, name="bwv")},
        {"network": chance_tunes(40, seed=13)},
        BASELINE,
        training=TRAINING,
    )
    assert len(full.deck) * 4 / 3 < 150_000
    for word in (b"Bach", b"network", b"bwv", b"human"):
        assert word not in full.deck


def random_answers(seed):
    """Twenty answers, of which the first ten are to machines."""
    generator = np.random.default_rng(seed)
    skill = generator.random()
    origins = np.repeat(["machine", "human"], 10)
    wrong = np.where(origins == "human", "machine", "human")
    right = generator.random(20) < skill
    return pd.DataFrame(
        {
            "origin": origins,
            "answer": np.where(right, origins, wrong),
            "confidence": generator.integers(1, 5, 20),
        }
    )


def test_the_page_finds_the_same_numbers_as_the_analysis():
    tables = [random_answers(seed) for seed in range(40)]
    tables += [random_answers(1).assign(answer=said) for said in ("human", "machine")]
    tables.append(random_answers(2).assign(answer=random_answers(2).origin))
    trials = [table.to_dict("records") for table in tables]
    pages = in_the_page("told.map((t) => detection.detection(t))", trials, "detection")
    for table, page in zip(tables, pages, strict=True):
        result = detect(table)
        assert (page["trials"], page["correct"]) == (result.trials, result.correct)
        for name, other in {
            "accuracy": "accuracy",
            "low": "low",
            "high": "high",
            "by_luck": "byLuck",
            "sensitivity": "sensitivity",
            "criterion": "criterion",
            "area": "area",
        }.items():
            assert page[other] == pytest.approx(getattr(result, name), abs=1e-6)
        curve = np.array(page["curve"]).T
        np.testing.assert_allclose(curve, rating_curve(table), atol=1e-12)


def test_the_page_has_the_exact_interval_of_every_result():
    from scipy.stats import binomtest

    pairs = [(k, n) for n in (1, 2, 7, 20, 60) for k in range(n + 1)]
    program = "told.map(([k, n]) => detection.exactInterval(k, n))"
    for (k, n), interval in zip(
        pairs, in_the_page(program, pairs, "detection"), strict=True
    ):
        span = binomtest(k, n).proportion_ci(method="exact")
        assert interval == pytest.approx([span.low, span.high], abs=1e-9)


TAKEN = """(() => {
  let state = trials.consented(trials.newTest(told.deck, told.test));
  state = trials.introduced(state, { training: "some", before: told.before });
  while (trials.stageOf(state) !== "results") {
    if (trials.stageOf(state) === "ready") state = trials.begun(state);
    const confidence = 1 + (state.answers.length % 4);
    state = trials.listened(state);
    state = trials.answered(trials.chosen(state, { answer: "human", confidence }));
  }
  return answers.answersOf(told.deck, state);
})()"""


def taken(folder, deck, test="0123456789abcdef", before=False):
    """Let the page's code take a test; return the path of its file."""
    inputs = {"deck": deck, "test": test, "before": before}
    file = in_the_page(TAKEN, inputs, "trials", "answers")
    path = folder / f"blind-test-{test}.json"
    path.write_text(json.dumps(file))
    return path


def test_the_pages_file_is_what_the_schema_wants(deck, tmp_path):
    listener = read_listener(taken(tmp_path, deck))
    assert (listener.test, listener.training) == ("0123456789abcdef", "some")
    assert len(listener.trials) == 20
    assert dict(listener.trials.origin.value_counts()) == {"human": 10, "machine": 10}
    assert set(listener.trials.composer) == {"Bach", "network", "random chords"}
    truth = {card["id"]: card["composer"] for card in deck["cards"]}
    for excerpt, composer in itertools.islice(
        zip(listener.trials.excerpt, listener.trials.composer, strict=True), 20
    ):
        assert truth[excerpt] == composer


def test_who_has_taken_the_test_before_is_reported_and_not_counted(deck, tmp_path):
    taken(tmp_path, deck)
    taken(tmp_path, deck, test="fedcba9876543210", before=True)
    answers = read_answers(tmp_path)
    assert [each.test for each in answers.listeners] == ["0123456789abcdef"]
    assert "had taken the test before" in answers.failures[0][1]
