"""What every chapter keeps to; `problems` lists where one does not."""

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

CHECKED = "nbval-check-output"
FIGURE = "figure"
LONGEST_CLAIM = 30  # lines of recorded output that a reader still takes in
EXERCISE = re.compile(r"^:{3,}\s*\{admonition\}\s*Exercise", re.MULTILINE)
BY_EAR = re.compile(r"^### By ear$", re.MULTILINE)
BOX = re.compile(
    r"\A# [^\n]+\n\n:::\{admonition\} In this chapter\n(.*?)\n:::", re.DOTALL
)
SAYS = ("**You will learn**", "**You need**", "**It takes** about ")
WORDS_PER_MINUTE, MINUTES_OFF = 150, 6  # with formulas, figures and code to look at
# No other package, and no --upgrade: Colab's own torch stays as it is.
INSTALL = re.compile(
    r'^ +%pip install -q "deepmusician\[book\] @ git\+https\S+"$', re.M
)
ANSWER = re.compile(r"^:{3,}\s*\{dropdown\}|^:class:.*\bdropdown\b", re.MULTILINE)


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def problems(chapter: NotebookNode) -> list[str]:
    """Return one sentence for each rule that the chapter breaks, in its order."""
    rules = (
        *(checked_claims, stray_outputs, definitions, figures, exercises, by_ear),
        *(opening_box, colab_cell),
    )
    return [problem for rule in rules for problem in rule(chapter)]


def code_cells(chapter: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield each code cell with its number in the notebook, from 0."""
    for number, cell in enumerate(chapter.cells):
        if cell.cell_type == "code":
            yield number, cell


def checked_claims(chapter: NotebookNode) -> Iterator[str]:
    """Yield what is wrong with the cells whose recorded output nbval compares."""
    checked = [(n, cell) for n, cell in code_cells(chapter) if CHECKED in tags(cell)]
    if len(checked) < 2:
        yield f"{len(checked)} cells tagged {CHECKED}; a chapter has at least 2"
    for number, cell in checked:
        if cell.execution_count is None:
            yield f"cell {number} is checked but has no execution count"
        if not cell.outputs:
            yield f"cell {number} is checked but has no recorded output"
        yield from unfit_outputs(number, cell)


def unfit_outputs(number: int, cell: NotebookNode) -> Iterator[str]:
    """Yield what makes a recorded output unfit to be compared as a claim."""
    for output in cell.outputs:
        kinds = set(output.get("data", {"text/plain": output.get("text", "")}))
        if output.output_type == "error":
            yield f"cell {number} records an error"
        elif output.get("name") == "stderr":
            yield f"cell {number} is checked but writes to stderr (a progress bar?)"
        elif kinds != {"text/plain"}:
            yield f"cell {number} is checked but records {', '.join(sorted(kinds))}"
    if len(recorded_text(cell).splitlines()) > LONGEST_CLAIM:
        yield f"cell {number} records more than {LONGEST_CLAIM} lines"


def recorded_text(cell: NotebookNode) -> str:
    """Return the text that a cell's recorded outputs show."""
    return "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def stray_outputs(chapter: NotebookNode) -> Iterator[str]:
    """Yield the unchecked cells that still carry what a run left in them."""
    for number, cell in code_cells(chapter):
        if CHECKED in tags(cell):
            continue
        if cell.outputs:
            yield f"cell {number} has outputs but is not checked: strip them"
        if cell.execution_count is not None:
            yield f"cell {number} has an execution count but is not checked"


def definitions(chapter: NotebookNode) -> Iterator[str]:
    """Yield the functions and classes that a chapter defines for itself."""
    for number, cell in code_cells(chapter):
        source = TransformerManager().transform_cell(cell.source)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield f"cell {number} defines {node.name}: it belongs in the package"
            elif assigns_lambda(node):
                yield f"cell {number} names a lambda: it belongs in the package"


def assigns_lambda(node: ast.AST) -> bool:
    """Return whether a statement gives a lambda a name."""
    assignments = ast.Assign | ast.AnnAssign | ast.NamedExpr
    return isinstance(node, assignments) and isinstance(node.value, ast.Lambda)


def figures(chapter: NotebookNode) -> Iterator[str]:
    """Yield the figures without caption, name or alternative text."""
    names = set()
    for number, cell in code_cells(chapter):
        settings = cell.metadata.get("mystnb", {})
        figure, image = settings.get("figure", {}), settings.get("image", {})
        if FIGURE not in tags(cell):
            if figure:
                yield f"cell {number} has a caption but is not tagged {FIGURE}"
            continue
        wanted = {"caption": figure, "name": figure, "alt": image}
        for key, given in wanted.items():
            if not str(given.get(key, "")).strip():
                yield f"cell {number} is a figure without {key}"
        if figure.get("name") in names:
            yield f"cell {number} reuses the figure name {figure['name']}"
        names.add(figure.get("name"))


def exercises(chapter: NotebookNode) -> Iterator[str]:
    """Yield what is missing from the exercises and their folded answers."""
    _, *parts = EXERCISE.split(prose(chapter))
    if len(parts) < 3:
        yield f"{len(parts)} exercises; a chapter has at least 3"
    for number, part in enumerate(parts, start=1):
        if not ANSWER.search(part):
            yield f"exercise {number} has no folded answer"


def by_ear(chapter: NotebookNode) -> Iterator[str]:
    """Yield a complaint unless three exercises and a player come under "By ear"."""
    _, *below = BY_EAR.split(prose(chapter))
    if not below or len(EXERCISE.findall(below[-1])) < 3:
        yield 'fewer than 3 exercises under "### By ear"'
    heard = [BY_EAR.search(cell.source) is not None for cell in chapter.cells]
    last = chapter.cells[heard.index(True) + 1 :] if any(heard) else []
    if last and not any("player(" in c.source for c in last if c.cell_type == "code"):
        yield "nothing to hear for the exercises by ear"


def opening_box(chapter: NotebookNode) -> Iterator[str]:
    """Yield what the box below the title lacks, or how far off its minutes are."""
    text = prose(chapter)
    if not (box := BOX.match(text)):
        yield "no box below the title: what you will learn, what you need, how long"
        return
    yield from (f"the box does not say {each}" for each in SAYS if each not in box[1])
    read = text.partition("\n## Try it yourself")[0]
    captions = (c.metadata.get("mystnb", {}).get("figure", {}) for c in chapter.cells)
    read += " ".join(figure.get("caption", "") for figure in captions)
    minutes = len(read.split()) / WORDS_PER_MINUTE
    said = re.search(r"about (\d+) minutes to read", box[1])
    if not said or abs(int(said[1]) - minutes) > MINUTES_OFF:
        yield f"reading it takes {minutes:.0f} minutes; the box says otherwise"


def prose(chapter: NotebookNode) -> str:
    """Return the chapter's text, without code."""
    cells = (c.source for c in chapter.cells if c.cell_type == "markdown")
    return "\n\n".join(cells)


def colab_cell(chapter: NotebookNode) -> Iterator[str]:
    """Yield a complaint if no hidden cell installs the package on Colab."""
    for _, cell in code_cells(chapter):
        if '"google.colab" in sys.modules' in cell.source:
            if "remove-cell" not in tags(cell):
                yield "the Colab cell is not tagged remove-cell"
            if "%env DEEPMUSICIAN_PRESET=quick" not in cell.source:
                yield "the Colab cell does not set the preset quick"
            if not INSTALL.search(cell.source):
                yield "the Colab cell does not install deepmusician[book] alone"
            return
    yield "no cell that installs the package on Colab"
