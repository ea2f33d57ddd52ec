"""What is printed runs: the functions that the chapters show, in the order of the book's pages.

A chapter's code gets NumPy, `NamedTuple` and `partial`, what earlier chapters showed, and `shapes`,
or in its place a declaration that does nothing. It may use no other name, so nothing stays behind
the page; and the examples of all its functions come out as they say.

What chapters show of `backprop.fast`, of methods, and of the handling of data and of PyTorch's
weights stands on more than the page has.
"""

import ast
import builtins
import dis
import doctest
import inspect
import re
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import NamedTuple

import numpy as np
import pytest

from backprop.shapes import shapes

ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"^ *::: (backprop\.[\w.]+)$", re.MULTILINE)
BEYOND = (
    "backprop.fast.",
    "backprop.data.series.",
    "backprop.data.recall.",
    "backprop.data.waves.",
    "backprop.torch_weights.",
)
FUTURE = 0x1000000  # from __future__ import annotations


def nothing(**declared):
    return lambda function: function


def chapters():
    """The names of the chapters, in the order of the book."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return re.findall(r"^ *- chapters/([\w-]+)\.md$", text, re.MULTILINE)


def printed(name):
    """What a chapter shows of plain modules: names, and the syntax trees of their definitions."""
    text = (ROOT / "docs/chapters" / f"{name}.md").read_text(encoding="utf-8")
    found = []
    for full in SHOWN.findall(text):
        path, _, member = full.rpartition(".")
        file = (ROOT / "lib" / path.replace(".", "/")).with_suffix(".py")
        if not file.is_file() or full.startswith(BEYOND):  # no file: a method
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        (node,) = (child for child in tree.body if getattr(child, "name", None) == member)
        found.append((member, node))
    return found


def run(names, declaration):
    """Executes what these chapters show; returns the names that there are then."""
    scope = {"np": np, "NamedTuple": NamedTuple, "partial": partial}
    scope |= {"shapes": declaration, "__name__": "printed"}
    for name in names:
        for _, node in printed(name):
            code = compile(ast.Module([node], []), name, "exec", FUTURE, dont_inherit=True)
            exec(code, scope)
    return scope


def globals_of(code):
    """The global names that a function uses, those of functions within it too."""
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return names.union(*map(globals_of, inner))


@pytest.mark.parametrize("declaration", [shapes, nothing])
@pytest.mark.parametrize("name", chapters())
def test_a_chapter_runs_with_what_it_and_earlier_ones_show(name, declaration):
    order = chapters()
    scope = run(order[: order.index(name) + 1], declaration)
    for member, _ in printed(name):
        function = scope[member]
        inner = inspect.unwrap(function)
        if isinstance(inner, FunctionType):
            unknown = globals_of(inner.__code__) - set(scope) - set(dir(builtins))
            assert not unknown, f"{member} uses {unknown}, which no page shows"
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
        examples = parser.get_doctest(inner.__doc__ or "", dict(scope), member, None, None)
        said = []
        runner.run(examples, out=said.append)
        assert not runner.failures, "".join(said)
