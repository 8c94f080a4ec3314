"""Checks of settings: what each accepts, and how it names what it refuses."""

import math

import numpy as np
import pytest

from deepmusician.model import (
    check_choice,
    check_number,
    check_positive,
    check_whole,
    require,
)


@pytest.mark.parametrize("value", [1, 7, np.int64(3)])
def test_whole_numbers_of_any_kind_are_accepted(value):
    check_whole("size", value, least=1)


@pytest.mark.parametrize("value", [0, 1.0, True, "1", None])
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(ValueError, match="size must be a positive whole number, not"):
        check_whole("size", value, least=1)


def test_a_number_comes_back_as_a_float_within_its_bounds():
    assert isinstance(check_number("share", 1, 0, 1), float)
    assert check_number("share", np.float32(0.5)) == 0.5
    for value in (-0.1, 1.1, math.nan, "0", True):
        with pytest.raises(ValueError, match="share must be between 0 and 1, not"):
            check_number("share", value, 0, 1)
    with pytest.raises(ValueError, match="gamma must be a finite number from 0 up"):
        check_number("gamma", math.inf, 0)
    with pytest.raises(ValueError, match="shift must be a finite number, not"):
        check_number("shift", -math.inf)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "2", True])
def test_what_is_not_positive_and_finite_is_refused_by_name(value):
    assert check_positive("rate", 2) == 2.0
    with pytest.raises(ValueError, match="rate must be a positive number, not"):
        check_positive("rate", value)


def test_a_choice_names_all_that_there_are():
    check_choice("loss", "bce", ("bce", "focal"))
    with pytest.raises(ValueError, match="loss must be one of bce, focal, not 'x'"):
        check_choice("loss", "x", ("bce", "focal"))
    with pytest.raises(ValueError, match="size must be even, not 3"):
        require("size", 3, False, "even")
