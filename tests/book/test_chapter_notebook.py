"""A chapter as a notebook: its text as Jupyter reads it, its code as cells that fit together."""

import json
import os
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

from book.known.bibliography import Bibliography, Publication, works_in
from book.known.equations import Source
from book.known.extract import Modules
from book.known.printed import printed, program
from book.known.source import Library
from book.made.chapter_notebook import Chapter, chapter_notebook, with_library

GAIN = '''"""Gains."""

from backprop.shapes import shapes
from backprop.numbers import LIMIT, spare


@shapes(x="N")
def gain(x):
    """Doubles."""
    return helper(x) * LIMIT  # eq:gain-y eq:gain-z


def helper(x):
    return x
'''
FILES = {
    "backprop/__init__.py": (
        "from backprop.gain import gain\nfrom backprop.other import unused\n__all__ = ['gain']\n"
    ),
    "backprop/gain.py": GAIN,
    "backprop/shapes.py": "def shapes(**declared):\n    return lambda function: function\n",
    "backprop/numbers.py": 'LIMIT = 2\nspare = "one.csv"\n',
    "backprop/other.py": "unused = 1\n",
    "backprop/data/samples/one.csv": "1\n",
    "backprop/data/samples/two.csv": "2\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "references.bib").write_text(
        "@article{one, author={A B}, title={T}, journal={J}, year={1990}}"
    )
    return tmp_path


def cells(root: Path, markdown: str, url: str = "") -> list[Any]:
    source = Source(Path("docs/chapters/g.md"), markdown, "chapters/g/", "Gains", "3", True)
    numbers = {"eq:gain-y": "3.1", "eq:gain-z": "3.2"}
    addresses = {"index.md": "", "chapters/h.md": "chapters/h/"}
    chapter = Chapter(source, markdown, numbers, {"eq:gain-y": "y = x"}, addresses)
    library, literature = Library(root), Bibliography(works_in(root / "references.bib"))
    work = Publication("Book", "Us", "1", "2026-01-01", url)
    made = chapter_notebook(chapter, library, Modules(root / "lib"), literature, work)
    return list(json.loads(made)["cells"])


def text(root: Path, markdown: str, url: str = "") -> str:
    found = cells(root, f"# Title\n\nFirst.\n\n## Then\n\n{markdown}", url)
    told = ["".join(each["source"]) for each in found if each["cell_type"] == "markdown"]
    return "\n\n".join(told[2:])


def code(root: Path, markdown: str) -> list[str]:
    """The cells of code, the packed library apart."""
    found = [each for each in cells(root, f"# T\n\n{markdown}") if each["cell_type"] == "code"]
    sources = ["".join(each["source"]) for each in found]
    return [each for each in sources if "PACKED" not in each]


def fence(*lines: str) -> str:
    return "\n".join(["```pycon", *lines, "", "```", ""])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("$$\ny \\coloneqq x\n\\label{eq:gain-y}\n$$", "$$\ny \\mathrel{:=} x\n\\tag{3.1}\n$$"),
        ("$$\ny = x\n$$\n\n<!-- no code: why -->\n\nSo.", "$$\ny = x\n$$\n\nSo."),
        ("$$\na && \\text{by \\eqref{eq:gain-z}}\n$$", "$$\na && \\text{by (3.2)}\n$$"),
        ("By \\eqref{eq:gain-y}, $a \\coloneqq b$.", "By (3.1), $a \\mathrel{:=} b$."),
        ("As in [@one].", "As in [1]."),
        ("## Two {#two}\n\nMore.", "## Two\n\nMore."),
        ("You need\n:   this\n:   that\n", "**You need**\n\n- this\n- that"),
        ("[before](h.md#x), [start](../index.md)", "before, start"),
        ("[out](https://example.org/)", "[out](https://example.org/)"),
        ('??? note "Apart"\n\n    Folded.\n\nNot.', "**Apart**\n\nFolded.\n\nNot."),
        ('??? success "Solution"\n\n    Two.\n\nNext.', "Next."),
        ('\n<div class="quoted" data-equation="eq:gain-y"></div>\n', "$$\ny = x\n\\tag{3.1}\n$$"),
        ('a\n<div class="origins" data-results="r"></div>\nb', "a\nb"),
    ],
)
def test_text_is_what_jupyter_reads(root: Path, given: str, wanted: str) -> None:
    assert wanted in text(root, given)


def test_links_lead_to_the_site_where_it_is_known(root: Path) -> None:
    told = text(root, "[a](h.md#x) [b](#y) \\eqref{eq:gain-y}", "https://book.org/")
    assert "[a](https://book.org/chapters/h/#x)" in told
    assert "[b](https://book.org/chapters/g/#y)" in told
    assert "[(3.1)](https://book.org/eq/gain-y/)" in told
    figure = '\n<figure class="figure" data-figure="f" data-alt="" markdown="block">\n'
    figure += '<figcaption markdown="span">A $c$.</figcaption>\n</figure>\n'
    assert "[Figure 3.1](https://book.org/chapters/g/#fig:f)" in text(
        root, figure, "https://book.org/"
    )
    assert "**Figure 3.1**, on the chapter's page. A $c$." in text(root, figure)


