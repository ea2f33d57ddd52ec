"""The commands: each is listed with what it does, and make knows what it needs."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LISTED = re.findall(r"(?m)^([a-z-]+):.*?## (.+)$", MAKEFILE)


def planned(target, folder):
    """What make would run for a target where nothing is installed yet."""
    command = ["make", "--dry-run", "--directory", str(folder), target, "NAME=mnist-mlp"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A folder that has what make looks at, and nothing that it makes."""
    folder = tmp_path_factory.mktemp("fresh")
    for name in ("Makefile", "pyproject.toml", "package-lock.json"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "requirements").mkdir()
    for path in (ROOT / "requirements").iterdir():
        if path.is_file():
            (folder / "requirements" / path.name).touch()
    return folder


def test_commands_are_listed_once_and_are_no_files():
    names = [name for name, _ in LISTED]
    assert len(names) > 15
    assert len(set(names)) == len(names)
    phony = re.search(r"(?m)^\.PHONY: (.+)$", MAKEFILE).group(1).split()
    assert sorted(phony) == sorted(names)


@pytest.mark.parametrize("name", [name for name, _ in LISTED])
def test_make_knows_what_a_command_needs(name, fresh):
    planned(name, fresh)


@pytest.mark.parametrize("address", [None, "", "book.example.org"])
def test_nothing_is_published_without_an_address(address, fresh):
    given = [] if address is None else [f"SITE_URL={address}"]
    command = ["make", "--directory", str(fresh), "publish", *given]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 2
    wanted = "Publishing needs the address of the site: make publish SITE_URL=https://"
    assert done.stderr.startswith(wanted)
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("serve", ["site", "site --node"]),
        ("test", ["test", "test --node"]),
        ("data", ["data"]),
        ("test-peers", ["test", "peers"]),
        ("bench", ["test", "peers", "bench"]),
        ("test-browser", ["site", "test", "test --node"]),
    ],
)
def test_what_is_installed_first(name, groups, fresh):
    plan = planned(name, fresh)
    assert re.findall(r"requirements/install\.py (\S+(?: --node)?)", plan) == groups


def test_continuous_integration_runs_all_that_a_browser_tests_but_the_examples():
    listed = re.search(r"BROWSER=\{([\w,]+)\}", (ROOT / ".ci" / "run").read_text())[1].split(",")
    there = {path.name.removesuffix(".test.mjs") for path in ROOT.glob("tests/browser/*.test.mjs")}
    assert listed == sorted(there - {"examples"})
