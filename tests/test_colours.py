"""Who has which colour: one role for a label, found by what it says."""

import pytest

from deepmusician.colours import COLOURS, ROLE_NAMES, role_of


@pytest.mark.parametrize("role", COLOURS)
def test_a_role_is_its_own_and_has_a_name(role):
    assert role_of(role) == role
    assert ROLE_NAMES[role]


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Bach, a chord per quarter", "human"),
        ("MOZART", "human"),
        ("Independent keys", "independent"),
        ("the report's network, trained", "independent"),
        ("Dependent keys", "dependent"),
        ("the composer's network", "dependent"),
        ("BCE, alpha 0.5", "bce"),
        ("focal loss, gamma 2", "focal"),
        ("a chain of chords", "baseline"),
    ],
)
def test_a_label_has_the_role_that_it_names(label, role):
    assert role_of(label) == role


def test_independent_is_not_taken_for_dependent():
    assert "dependent" in "independent outputs"
    assert role_of("independent outputs") == "independent"


def test_a_label_without_a_clue_has_the_role_asked_for():
    assert role_of("something else", otherwise="human") == "human"
