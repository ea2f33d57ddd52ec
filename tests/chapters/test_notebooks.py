"""Each chapter's notebook runs from top to bottom with NumPy alone, and says what the page says.

Its cells run in one process that has no other package, and nothing of this repository; a cell that
has an output must have it again, as doctest compares. And a reader may run a cell again: no example
makes something else of a name that shown code uses or that is imported.
"""

import ast
import subprocess
import sys
from doctest import DocTestParser
from pathlib import Path

import numpy as np
import pytest

from book.known.source import Library
from book.made.cells import Names
from book.made.chapter_notebook import parts
from tests.chapters.handed_out import NAMES, ROOT, chapter, notebook

RUN = r"""
import ast, contextlib, doctest, io, json, sys
sys.path.append(sys.argv[1])
cells = json.load(sys.stdin)["cells"]
scope = {"__name__": "__main__"}
sys.modules["__main__"].__dict__.update(scope)
check = doctest.OutputChecker().check_output
for cell in cells:
    if cell["cell_type"] != "code":
        continue
    source = "".join(cell["source"])
    tree = ast.parse(source)
    last = None
    if isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(tree, "cell", "exec"), scope)
            value = eval(compile(last, "cell", "eval"), scope) if last else None
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error} in\n{source}")
    got = said.getvalue() + (repr(value) if value is not None else "")
    want = ""
    for output in cell["outputs"]:
        want += "".join(output.get("text") or output["data"]["text/plain"])
    want, got = want.rstrip() + "\n", got.rstrip() + "\n"
    if want.strip() and not check(want, got, doctest.ELLIPSIS):
        sys.exit(f"wanted\n{want}got\n{got}in\n{source}")
"""


@pytest.fixture(scope="module")
def numpy_alone(tmp_path_factory):
    """A folder that holds NumPy and nothing else."""
    folder = tmp_path_factory.mktemp("numpy")
    site = Path(np.__file__).parents[1]
    for path in site.glob("numpy*"):
        (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_with_numpy_alone(name, numpy_alone, tmp_path):
    command = [sys.executable, "-I", "-S", "-c", RUN, str(numpy_alone)]
    run = subprocess.run(
        command, input=notebook(chapter(name)), capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr


def bindings(source):
    """The names that code binds, each with whether an import does it."""
    for node in ast.parse(source).body:
        imports = isinstance(node, ast.Import | ast.ImportFrom)
        for name in Names.of(ast.unparse(node)).bound:
            yield name, imports


def rebound(markdown):
    """What examples rebind of the names that shown code has or uses, and of those imported."""
    library, given, made = Library(ROOT), set(), set()
    for part in parts(markdown):
        if part.kind == "shown" and (found := library.definition(part.text)) is not None:
            names = Names.of(found.text)
            given |= names.bound | names.used
        elif part.kind in ("examples", "pasted", "solution"):
            typed = [each.source for each in DocTestParser().get_examples(part.text)]
            for source in [part.text] if part.kind == "pasted" else typed:
                for name, imported in bindings(source):
                    (given if imported else made).add(name)
    return given & made


@pytest.mark.parametrize("name", NAMES)
def test_no_example_takes_a_name_away(name):
    taken = rebound(chapter(name).markdown)
    assert not taken


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("shapes = {'x': (2, 3)}", {"shapes"}),
        ("def linear_forward(x): return x", {"linear_forward"}),
        ("for np in range(2): pass", {"np"}),
        ("y = [x for np in range(2)]", set()),
        ("from backprop.shapes import shapes", set()),
    ],
)
@pytest.mark.parametrize("fold", ["", "success", "note"])
def test_a_name_that_is_taken_away_is_seen(line, names, fold):
    code = f"```pycon\n>>> import numpy as np\n>>> {line}\n```"
    if fold:
        inside = "\n".join(f"    {each}" for each in code.splitlines())
        code = f'??? {fold} "A fold"\n\n{inside}'
    assert rebound(f"::: backprop.linear.linear_forward\n\n{code}\n") == names
