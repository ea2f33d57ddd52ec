"""The four wings of the checker: imports run one way, and its digest covers every room."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest

import mathcheck
from mathcheck.claims.cache import source_digest

HOUSE = Path(mathcheck.__file__).parent
WINGS = ["text", "meaning", "values", "claims"]
MODULES = sorted(path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py"))


def backward(module, source):
    """Returns the imports of a module that run back, against the order of the wings."""
    wing = module.partition("/")[0]
    if wing not in WINGS:  # the doors: the command line, the plugin, the package itself
        return []
    allowed = WINGS[: WINGS.index(wing) + 1]
    wrong = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if name.startswith(".") or (
                package == "mathcheck" and rest.partition(".")[0] not in allowed
            ):
                wrong.append(f"{module}:{node.lineno} imports {name}")
    return wrong


def test_every_room_is_in_a_wing():
    assert {path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists()} == set(WINGS)
    at_the_door = {module for module in MODULES if "/" not in module}
    assert at_the_door == {"__init__.py", "__main__.py", "collection.py", "plugin.py"}


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module):
    assert backward(module, (HOUSE / module).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("text/tree.py", "from mathcheck.meaning.terms import Term"),
        ("text/tree.py", "def f():\n    import mathcheck.values.numbers"),
        ("meaning/terms.py", "from mathcheck.values import numbers"),
        ("values/numbers.py", "from mathcheck import claims"),
        ("claims/report.py", "from mathcheck import plugin"),
        ("claims/report.py", "from mathcheck import Chapter"),
        ("values/numbers.py", "from . import draws"),
    ],
)
def test_an_import_that_runs_back_is_found(module, line):
    assert len(backward(module, line)) == 1


def test_what_runs_forward_is_allowed():
    source = "import math\nimport numpy as np\nfrom mathcheck.text import tree\n"
    assert backward("claims/report.py", source + "from mathcheck.claims import chapter") == []


def test_errors_stand_in_one_place():
    found = set()
    for module in MODULES:
        for node in ast.walk(ast.parse((HOUSE / module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                if any(base.endswith(("Error", "Exception")) for base in bases):
                    found.add(module)
    assert found == {"text/errors.py"}


def test_the_digest_covers_every_source_file(monkeypatch, tmp_path):
    sources = [*MODULES, "text/grammar.lark"]
    for name in sources:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((HOUSE / name).read_bytes())
    assert {p.relative_to(HOUSE).as_posix() for p in HOUSE.rglob("*.lark")} == {sources[-1]}

    def digest():
        source_digest.cache_clear()
        monkeypatch.setattr("mathcheck.claims.cache.files", lambda name: tmp_path)
        try:
            return source_digest()
        finally:
            monkeypatch.undo()
            source_digest.cache_clear()

    before = digest()
    for name in sources:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content + b"\n")
        assert digest() != before, name
        (tmp_path / name).write_bytes(content)
    assert digest() == before
    (tmp_path / "claims/report.py").rename(tmp_path / "claims/reports.py")
    assert digest() != before


def test_the_grammar_is_found_where_it_is_installed():
    assert files("mathcheck.text").joinpath("grammar.lark").is_file()
