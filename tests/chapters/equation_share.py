"""`python -m tests.chapters.equation_share`: how much of the shown code carries an equation.

Of each function that a chapter shows, the lines below its signature are counted, without docstring,
comments and empty lines. A line carries an equation if its statement ends with a mark, `# eq:NAME`.
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"^::: (backprop\.[\w.]+)$", re.MULTILINE)
MARK = re.compile(r"#(?:\s+eq:[\w-]+)+\s*$")
# What chapters show beside the mathematics: fast forms, the handling of data and of weights.
BEYOND = (
    "backprop.fast.",
    "backprop.data.series.",
    "backprop.data.recall.",
    "backprop.data.waves.",
    "backprop.torch_weights.",
    "backprop.layers.torch_weights.",
    "backprop.layers.",
)


def shown(root):
    """Returns the names of all functions and methods that chapters show, each once."""
    pages = sorted((root / "docs/chapters").glob("*.md"))
    names = [name for page in pages for name in SHOWN.findall(page.read_text(encoding="utf-8"))]
    return [name for name in dict.fromkeys(names) if not name.startswith(BEYOND)]


def statements(body):
    """Yields the first and the last line of each statement, of compound ones the head alone."""
    for node in body:
        inner = getattr(node, "body", None)
        yield node.lineno, inner[0].lineno - 1 if inner else node.end_lineno
        for part in ("body", "orelse", "finalbody"):
            yield from statements(getattr(node, part, []))


def lines_of(root, name):
    """Returns how many lines of a function carry an equation, and how many there are."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        file = root.joinpath("lib", *parts[:count]).with_suffix(".py")
        if file.is_file():
            break
    text = file.read_text(encoding="utf-8")
    node, source = ast.parse(text), text.splitlines()
    for part in parts[count:]:
        (node,) = (child for child in node.body if getattr(child, "name", None) == part)
    if not isinstance(node, ast.FunctionDef):
        return 0, 0  # a cache: names of fields
    body = node.body[1:] if ast.get_docstring(node) else node.body
    marked = total = 0
    for first, last in statements(body):
        count = sum(
            1
            for line in source[first - 1 : last]
            if line.strip() and not line.lstrip().startswith("#")
        )
        total += count
        marked += count if MARK.search(source[last - 1]) else 0
    return marked, total


def table(root):
    """Returns for each module the lines that carry an equation, and all lines."""
    found = defaultdict(lambda: [0, 0])
    for name in shown(root):
        marked, total = lines_of(root, name)
        module = name.rpartition(".")[0]
        found[module][0] += marked
        found[module][1] += total
    return {module: tuple(lines) for module, lines in sorted(found.items()) if lines[1]}


def main(arguments):
    """Prints the table of a folder, this one by default."""
    rows = table(Path(arguments[0]) if arguments else ROOT)
    rows["all"] = tuple(map(sum, zip(*rows.values(), strict=True)))
    for module, (marked, total) in rows.items():
        print(f"{module:36} {marked:4} of {total:4}  {100 * marked / total:3.0f} in 100")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
