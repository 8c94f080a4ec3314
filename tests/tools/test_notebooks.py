from collections import Counter
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

ROOT = Path(__file__).parents[2]

from chapter_rules import problems  # noqa: E402
from notebooks import read, strip, write  # noqa: E402

CHAPTERS = [
    "data_representation",
    "class_imbalance",
    "focal_loss",
    "architecture",
    "training",
    "listening_tests",
    "published_record",
    "notes_that_last",
    "music_as_language",
]
EXERCISE = """\
:::{admonition} Exercise
How many keys has a piano?
:::

:::{dropdown} Answer
88.
:::
"""
OPENING = """\
# Pianos

:::{admonition} In this chapter
:class: tip

- **You will learn** how many keys a piano has.
- **You need** a piano.
- **It takes** about 1 minutes to read.
:::

## Try it yourself

### By ear
"""
COLAB = """\
import sys

if "google.colab" in sys.modules:
    %env DEEPMUSICIAN_PRESET=quick
    %pip install -q "deepmusician[book] @ git+https://example.org/deep-musician"
"""


def claim(text):
    return new_code_cell(
        f"print({text!r})",
        metadata={"tags": ["nbval-check-output"]},
        execution_count=1,
        outputs=[new_output("stream", name="stdout", text=text)],
    )


@pytest.fixture
def chapter():
    figure = {
        "tags": ["figure"],
        "mystnb": {
            "figure": {"caption": "A roll", "name": "fig-roll"},
            "image": {"alt": "Four notes that rise"},
        },
    }
    colab = new_code_cell(COLAB, metadata={"tags": ["remove-cell"]})
    return new_notebook(
        cells=[
            colab,
            claim("88"),
            claim("1.25 %"),
            new_code_cell("plot(roll)", metadata=figure),
            new_markdown_cell(OPENING),
            new_code_cell("player(roll)"),
            *[new_markdown_cell(EXERCISE) for _ in range(3)],
        ]
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_of_the_book_keeps_the_rules(name):
    assert problems(read(ROOT / "book" / f"{name}.ipynb")) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_is_committed_stripped(name):
    chapter = read(ROOT / "book" / f"{name}.ipynb")
    assert strip(deepcopy(chapter)) == chapter


def test_no_two_chapters_give_a_figure_the_same_name():
    chapters = [read(ROOT / "book" / f"{name}.ipynb") for name in CHAPTERS]
    cells = [cell for chapter in chapters for cell in chapter.cells]
    figures = [cell.metadata.get("mystnb", {}).get("figure", {}) for cell in cells]
    names = Counter(figure["name"] for figure in figures if figure)
    assert [name for name, times in names.items() if times > 1] == []


def test_the_table_of_contents_has_the_chapters_in_order():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"][0]["chapters"]
    assert [entry["file"] for entry in contents] == [f"book/{n}" for n in CHAPTERS]


def test_a_chapter_that_keeps_the_rules_has_no_problem(chapter):
    assert problems(chapter) == []


def test_one_checked_claim_is_too_few(chapter):
    del chapter.cells[2]
    assert problems(chapter) == [
        "1 cells tagged nbval-check-output; a chapter has at least 2"
    ]


def test_a_checked_claim_needs_its_execution_count_and_its_output(chapter):
    chapter.cells[1].execution_count = None
    chapter.cells[2].outputs = []
    assert problems(chapter) == [
        "cell 1 is checked but has no execution count",
        "cell 2 is checked but has no recorded output",
    ]


def test_a_recorded_error_or_picture_is_no_claim(chapter):
    error = new_output("error", ename="ValueError", evalue="", traceback=[])
    picture = new_output("display_data", data={"image/png": "", "text/plain": ""})
    chapter.cells[1].outputs = [error]
    chapter.cells[2].outputs = [picture]
    assert problems(chapter) == [
        "cell 1 records an error",
        "cell 2 is checked but records image/png, text/plain",
    ]


def test_a_claim_may_not_change_with_a_progress_bar(chapter):
    bar = new_output("stream", name="stderr", text="90 %")
    chapter.cells[1].outputs.append(bar)
    assert problems(chapter) == [
        "cell 1 is checked but writes to stderr (a progress bar?)"
    ]


def test_a_claim_of_many_lines_is_refused(chapter):
    chapter.cells[1].outputs[0].text = "note\n" * 31
    assert problems(chapter) == ["cell 1 records more than 30 lines"]


def test_outputs_outside_checked_cells_are_refused(chapter):
    chapter.cells[3].outputs = [new_output("stream", text="epoch 1")]
    chapter.cells[3].execution_count = 4
    assert problems(chapter) == [
        "cell 3 has outputs but is not checked: strip them",
        "cell 3 has an execution count but is not checked",
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def density(roll):\n    return 1", "defines density"),
        ("class Roll:\n    pass", "defines Roll"),
        ("if True:\n    async def load(): ...", "defines load"),
        ("density = lambda roll: 1", "names a lambda"),
        ("(density := lambda roll: 1)(2)", "names a lambda"),
    ],
)
def test_what_a_cell_defines_belongs_in_the_package(chapter, source, problem):
    chapter.cells.append(new_code_cell(source))
    assert problems(chapter) == [f"cell 9 {problem}: it belongs in the package"]


