"""Imports run one way, and the library of the chapters needs NumPy alone."""

import ast
import sys
from pathlib import Path

import pytest

LIB = Path(__file__).parents[1] / "lib"
OURS = {"backprop", "mathcheck", "book", "experiments"}
# What each package may import of ours, itself apart.
ALLOWED = {
    "backprop": set(),
    "mathcheck": set(),
    "book": {"mathcheck"},
    "experiments": {"backprop"},
}
# Modules of backprop that may import more than NumPy.
EXTRAS = {
    "backprop/training/loop.py": {"tqdm"},
    "backprop/data/download.py": {"pyarrow", "tqdm"},
    "backprop/data/mirror.py": {"pooch", "requests"},
}
MODULES = sorted(path.relative_to(LIB).as_posix() for path in LIB.rglob("*.py"))


def imported(path):
    """Yields the line and the top-level package of every import, inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = path.relative_to(LIB).parts[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, package if node.level else node.module.partition(".")[0]


def forbidden(module, path):
    """Returns what a module imports against the rules, as readable lines."""
    package = module.partition("/")[0]
    wrong = []
    for line, name in imported(path):
        if name in sys.stdlib_module_names or name == package:
            continue
        if name in OURS:
            fine = name in ALLOWED[package]
        else:
            fine = package != "backprop" or name == "numpy" or name in EXTRAS.get(module, ())
        if not fine:
            wrong.append(f"lib/{module}:{line} imports {name}")
    return wrong


def test_every_package_is_known():
    assert {module.partition("/")[0] for module in MODULES} <= OURS


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    assert forbidden(module, LIB / module) == []


@pytest.mark.parametrize(
    ("module", "line", "found"),
    [
        ("backprop/linear.py", "import scipy.linalg", "scipy"),
        ("backprop/linear.py", "from mathcheck.text.tree import Node", "mathcheck"),
        ("backprop/linear.py", "def f():\n    import tqdm", "tqdm"),
        ("mathcheck/tree.py", "import numpy, backprop", "backprop"),
        ("experiments/mnist_mlp.py", "from book import figures", "book"),
        ("book/pages.py", "from backprop import linear", "backprop"),
    ],
)
def test_a_wrong_import_is_found(tmp_path, monkeypatch, module, line, found):
    monkeypatch.setattr(sys.modules[__name__], "LIB", tmp_path)
    path = tmp_path / module
    path.parent.mkdir()
    path.write_text(line, encoding="utf-8")
    last = line.count("\n") + 1
    assert forbidden(module, path) == [f"lib/{module}:{last} imports {found}"]


def test_what_is_allowed_passes(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LIB", tmp_path)
    for module, line in [
        ("backprop/training/loop.py", "import math, numpy.random\nfrom tqdm.auto import tqdm"),
        ("backprop/data/mirror.py", "from .sources import FILES\nimport pooch"),
        ("experiments/x.py", "from backprop import linear\nimport matplotlib"),
        ("book/x.py", "import mathcheck.reader\nimport lxml"),
    ]:
        path = tmp_path / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line, encoding="utf-8")
        assert forbidden(module, path) == []
