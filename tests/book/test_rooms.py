"""The rooms of `lib/book`: what is made imports what is known, and both what is shared."""

import ast
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[2] / "lib" / "book"
# What a module of each room may import of the others; those that stand outside, of all.
ROOMS = ["shared", "known", "made"]
# What scripts of figures draw with: they are loaded with Matplotlib, in a process of their own.
SCRIPTS = ["book.figures", "book.training_figures"]


def imported(path: Path) -> list[str]:
    """The modules of the book that a file imports, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        elif isinstance(node, ast.Import):
            found += [each.name for each in node.names]
    return [name for name in found if name.startswith("book.")]


def upwards(room: str, path: Path) -> list[str]:
    """What a file imports against the order of the rooms."""
    lower = ROOMS[: ROOMS.index(room) + 1]
    return [
        name
        for name in imported(path)
        if name.split(".")[1] not in lower
        and name.rpartition(".")[0] not in SCRIPTS
        and not (name in SCRIPTS and path.name == "draw.py")
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_down_the_rooms(room: str) -> None:
    wrong = {path.name: upwards(room, path) for path in (BOOK / room).glob("*.py")}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_an_import_upwards_is_found(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("def f():\n    from book.made import page\n    import book.plugin\n")
    assert upwards("known", path) == ["book.made", "book.made.page", "book.plugin"]
    assert upwards("made", path) == ["book.plugin"]


def test_nothing_is_held_by_a_module() -> None:
    """What a build knows is in objects; a cache of a module outlives what it was made of."""
    wrong = []
    for path in sorted(BOOK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Global):
                wrong.append(f"{path.name}:{node.lineno}: global")
            if isinstance(node, ast.FunctionDef) and any(
                ast.unparse(each).rpartition(".")[2].startswith(("cache(", "lru_cache"))
                or ast.unparse(each).rpartition(".")[2] == "cache"
                for each in node.decorator_list
            ):
                wrong.append(f"{path.name}:{node.lineno}: a cache")
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if {"pickle", "marshal", "shelve"} & set(names):
                wrong.append(f"{path.name}:{node.lineno}: a program as data")
    assert wrong == []
