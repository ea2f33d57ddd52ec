"""The code of a chapter's notebook: what the page shows and what its examples do, as cells.

On the page each function lives in its module. In a notebook all cells share one namespace, and what
a cell shows is what later cells use, so that a reader may change it. What cells use and no cell
before them defines is imported, from where it is at home.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from doctest import DocTestParser

from book.known.extract import Modules
from book.known.source import Excerpt

__all__ = ["Cell", "Cells", "Names"]

_WIDTH = 72
_FAILS = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Cell:
    """A cell of code.

    Attributes:
        source: the code.
        output: what it says, as the page has it; empty if nothing.
        printed: whether it prints that; if not, it is the value of its last line.
    """

    source: str
    output: str = ""
    printed: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a piece of code.

    Attributes:
        bound: those that it binds.
        used: those that it needs, without Python's own.
    """

    bound: frozenset[str]
    used: frozenset[str]

    @staticmethod
    def of(source: str) -> Names:
        """Finds them."""
        table = symtable.symtable(source, "cell", "exec")
        symbols = table.get_symbols()
        bound = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
        used = {each.get_name() for each in symbols if each.is_referenced()}
        waiting = list(table.get_children())
        while waiting:
            inner = waiting.pop()
            waiting += inner.get_children()
            used |= {each.get_name() for each in inner.get_symbols() if each.is_global()}
        return Names(frozenset(bound), frozenset(used - set(dir(builtins))))


class Cells:
    """Makes the cells of a notebook, in order.

    Args:
        modules: of the packages.

    Attributes:
        wanted: the imports that stand at the top of the notebook, by name.
    """

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._homes: dict[str, str] = {}  # of the names that there are: module and name, or ""
        self._left_out: dict[str, str] = {}  # statements of solutions, by the names they bind
        self.wanted: dict[str, str] = {}

    def shown(self, excerpt: Excerpt) -> Cell:
        """A function or class that the page shows."""
        module = ".".join(excerpt.module.file.with_suffix("").parts[1:])
        names = Names.of(excerpt.text)
        before = self._needed(names, _bindings(excerpt.module.tree, module))
        self._homes[excerpt.name] = f"{module}.{excerpt.name}"
        return Cell(
            "".join(f"{line}\n" for line in before) + ("\n\n" * bool(before)) + excerpt.text
        )

    def examples(self, text: str) -> Iterator[Cell]:
        """The examples of a page, a cell for each output."""
        waiting: list[str] = []
        for example in DocTestParser().get_examples(text):
            statement = self._without_shown(example.source.rstrip("\n"))
            if statement:
                names = Names.of(statement)
                waiting += self._needed(names, {})
                waiting.append(statement)
                self._bind(statement, names)
            if example.want.strip():
                yield _cell(waiting, example.want.rstrip("\n"))
                waiting = []
        if waiting:
            yield Cell(_joined(waiting))

    def pasted(self, text: str) -> Cell:
        """A block that needs nothing before it."""
        self._bind(text, Names.of(text))
        return Cell(text)

    def leave_out(self, text: str) -> None:
        """Notes the examples of a solution: later cells may use names that they bind."""
        for example in DocTestParser().get_examples(text):
            statement = example.source.rstrip("\n")
            for name in Names.of(statement).bound:
                self._left_out[name] = statement

    def _needed(self, names: Names, bindings: dict[str, str]) -> list[str]:
        """What must stand before a cell so that it has all its names."""
        before: list[str] = []
        for name in sorted(names.used):
            statement = bindings.get(name) or self._left_out.get(name, "")
            home = _home(self._modules, statement, name)
            if name in self._homes and (name not in bindings or self._homes[name] == home):
                continue
            if name in names.bound and name not in bindings:
                continue
            if not statement:
                continue
            if not home:  # a solution has made it
                found = Names.of(statement)
                before += [*self._needed(found, {}), statement]
                self._bind(statement, found)
            elif name in self._homes:  # as something else
                before.append(statement)
                self._homes[name] = home
            else:
                self.wanted[name] = statement
                self._homes[name] = home
        return list(dict.fromkeys(before))

    def _bind(self, statement: str, names: Names) -> None:
        for name in names.bound:
            self._homes[name] = _home(self._modules, statement, name)

    def _without_shown(self, statement: str) -> str:
        """An import without the names that a cell has shown already, if it is one."""
        node = ast.parse(statement).body[0]
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            return statement
        left = [
            alias
            for alias in node.names
            if alias.asname
            or self._homes.get(alias.name)
            != ".".join(filter(None, self._modules.origin(node.module, alias.name)))
        ]
        if len(left) == len(node.names):
            return statement
        return _import(node.module, [ast.unparse(alias) for alias in left]) if left else ""


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _home(modules: Modules, statement: str, name: str) -> str:
    """Where an imported name comes from; empty if the statement is no import."""
    for node in ast.parse(statement).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    home = modules.origin(node.module or "", alias.name)
                    return ".".join(filter(None, home))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return alias.name
    return ""


def _bindings(tree: ast.Module, module: str) -> dict[str, str]:
    """How each name of a module can be imported."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                statement = f"from {node.module} import {ast.unparse(alias)}"
                found[alias.asname or alias.name] = statement
        elif isinstance(node, ast.Import):
            for alias in node.names:
                statement = f"import {ast.unparse(alias)}"
                found[alias.asname or alias.name.partition(".")[0]] = statement
        else:
            names = Names.of(ast.unparse(node)).bound
            found |= {name: f"from {module} import {name}" for name in names}
    return found


def _cell(statements: list[str], want: str) -> Cell:
    """A cell that says something; one that fails says why, and the notebook goes on."""
    *before, last = statements
    if want.startswith(_FAILS):
        said = want.splitlines()[-1]
        kind = said.partition(":")[0]
        inner = "\n".join(f"    {line}" for line in last.splitlines())
        report = f'print(f"{kind}: {{error}}")'
        guarded = f"try:\n{inner}\nexcept {kind} as error:\n    {report}"
        return Cell(_joined([*before, guarded]), said, printed=True)
    node = ast.parse(last).body[-1]
    printed = not isinstance(node, ast.Expr) or _prints(node.value)
    return Cell(_joined(statements), want, printed)


def _joined(statements: list[str]) -> str:
    """Statements as they stand in a file: definitions have room around them."""
    text = ""
    for statement in statements:
        defines = statement.startswith(("def ", "class ", "@"))
        text += ("\n\n" if text and defines else "") + statement + ("\n\n\n" if defines else "\n")
    return text.replace("\n\n\n\n\n", "\n\n\n").rstrip("\n")


def _prints(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "print"
