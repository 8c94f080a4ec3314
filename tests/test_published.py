"""What a stranger meets first: addresses, versions, metadata, and the workflow."""

import json
import re
import struct
import tomllib
from pathlib import Path

import pytest
import yaml
from support.command_line import typed

import deepmusician
from deepmusician.widgets.page import repository

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
URLS = PROJECT["urls"]
OWNER, NAME = URLS["Repository"].removeprefix("https://github.com/").split("/")
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())
JOBS = WORKFLOW["jobs"]
STEPS = [(job, step) for job in JOBS for step in JOBS[job]["steps"]]
COPIES = {  # files that a reader takes the repository's address from
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "README.md", "_config.yml"),
    *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("book/*.ipynb")),
}


def names_of(kind, text):
    """Return the owner/name of this project's addresses in a text, as they stand."""
    patterns = {
        "repository": rf"github\.com/([\w.-]+/{NAME}|{OWNER}/[\w-]+)",
        "pages": rf"([\w-]+)\.github\.io/{NAME}",
    }
    return set(re.findall(patterns[kind], text))


def test_every_copy_of_the_repositorys_address_is_the_metadatas():
    for name in sorted(COPIES):
        found = names_of("repository", (ROOT / name).read_text(encoding="utf-8"))
        assert found == {f"{OWNER}/{NAME}"}, name
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert config["repository"]["url"] == URLS["Repository"]
    assert citation["repository-code"] == URLS["Repository"]
    assert citation["url"] == URLS["Homepage"]
    assert repository() == URLS["Repository"]


@pytest.mark.parametrize("folder", ["deepmusician", "experiments", "tools", "book"])
def test_no_other_file_has_a_copy(folder):
    kinds = {".py", ".js", ".toml", ".md", ".yml"}
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    assert files
    copied = [f for f in files if names_of("repository", f.read_text("utf-8"))]
    assert copied == []


def test_the_pages_are_where_the_repositorys_owner_has_them():
    assert URLS["Homepage"] == f"https://{OWNER}.github.io/{NAME}/"
    for name in ("README.md", "CITATION.cff"):
        assert names_of("pages", (ROOT / name).read_text()) == {OWNER}


def test_the_other_addresses_are_below_the_repositorys_and_the_pages():
    assert URLS["Issues"] == f"{URLS['Repository']}/issues"
    assert URLS["Changelog"] == f"{URLS['Repository']}/blob/main/CHANGELOG.md"
    page = URLS["Documentation"].removeprefix(URLS["Homepage"])
    assert (ROOT / page).with_suffix(".md").is_file()


def test_the_readme_begins_with_the_pages_and_the_zip_that_the_workflow_attaches():
    beginning = (ROOT / "README.md").read_text().split("![")[0]
    assert f"({URLS['Homepage']})" in beginning
    assert f"({URLS['Download']})" in beginning
    file = URLS["Download"].removeprefix(
        f"{URLS['Repository']}/releases/latest/download/"
    )
    uploads = [s["run"] for _, s in STEPS if "gh release upload" in s.get("run", "")]
    assert [file in run for run in uploads] == [True]


@pytest.mark.parametrize("name", ["README.md", "book/composer.md"])
def test_the_cards_are_pages_that_others_link_to(name):
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    pages = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    text = (ROOT / name).read_text()
    for card in ("model_card", "data_card"):
        assert f"book/{card}" in pages
        assert re.search(rf"<{card}>`|book/{card}\.html", text), (name, card)


def test_all_say_the_same_version():
    version = PROJECT["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    changes = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(\d[^\]]*)\]", changes, re.MULTILINE)
    assert headings[0] == version
    assert set(re.findall(r"^\[(\d[^\]]*)\]: ", changes, re.MULTILINE)) == {*headings}
    assert deepmusician.__version__ == str(citation["version"]) == version
    assert typed("--version").stdout == f"deepmusician {version}\n"


def test_the_metadata_says_whose_it_is_for_whom_and_under_which_terms():
    assert {"authors", "keywords", "readme", "description"} <= set(PROJECT)
    assert PROJECT["license"].split(" AND ")[0] == "MIT"
    files = [path for glob in PROJECT["license-files"] for path in ROOT.glob(glob)]
    assert ROOT / "LICENSE" in files
    assert not [c for c in PROJECT["classifiers"] if c.startswith("License ::")]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["authors"] == citation["authors"]


def test_the_workflow_tests_every_python_that_the_metadata_names():
    images = [
        job["container"].replace("${{ matrix.python }}", version)
        for job in (JOBS["test"], JOBS["check"])
        for version in job.get("strategy", {}).get("matrix", {}).get("python", [""])
    ]
    named = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if ":: 3." in c]
    assert images == [f"python:{version}-bookworm" for version in named]
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_every_command_of_the_workflow_is_there():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    lines = [line.strip() for _, s in STEPS for line in s.get("run", "").split("\n")]
    made = [line.split()[1] for line in lines if line.startswith("make ")]
    assert {"book", "check"} <= set(made) <= targets
    scripts = [line.split()[1] for line in lines if line.startswith("bash ")]
    assert scripts == [".ci/run"]
    assert all((ROOT / script).is_file() for script in scripts)
    for line in (ROOT / ".ci/run").read_text().splitlines():
        if line.startswith("make "):
            assert {*line.split()[1:]} <= targets, line


def test_the_workflow_asks_for_no_secret_and_for_few_rights():
    text = (ROOT / ".github/workflows/book.yml").read_text()
    assert "secrets." not in text
    assert WORKFLOW["permissions"] == {"contents": "read"}
    rights = {job: JOBS[job].get("permissions") for job in JOBS}
    assert {job: right for job, right in rights.items() if right} == {
        "pages": {"pages": "write", "id-token": "write"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }
    tagged = "startsWith(github.ref, 'refs/tags/v')"
    assert JOBS["release"]["if"] == JOBS["publish"]["if"] == tagged
    assert all(job["timeout-minutes"] <= 120 for job in JOBS.values())


def test_jobs_wait_for_those_whose_files_they_take():
    given = {s["with"]["name"]: job for job, s in STEPS if "upload-artifact" in str(s)}
    taken = [
        (job, s["with"]["name"]) for job, s in STEPS if "download-artifact" in str(s)
    ]
    assert len(taken) == 2
    for job, name in taken:
        assert given[name] in JOBS[job]["needs"]
        assert "test" in JOBS[job]["needs"]


def test_runs_are_kept_where_the_package_looks_for_them():
    cached = [s["with"]["path"] for _, s in STEPS if "actions/cache" in str(s)]
    assert cached == ["${{ env.DEEPMUSICIAN_CACHE }}"] * 2
    assert WORKFLOW["env"]["DEEPMUSICIAN_CACHE"].startswith("/")


def test_every_notebook_installs_the_package_from_the_repository():
    for path in ROOT.glob("book/*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        (colab,) = (source for source in sources if '"google.colab"' in source)
        assert f"git+{URLS['Repository']}" in colab


def test_the_picture_of_links_has_the_size_that_they_show():
    header = (ROOT / "assets/card.png").read_bytes()[:24]
    assert header[1:4] == b"PNG"
    assert struct.unpack(">II", header[16:24]) == (1200, 630)
