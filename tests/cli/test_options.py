"""Options: each says in a sentence what it is for, wherever it is used."""

from typing import get_args

import pytest

from deepmusician.cli import options
from deepmusician.model.network import NetworkConfig

OPTIONS = {
    name: get_args(value)[1]
    for name, value in vars(options).items()
    if get_args(value) and hasattr(get_args(value)[1], "help")
}


def test_there_are_options():
    assert len(OPTIONS) > 20


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_explained_in_whole_sentences(name):
    words = OPTIONS[name].help
    assert words[0].isupper()
    assert words.endswith(".")
    assert len(words) <= 80


def test_the_choices_are_those_that_the_network_knows():
    (choices, _) = get_args(options.Outputs)
    for outputs in get_args(choices):
        assert NetworkConfig(outputs=outputs).outputs == outputs