def test_what_is_cited_is_listed(root: Path) -> None:
    assert text(root, "[@one]").endswith("1990.")


def test_shown_code_is_a_cell_with_the_numbers_of_its_equations(root: Path) -> None:
    top, shown = code(root, "::: backprop.gain.gain\n")
    assert "from backprop.gain import helper" in top
    assert "from backprop.numbers import LIMIT" in top
    assert "from backprop.shapes import shapes" in top
    assert "return helper(x) * LIMIT  # (3.1) (3.2)" in shown


def test_what_a_cell_shows_is_what_later_cells_use(root: Path) -> None:
    example = fence(">>> from backprop.gain import gain, helper", ">>> gain(2)", "4")
    assert code(root, example) == ["from backprop.gain import gain, helper\ngain(2)"]
    for name in ("backprop.gain", "backprop"):
        example = fence(f">>> from {name} import gain", ">>> gain(2)", "4")
        assert code(root, f"::: backprop.gain.gain\n\n{example}")[-1] == "gain(2)"
    both = code(root, "::: backprop.gain.gain\n\n::: backprop.gain.helper\n")
    assert len(both) == 3  # the order of the page is kept, so one import is needed


def test_a_name_that_an_example_has_taken_is_given_back(root: Path) -> None:
    example = fence(">>> LIMIT = 7")
    shown = code(root, f"{example}\n::: backprop.gain.gain\n")[-1]
    assert shown.startswith("from backprop.numbers import LIMIT\n\n\n@shapes")


def test_a_cell_ends_where_something_is_said(root: Path) -> None:
    found = cells(
        root, "# T\n\n" + fence(">>> a = 1", ">>> print(a)", "1", ">>> a + 1", "2", ">>> b = 1")
    )
    found = [each for each in found if each["cell_type"] == "code"]
    assert ["".join(each["source"]) for each in found] == ["a = 1\nprint(a)", "a + 1", "b = 1"]
    assert [each["outputs"] and each["outputs"][0]["output_type"] for each in found] == [
        "stream",
        "execute_result",
        [],
    ]


def test_an_example_that_fails_says_so_and_the_notebook_goes_on(root: Path) -> None:
    failing = ("Traceback (most recent call last):", "    ...", "ValueError: no")
    (source,) = code(root, fence(">>> int('a')", *failing))
    assert source.splitlines()[0] == "try:"
    assert "except ValueError as error:" in source


def test_what_a_solution_makes_is_there_if_later_cells_use_it(root: Path) -> None:
    solved = '??? success "Solution"\n\n    ```pycon\n    >>> a = 3\n    >>> b = 4\n\n    ```\n\n'
    assert code(root, solved + fence(">>> a + 1", "4")) == ["a = 3\na + 1"]


def test_a_block_to_paste_is_a_cell_that_later_ones_use(root: Path) -> None:
    block = '```python title="to paste"\nimport numpy as np\n\n\ndef gain(x):\n    return x\n```\n'
    printed = "```python\nimport torch\n```\n"
    assert code(root, f"{block}\n{printed}\n" + fence(">>> gain(np.pi)")) == [
        "import numpy as np\n\n\ndef gain(x):\n    return x",
        "gain(np.pi)",
    ]


def test_only_what_is_imported_comes_along(root: Path) -> None:
    files = Modules(root / "lib").extract("from backprop import gain\n")
    assert sorted(files) == [
        "backprop/__init__.py",
        "backprop/data/samples/one.csv",
        "backprop/gain.py",
        "backprop/numbers.py",
        "backprop/shapes.py",
    ]
    assert files["backprop/__init__.py"] == b"from backprop.gain import gain\n"
    assert Modules(root / "lib").extract("import numpy\n") == {}


def test_a_notebook_is_the_same_each_time(root: Path) -> None:
    markdown = "# T\n\n::: backprop.gain.gain\n"
    assert cells(root, markdown) == cells(root, markdown)


def test_the_notebook_of_the_book_runs_elsewhere(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "docs" / "notebooks" / "gradient-checking.py"
    ipynb = jupytext.writes(jupytext.read(path), "ipynb")
    notebook = nbformat.reads(with_library(ipynb, Modules(path.parents[2] / "lib")), 4)
    where = "import backprop, sys; print(backprop.__file__)"
    notebook.cells.append(nbformat.v4.new_code_cell(where))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}})
    client.execute(env=environment)
    said = "".join(part.text for part in notebook.cells[-1].outputs)  # in parts, if it is slow
    assert "backprop-" in said
    assert str(path.parents[2]) not in said


def test_a_program_has_what_earlier_chapters_showed_and_it_uses(root: Path) -> None:
    library = Library(root)
    earlier = printed("::: backprop.gain.helper\n\n::: backprop.shapes.shapes\n", library)
    own = printed("::: backprop.gain.gain\n\n::: backprop.gain.gain.method\n", library)
    made = program(["Said."], own, [earlier])
    assert made.startswith('"""Said.\n"""\n')
    assert made.count("def helper") == made.count("def gain(") == 1
    assert made.index("def helper") < made.index("def gain(")
    assert program(["Said."], {}, [earlier]) == ""
