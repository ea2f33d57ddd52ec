"""Editions and commits: one version everywhere, and titles that can be read in a list."""

import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEADING = re.compile(r"^## (?:Unreleased|(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\))$")


def editions():
    """Version and date of each edition in the list of changes, the newest first."""
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    headings = [line for line in lines if line.startswith("## ")]
    matches = [HEADING.match(line) for line in headings]
    assert all(matches), headings
    return [match.groups() for match in matches if match.group(1)]


def test_the_newest_edition_is_the_one_that_is_cited_and_installed():
    version, date = editions()[0]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"(?m)^version: (\S+)$", citation).group(1) == version
    assert re.search(r'(?m)^date-released: "(\S+)"$', citation).group(1) == date
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version
    manual = (ROOT / "docs" / "reference" / "mathcheck.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^ *rev: (\S+)$", manual) == [f"v{version}"]


def test_editions_come_newest_first():
    found = [(tuple(map(int, version.split("."))), date) for version, date in editions()]
    assert found == sorted(found, reverse=True)
    assert len({version for version, _ in found}) == len(found)


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize(("version", "date"), editions())
def test_every_edition_has_its_tag(version, date):
    """The tag is on a commit of that version; a clone may have been made without tags."""
    tags = (git("tag", "--list", "v*") or "").split()
    if not tags:
        pytest.skip("there are no tags here")
    assert f"v{version}" in tags
    citation = git("show", f"v{version}:CITATION.cff")
    assert re.search(r"(?m)^version: (\S+)$", citation).group(1) == version
    assert re.search(r'(?m)^date-released: "(\S+)"$', citation).group(1) == date


def complaint(message):
    path = ROOT / ".ci" / "commit_message.py"
    spec = spec_from_file_location("commit_message", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.complaint(message)


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("Say what it does\n\nAnd why.", None),
        ("Say what it does", None),
        ("Say what it does\n# comment of git\n", None),
        ("x" * 72, None),
        ("x" * 73, "the first line has 73 characters, at most 72 are wanted"),
        ("", "the first line is empty"),
        ("# only comments", "the first line is empty"),
        ("Say what it does.", "ends with a full stop"),
        ("Say what it does\nand go on", "the second line is not empty"),
    ],
)
def test_titles_of_commits(message, wrong):
    found = complaint(message)
    assert (found is None) == (wrong is None)
    assert wrong is None or wrong in found


def test_the_hook_refuses(tmp_path):
    (tmp_path / "message").write_text("x" * 80)
    command = [sys.executable, ROOT / ".ci" / "commit_message.py", tmp_path / "message"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("commit message: the first line has 80 characters")


def test_commits_that_can_still_be_mended_have_titles():
    """Those that are not pushed yet; what is pushed stays as it is."""
    hashes = git("rev-list", "--no-merges", "@{upstream}..HEAD")
    if hashes is None:
        pytest.skip("there is no branch to push to")
    for commit in hashes.split():
        wrong = complaint(git("log", "-1", "--format=%B", commit))
        assert wrong is None, f"{commit[:7]}: {wrong} (git commit --amend)"
