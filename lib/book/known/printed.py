"""The code that a chapter shows, as a file that runs with NumPy alone.

It holds what earlier chapters showed and this one uses, and then what it shows itself, in the order
of its page, each as it stands in `lib/`. What chapters show of methods, of `backprop.fast`, and of
the handling of data and of PyTorch's weights stands on more than the pages have, and is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from doctest import DocTestParser

from book.known.macros import embedded
from book.known.source import Excerpt, Library

__all__ = ["printed", "program"]

_BEYOND = (
    "backprop.fast.",
    "backprop.data.series.",
    "backprop.data.recall.",
    "backprop.data.waves.",
    "backprop.torch_weights.",
)
_HEAD = """\
from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

try:
    from backprop.shapes import shapes
except ImportError:  # the library is not here: then the declarations of shapes check nothing

    def shapes(**declared):
        return lambda function: function
"""


def printed(text: str, library: Library) -> dict[str, Excerpt]:
    """What a chapter shows of plain modules, by name, in the order of its page.

    Args:
        text: its Markdown.
        library: where the code is.
    """
    found: dict[str, Excerpt] = {}
    for name, _ in embedded(text):
        if name.startswith("backprop.") and not name.startswith(_BEYOND):
            definition = library.definition(name)
            if definition is not None:
                found.setdefault(definition.name, definition)
    return found


def program(
    opening: Sequence[str], own: Mapping[str, Excerpt], earlier: Iterable[Mapping[str, Excerpt]]
) -> str:
    """The file: empty if the chapter shows no such code.

    Args:
        opening: lines that say what it is.
        own: what the chapter shows.
        earlier: what the chapters before it show, in the order of the book.
    """
    if not own:
        return ""
    known = {name: each for chapter in earlier for name, each in chapter.items()}
    used: set[str] = set()
    waiting = list(own.values())
    while waiting:
        for name in sorted(_names(waiting.pop())):
            if name in known and name not in own and name not in used:
                used.add(name)
                waiting.append(known[name])
    parts = ['"""' + "\n".join(opening) + '\n"""', _HEAD.rstrip()]
    before = [known[name].text for name in known if name in used]
    if before:
        parts.append("\n# From earlier chapters\n")
    parts += [f"\n{text}" for text in before]
    if before:
        parts.append("\n# From this chapter\n")
    parts += [f"\n{each.text}" for each in own.values()]
    return "\n\n".join(parts).replace("\n\n\n\n", "\n\n\n") + "\n"


def _names(excerpt: Excerpt) -> set[str]:
    """The names in a definition, those too of the examples in its docstring."""
    tree = ast.parse(excerpt.text)
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for example in DocTestParser().get_examples(ast.get_docstring(node) or ""):
                names = ast.walk(ast.parse(example.source))
                found |= {each.id for each in names if isinstance(each, ast.Name)}
    return found
