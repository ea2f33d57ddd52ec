"""The wheel: what is in it, and that all of its examples run where it alone is installed."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A wheel built of a copy without anything that building has left before, and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in ("backprop", "mathcheck"):
        built = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "lib" / package, source / "lib" / package, ignore=built)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-I", "-m", "pip", "wheel", "--quiet", "--no-deps"]
    build += ["--no-build-isolation", "--no-index", "--wheel-dir", str(folder), "./source"]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_two_packages_and_their_data(unpacked):
    assert {path.name for path in unpacked.iterdir() if "." not in path.name} == {
        "backprop",
        "mathcheck",
    }
    samples = {path.name for path in (ROOT / "lib/backprop/data/samples").iterdir()}
    assert {path.name for path in (unpacked / "backprop/data/samples").iterdir()} == samples
    for module in (ROOT / "lib").glob("backprop/**/*.py"):
        assert (unpacked / module.relative_to(ROOT / "lib")).is_file(), module


EXAMPLES = """
import doctest, importlib, pkgutil, sys
import backprop
assert backprop.__file__.startswith(sys.argv[1]), backprop.__file__
attempted = 0
for module in pkgutil.walk_packages(backprop.__path__, "backprop."):
    loaded = importlib.import_module(module.name)
    result = doctest.testmod(loaded, optionflags=doctest.ELLIPSIS)  # as pytest has it
    attempted += result.attempted
    if result.failed:
        sys.exit(f"{module.name} has examples that fail")
assert attempted > 100
from backprop.data.sources import data_folder, fetching
print(data_folder())
print(fetching())
"""


def run(unpacked, tmp_path, **environment):
    """Runs the examples where nothing of the repository is to be found."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("BACKPROP_DATA", "PYTHONPATH", "XDG_CACHE_HOME")
    }
    return subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", EXAMPLES, str(unpacked)],
        env=kept | {"PYTHONPATH": str(unpacked), "HOME": str(tmp_path)} | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )


def test_its_examples_run_and_its_data_lie_in_the_users_cache(unpacked, tmp_path):
    done = run(unpacked, tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stdout + done.stderr
    folder, command = done.stdout.splitlines()[-2:]
    if sys.platform == "linux":
        assert folder == str(tmp_path / "cache" / "backprop-line-by-line")
    assert not folder.startswith(str(unpacked))
    assert command == "`python -m backprop.data.download`"
    assert not list(unpacked.rglob("full")), "data lie beside the code"
