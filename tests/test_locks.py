"""The pins: all that is asked for, each with its hashes, and no place to fetch from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# What a line of a lock may be: a requirement, one of its hashes, or where it is wanted.
LINE = re.compile(
    r"(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;]+)( ; [^\\/:]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    r"|    # via( \S+)?( \([^/]*\))?"
    r"|(# The following packages were excluded from the output:|# docopt)?"
    r"|    #   (-c requirements/test\.txt|[\w.\[\]-]+( \([^/]*\))?)"
)


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement).group().lower().replace("_", "-")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_hashes_and_no_addresses(lock):
    lines = lock.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    pinned = [n for n, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
    assert len(pinned) > 3
    for n in pinned:
        assert "--hash" in lines[n + 1], lines[n]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_all_that_its_group_asks_for(lock):
    groups = ["site", "test"] if lock.stem == "test" else [lock.stem]
    wanted = {name_of(requirement) for group in groups for requirement in GROUPS[group]}
    wanted |= {name_of(requirement) for requirement in PROJECT["project"]["dependencies"]}
    found = {match["name"] for match in map(LINE.fullmatch, lock.read_text().splitlines()) if match}
    assert wanted - found == set(), "`make lock` pins them"


def test_pyarrow_is_wanted_for_fetching_alone():
    assert {lock.stem for lock in LOCKS if "\npyarrow==" in lock.read_text()} == {"data"}


def test_the_lock_of_node_names_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 5
    assert [name for name, package in packages.items() if "resolved" in package] == []
    unhashed = [name for name, package in packages.items() if name and "integrity" not in package]
    assert unhashed == []
