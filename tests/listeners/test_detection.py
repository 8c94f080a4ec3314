"""Detection: accuracy, sensitivity, ratings, agreement and power, by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from deepmusician.listeners import power
from deepmusician.listeners.answers import AnswersError, Listener
from deepmusician.listeners.detection import (
    agreement,
    by_listener,
    detect,
    rating_area,
    rating_curve,
    signal_detection,
    who_fooled,
)


def trials(machine, human, confidence=2):
    """Answers to the machine's pieces, then to the human ones: "m" or "h" each."""
    named = {"m": "machine", "h": "human"}
    rows = [
        {"excerpt": f"{origin}-{n}", "origin": origin, "answer": named[answer]}
        for origin, answers in (("machine", machine), ("human", human))
        for n, answer in enumerate(answers)
    ]
    return pd.DataFrame(rows).assign(confidence=confidence, composer="somebody")


def test_accuracy_comes_with_the_interval_of_clopper_and_pearson():
    detection = detect(trials("mmmmmmmmhh", "hhhhhhhhmm"))
    assert (detection.trials, detection.correct, detection.accuracy) == (20, 16, 0.8)
    assert (detection.low, detection.high) == pytest.approx((0.5634, 0.9427), abs=1e-4)
    assert detection.by_luck == pytest.approx(6196 / 2**20)  # C(20, 16) + … + C(20, 20)


def test_sensitivity_and_criterion_by_hand():
    # (8 + 1/2) / 11 and (2 + 1/2) / 11: the quantiles are ± 0.7479
    sensitivity, criterion = signal_detection(trials("mmmmmmmmhh", "hhhhhhhhmm"))
    assert sensitivity == pytest.approx(2 * 0.74786, abs=1e-4)
    assert criterion == pytest.approx(0, abs=1e-12)


def test_perfect_answers_have_a_finite_sensitivity():
    sensitivity, _ = signal_detection(trials("m" * 10, "h" * 10))
    assert 3 < sensitivity < 4


def test_who_says_human_whatever_they_hear_has_a_criterion_and_no_sensitivity():
    sensitivity, criterion = signal_detection(trials("h" * 10, "h" * 10))
    assert sensitivity == pytest.approx(0)
    assert criterion > 1


def test_one_kind_of_piece_alone_has_no_sensitivity():
    detection = detect(trials("mmhh", ""))
    assert detection.accuracy == 0.5
    assert math.isnan(detection.sensitivity)
    assert math.isnan(detection.area)
    with pytest.raises(AnswersError, match="both human and machine"):
        rating_curve(trials("mmhh", ""))


def test_the_curve_has_a_point_for_each_rating_and_its_area_is_right():
    judged = trials("mmh", "hhm", confidence=[4, 1, 2, 4, 1, 3])
    # machine rated 4, 1, -2; human rated -4, -1, 3: 7 of 9 pairs are in order
    pairs = np.mean([m > h for m in (4, 1, -2) for h in (-4, -1, 3)])
    assert rating_area(judged) == pytest.approx(pairs)
    alarms, hits = rating_curve(judged)
    assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)
    assert len(alarms) == 6 + 1
    assert (np.diff(alarms) >= 0).all()


def test_confidence_helps_the_area_and_not_the_accuracy():
    sure_when_right = trials("mmmh", "hhhm", confidence=[4, 4, 4, 1, 4, 4, 4, 1])
    sure_when_wrong = trials("mmmh", "hhhm", confidence=[1, 1, 1, 4, 1, 1, 1, 4])
    assert detect(sure_when_right).accuracy == detect(sure_when_wrong).accuracy
    assert rating_area(sure_when_right) > rating_area(sure_when_wrong)


def test_nobody_is_an_error_and_not_a_number():
    with pytest.raises(AnswersError, match="nobody"):
        detect(trials("", ""))


def test_listeners_have_a_row_each():
    listeners = [
        Listener("one", "none", trials("mm", "hh")),
        Listener("two", "years", trials("hh", "mm")),
    ]
    table = by_listener(listeners)
    assert list(table.test) == ["one", "two"]
    assert list(table.accuracy) == [1.0, 0.0]


def test_the_pieces_that_fooled_come_first():
    judged = pd.concat([trials("hm", "h"), trials("hh", "m"), trials("hm", "h")])
    table = who_fooled(judged)
    assert list(table.excerpt) == ["machine-0", "machine-1"]
    assert list(table.fooled) == pytest.approx([1, 1 / 3])
    assert list(table.trials) == [3, 3]


def answers_of(*answers):
    """The same excerpts judged by several listeners; "." where one did not judge it."""
    named = {"m": "machine", "h": "human"}
    rows = [
        {"excerpt": str(n), "answer": named[answer]}
        for one in answers
        for n, answer in enumerate(one)
        if answer != "."
    ]
    return pd.DataFrame(rows)


def test_agreement_is_one_when_all_agree_and_below_zero_when_they_contradict():
    assert agreement(answers_of("mhmh", "mhmh", "mh.h")) == pytest.approx(1)
    assert agreement(answers_of("mhmh", "hmhm")) < 0


def test_agreement_by_hand():
    # two listeners, 10 excerpts, 2 disagreements: o = 2 · 2 of 20 values differ;
    # 12 times "m" and 8 times "h": expected 2 · 12 · 8 / 19
    alpha = agreement(answers_of("mmmmmmhhhh", "mmmmmhmhhh"))
    assert alpha == pytest.approx(1 - (4) / (2 * 12 * 8 / 19))


def test_agreement_needs_an_excerpt_that_two_have_judged():
    assert math.isnan(agreement(answers_of("mh..", "..mh")))
    assert agreement(answers_of("mmm", "mmm")) == 1.0


def test_a_study_finds_nothing_where_there_is_nothing_and_more_listeners_find_more():
    assert power(1, 0.5) <= 0.05
    assert power(50, 0.5) <= 0.05
    assert power(10, 0.6) > power(2, 0.6)
    assert power(30, 0.6) > 0.95


def test_power_by_hand():
    # one listener, five trials: all five must be right (1/32 < 5 %, 6/32 is not)
    assert power(1, 0.9, trials=5) == pytest.approx(0.9**5)


@pytest.mark.parametrize("wrong", [(0, 0.5, 20), (1, 1.5, 20), (1, 0.5, 0)])
def test_impossible_studies_are_refused(wrong):
    with pytest.raises(ValueError, match="power needs"):
        power(*wrong)
