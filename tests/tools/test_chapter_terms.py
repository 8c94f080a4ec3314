"""The glossary, and that chapters link its words where they first use them."""

import pytest
from chapter_terms import EVERYDAY, first_use, glossary, links, prose, unlinked
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebooks import BOOK, read

CHAPTERS = {path.stem: read(path) for path in sorted(BOOK.glob("*.ipynb"))}


def chapter(*texts):
    return new_notebook(cells=[new_markdown_cell(text) for text in texts])


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_links_each_term_where_it_first_uses_it(name):
    assert list(unlinked(CHAPTERS[name])) == []


def test_every_word_of_the_glossary_is_linked_from_a_chapter():
    linked = {term for chapter in CHAPTERS.values() for term in links(chapter)}
    assert set(glossary()) - linked == set()


def test_the_glossary_is_in_order_and_has_each_word_once():
    words = [word.lower() for word in glossary()]
    music, learning = words[: words.index("accuracy")], words[words.index("accuracy") :]
    assert music == sorted(music)
    assert learning == sorted(learning)
    assert len(words) == len(set(words)) >= 40
    assert set(words) >= EVERYDAY


def test_a_use_before_the_link_is_named_with_its_cell():
    two = chapter("# Logits", "A logit, and {term}`logits <logit>`.")
    assert list(unlinked(two)) == [
        "'logit' is used in cell 1 without a link to the glossary"
    ]
    assert list(unlinked(chapter("A {term}`logit`, then a logit."))) == []


def test_a_second_link_and_a_word_that_is_not_explained_are_refused():
    assert list(unlinked(chapter("{term}`onset`, {term}`onset`, {term}`gazebo`"))) == [
        "the glossary does not have 'gazebo'",
        "'onset' is linked 2 times",
    ]


def test_everyday_words_need_no_link():
    assert list(unlinked(chapter("One step, one voice, and nothing to hear."))) == []


def test_code_formulas_headings_and_quotations_are_no_running_text():
    source = (
        '## Onsets\n`onset` $onset$ "an onset" {doc}`onset`\n```\nonset\n```\n'
        ":::{note} Onset\n| onset |\n$$\nonset\n$$\nand an onset"
    )
    assert prose(source).split() == ["and", "an", "onset"]
    assert len(prose(source)) == len(source)


def test_a_term_is_found_in_the_plural_hyphenated_and_across_lines():
    held = new_notebook(
        cells=[new_code_cell("held_out"), new_markdown_cell("so\nheld-out")]
    )
    assert first_use(held, "held out") == (1, 3)
    assert first_use(chapter("two hidden\nstates"), "hidden state") == (0, 4)
    assert first_use(chapter("the NLL"), "negative log-likelihood") == (0, 4)
    assert first_use(chapter("a threshold"), "hold") is None
