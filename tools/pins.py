"""Write constraints.txt and environment.yml from what is installed here.

constraints.txt pins all that the set-up installs; environment.yml, for conda and
Binder, what a reader needs to run the chapters.

Run it with the .venv's Python after changing the dependencies in pyproject.toml.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CONSTRAINTS = """\
# Every package that the set-up installs; `make pins` writes this file.
# Packages that only other platforms need are left to pip.
"""
ENVIRONMENT = """\
# For conda and Binder: what a reader needs, as constraints.txt pins it, and a torch for
# the CPU; `make pins` writes this file.
name: deep-musician
channels:
  - conda-forge
dependencies:
  - python{python},<3.14
  - pip
  - pip:
      - --extra-index-url https://download.pytorch.org/whl/cpu
"""
READERS = ("book",)  # the extra that the chapters need


def requirements(*extras: str) -> list[Requirement]:
    """Return what pyproject.toml asks for with these extras, but for the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for e in extras for line in optional[e])]
    wanted = [Requirement(line) for line in lines]
    return [need for need in wanted if need.name != project["name"]]


def installed(wanted: list[Requirement]) -> dict[str, str]:
    """Return the public version of each package that the wanted ones need here."""
    versions: dict[str, str] = {}
    queue = [(need, ("",)) for need in wanted]
    seen = set()
    while queue:
        need, extras = queue.pop()
        name = canonicalize_name(need.name)
        key = (name, frozenset(need.extras))
        applies = need.marker is None or any(
            need.marker.evaluate({"extra": extra}) for extra in extras
        )
        if not applies or key in seen:
            continue
        seen.add(key)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        versions[name] = re.sub(r"\+.*", "", package.version)  # 2.13.0+cpu is 2.13.0
        below = ("", *need.extras)
        queue += [(Requirement(line), below) for line in package.requires or []]
    return dict(sorted(versions.items()))


def pins(*extras: str) -> list[str]:
    """Return a line for each package that the package with these extras needs here."""
    versions = installed(requirements(*extras))
    return [f"{name}=={version}" for name, version in versions.items()]


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    everything = pins(*project["optional-dependencies"])
    (ROOT / "constraints.txt").write_text(CONSTRAINTS + "\n".join(everything) + "\n")
    install = *pins(*READERS), f"-e .[{','.join(READERS)}]"
    lines = [f"      - {line}" for line in install]
    head = ENVIRONMENT.format(python=project["requires-python"])
    (ROOT / "environment.yml").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