def test_a_lambda_passed_on_and_a_magic_are_fine(chapter):
    chapter.cells.append(
        new_code_cell("%matplotlib inline\nsorted(a, key=lambda n: n)")
    )
    assert problems(chapter) == []


@pytest.mark.parametrize(
    ("part", "key"), [("figure", "caption"), ("figure", "name"), ("image", "alt")]
)
def test_a_figure_needs_caption_name_and_alternative_text(chapter, part, key):
    chapter.cells[3].metadata.mystnb[part][key] = " "
    assert problems(chapter) == [f"cell 3 is a figure without {key}"]


def test_a_caption_without_the_figure_tag_is_refused(chapter):
    chapter.cells[3].metadata.tags = []
    assert problems(chapter) == ["cell 3 has a caption but is not tagged figure"]


def test_two_figures_cannot_share_a_name(chapter):
    chapter.cells.append(chapter.cells[3])
    assert problems(chapter) == ["cell 9 reuses the figure name fig-roll"]


def test_a_chapter_has_three_exercises_each_with_a_folded_answer(chapter):
    chapter.cells[8] = new_markdown_cell(EXERCISE.split("\n\n")[0])
    assert problems(chapter) == ["exercise 3 has no folded answer"]
    del chapter.cells[8]
    assert problems(chapter)[0] == "2 exercises; a chapter has at least 3"


def test_three_exercises_come_after_something_to_hear(chapter):
    silent = deepcopy(chapter)
    del silent.cells[5]
    assert problems(silent) == ["nothing to hear for the exercises by ear"]
    fewer = ['fewer than 3 exercises under "### By ear"']
    chapter.cells.append(new_markdown_cell(EXERCISE))
    del chapter.cells[6:8]
    chapter.cells[4].source += f"\n{EXERCISE}"
    assert problems(chapter) == []
    chapter.cells[4].source = chapter.cells[4].source.replace("### By", "### Not by")
    assert problems(chapter) == fewer


def test_a_chapter_opens_with_a_box_that_says_three_things(chapter):
    title = chapter.cells[4]
    title.source = title.source.replace("**You need**", "**You have**")
    assert problems(chapter) == ["the box does not say **You need**"]
    title.source = title.source.replace("{admonition} In this", "{note} In this")
    assert problems(chapter) == [
        "no box below the title: what you will learn, what you need, how long"
    ]


def test_the_box_says_about_how_long_the_chapter_is_to_read(chapter):
    figure = chapter.cells[3].metadata.mystnb["figure"]
    figure["caption"] = "four notes that rise " * 450
    assert problems(chapter) == ["reading it takes 12 minutes; the box says otherwise"]
    title = chapter.cells[4]
    title.source = title.source.replace("about 1 minutes", "about 10 minutes")
    assert problems(chapter) == []


def test_an_answer_may_be_an_admonition_that_folds(chapter):
    folded = EXERCISE.replace(
        ":::{dropdown} Answer", ":::{admonition} Answer\n:class: tip, dropdown"
    )
    chapter.cells[6] = new_markdown_cell(folded)
    assert problems(chapter) == []


def test_the_colab_cell_exists_is_hidden_and_says_which_preset(chapter):
    chapter.cells[0].metadata.tags = []
    assert problems(chapter) == ["the Colab cell is not tagged remove-cell"]
    chapter.cells[0].source = COLAB.replace("%env", "# ")
    assert "the Colab cell does not set the preset quick" in problems(chapter)
    chapter.cells[0].source = "import sys"
    assert problems(chapter) == ["no cell that installs the package on Colab"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("%pip", "# "), ("[book]", ""), ("-q", "-q -U"), ("-q", "-q torch==2.13.0")],
)
def test_the_colab_cell_installs_the_books_extra_and_nothing_else(
    chapter, right, wrong
):
    chapter.cells[0].source = COLAB.replace(right, wrong)
    assert problems(chapter) == [
        "the Colab cell does not install deepmusician[book] alone"
    ]


def test_stripping_keeps_the_claims_and_nothing_else_of_a_run(chapter):
    bare = deepcopy(strip(chapter))
    ran = deepcopy(bare)
    ran.metadata["widgets"] = {"state": {}}
    ran.cells[1].metadata["execution"] = {"iopub.execute_input": "now"}
    ran.cells[3].execution_count = 4
    ran.cells[3].outputs = [new_output("stream", text="epoch 1")]
    assert strip(ran) == bare


def test_stripping_keeps_the_text_of_a_table_and_drops_its_html(chapter):
    table = {"text/plain": "  nll\n0  1.9", "text/html": "<table></table>"}
    chapter.cells[1].outputs = [new_output("execute_result", data=table)]
    assert strip(chapter).cells[1].outputs[0].data == {"text/plain": "  nll\n0  1.9"}


def test_a_chapter_comes_back_from_its_file_as_it_was_written(chapter, tmp_path):
    write(strip(chapter), tmp_path / "chapter.ipynb")
    assert read(tmp_path / "chapter.ipynb") == chapter
    assert [path.name for path in tmp_path.iterdir()] == ["chapter.ipynb"]
    nbformat.validate(chapter)
