r"""Every displayed equation is read, in whatever kind of file and however its author sets it."""

import json
from itertools import pairwise

import pytest

from mathcheck.claims.chapter import load
from mathcheck.text.document import Document
from mathcheck.text.sources import decoded, read

TABLE = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n| $b$ | scalar |\n"


def spoken(found: Document) -> list[tuple[str, str | None]]:
    """What was read, without the spaces, and the labels."""
    assert [str(problem) for problem in found.problems] == []
    return [(" ".join(each.tex.split()), each.label) for each in found.equations]


def places_are_right(found: Document) -> None:
    """Each letter of an equation is found again in the file, where the equation says it is."""
    lines = found.text.split("\n")
    for equation in found.equations:
        for offset, letter in enumerate(equation.tex):
            if letter.isalnum():
                place = equation.place(offset)
                there = lines[place.line - 1][place.column - 1]
                assert there == letter or "aligned" in equation.tex, (equation.tex, offset)


WAYS: list[tuple[str, tuple[str, str | None]]] = [
    ("$$a = b$$", ("a = b", None)),
    ("$$\na = b\n$$ {#eq-name}", ("a = b", "eq-name")),
    ("$$\na = b\n$$ {#eq:name .wide}", ("a = b", "eq:name")),
    ("$$\na = b\n$$ (name)", ("a = b", "name")),
    ("$$a = b$$ (see below)", ("a = b", None)),
    ("$$\na = b \\label{eq:x}\n$$", ("a = b", "eq:x")),
    ("```math\na = b\n```", ("a = b", None)),
    ("~~~ math\na = b\n~~~", ("a = b", None)),
    ("> ```math\n> a = b\n> ```", ("a = b", None)),
    ("- so\n\n  ```math\n  a = b\n  ```", ("a = b", None)),
    ("```{math}\n:label: one\na = b\n```", ("a = b", "one")),
    ("```{math}\n---\nlabel: one\n---\na = b\n```", ("a = b", "one")),
    ("```{math} a = b\n```", ("a = b", None)),
    (":::{math}\n:label: one\n\na = b\n:::", ("a = b", "one")),
    (".. math::\n   :label: one\n\n   a\n   = b\n\nThen", ("a = b", "one")),
    (".. math:: a = b\n\nThen", ("a = b", None)),
    ("\\[a = b\\]", ("a = b", None)),
    ("\\[\na = b\n\\]", ("a = b", None)),
    ("so that \\[ a = b \\] holds", ("a = b", None)),
    ("\\\\[ a = b \\\\]", ("a = b", None)),
    ("so $$a = b$$ holds", ("a = b", None)),
    ("so \\begin{equation} a = b \\end{equation} holds", ("a = b", None)),
    ("\\begin{equation*}\na = b\n\\end{equation*}", ("a = b", None)),
    ("\\begin{equation}\\label{one} a = b\\end{equation}", ("a = b", "one")),
    ("\\\\\\[ a = b \\\\\\]", ("a = b", None)),
    ("# So $$a = b$$", ("a = b", None)),
    ("```{eval-rst}\n.. math::\n\n   a = b\n```", ("a = b", None)),
    ('<script type="math/tex; mode=display">a = b</script>', ("a = b", None)),
    ("<script type='math/tex;mode=display'>\na = b\n</script>", ("a = b", None)),
    ("{{< math >}}\n$$\na = b\n$$\n{{< /math >}}", ("a = b", None)),
    (
        "\\begin{aligned} a = b \\end{aligned}",
        ("\\begin{aligned} a = b \\end{aligned}", None),
    ),
    ("````{note}\n```{tip}\n$$\na = b\n$$\n```\n````", ("a = b", None)),
    ("::: {.callout-note}\n$$\na = b\n$$\n:::", ("a = b", None)),
    ("```{=latex}\n\\begin{equation}\na = b\n\\end{equation}\n```", ("a = b", None)),
    ("<div>\n$$\na = b\n$$\n</div>", ("a = b", None)),
    ("1. so\n\n    $$\n    a = b\n    $$", ("a = b", None)),
    ("a `code` span, <!-- a comment --> $$a = b$$", ("a = b", None)),
    ("```katex\na = b\n```", ("a = b", None)),
    ("```{note} The rule $$a = b$$\nText.\n```", ("a = b", None)),
    ("```{raw} html\n\\[ a = b \\]\n```", ("a = b", None)),
    ('<span class="math display">\\[a = b\\]</span>', ("a = b", None)),
    ("``` {#eq-a .math .wide}\na = b\n```", ("a = b", None)),
]


@pytest.mark.parametrize(("text", "wanted"), WAYS)
def test_each_way_to_set_an_equation_in_markdown(text: str, wanted: tuple[str, str | None]) -> None:
    found = read("a.md", f"# T\n\nText.\n\n{text}\n\nMore.\n")
    assert spoken(found) == [wanted]
    places_are_right(found)
    # And what is read is checked: nothing of it is passed over.
    false = load("a.md", f"{TABLE}\n{text}\n")
    assert [claim.latex for claim in false.claims] == ["a = b"]


@pytest.mark.parametrize(
    "text",
    [
        "```\n$$a = b$$\n```",
        "```latex\n\\begin{align} a = b \\end{align}\n```",
        "```python\nx = '$$'\n```",
        "```{code-cell} python\n$$a = b$$\n```",
        "```{python}\n$$a = b$$\n```",
        "`$$a = b$$`",
        "``a ` $$a = b$$``",
        "`a code span\nof two lines $$a = b$$`",
        "<!-- $$a = b$$ -->",
        "<!--\n$$\na = b\n$$\n-->",
        "a footnote \\[1\\]",
        "\\[1\\] Author, Title",
        "---\ntitle: $$a = b$$\n---",
        "::: backprop.linear",
    ],
)
def test_what_is_no_equation_is_passed_over(text: str) -> None:
    assert spoken(read("a.md", f"{text}\n\n$$\nc = d\n$$\n")) == [("c = d", None)]


def test_code_that_looks_like_a_comment_hides_nothing() -> None:
    text = (
        "Write `<!--`.\n\n$$\na = b\n$$\n\nThen `-->`.\n\n```html\n<!--\n```\n$$\nc = d\n$$\n-->\n"
    )
    assert spoken(read("a.md", text)) == [("a = b", None), ("c = d", None)]


CLAIM = "$$\na = b\n$$"


@pytest.mark.parametrize(
    "text",
    [
        f"<div hidden>\n\n{CLAIM}\n\n</div>",
        f'<div style="display: none">\n<div>x</div>\n{CLAIM}\n</div>',
        f'<section class="a" style="visibility:hidden">\n{CLAIM}',
        "<p hidden>\\[a = b\\]</p>",
        "<p hidden>\\begin{align} a = b \\end{align}</p>",
        "<div hidden=hidden>\n\n| Symbol | Shape |\n|---|---|\n| $a$ | = 3 |\n\n</div>",
        f'<div\n  class="a"\n  hidden\n>\n\n{CLAIM}\n\n</div>',
        f"<DIV HIDDEN>\n{CLAIM}\n</DIV>",
        f'<div class="note hidden" markdown>\n\n{CLAIM}\n\n</div>',
        f'<span class="sr-only">{CLAIM}</span>',
        f'<p style="opacity: 0">{CLAIM}</p>',
        f"<p style='font-size:0'>{CLAIM}</p>",
        f'<p style="color:#fff">{CLAIM}</p>',
        f'<p style="position:absolute; left:-9999px">{CLAIM}</p>',
        f"<template>\n{CLAIM}\n</template>",
        f"<noscript>{CLAIM}</noscript>",
    ],
)
def test_mathematics_that_no_reader_sees_is_refused(text: str) -> None:
    (problem,) = read("a.md", f"Text.\n\n{text}\n").problems
    assert str(problem).startswith("a.md:3:1: no reader sees the mathematics in this <")


@pytest.mark.parametrize("text", [text for text, _ in WAYS])
def test_each_way_is_refused_where_it_is_hidden(text: str) -> None:
    (problem,) = read("a.md", f"Text.\n\n<div hidden>\n\n{text}\n\nThen.\n\n</div>\n").problems
    assert str(problem).startswith("a.md:3:1: no reader sees the mathematics in this <div>")


@pytest.mark.parametrize("name", ["script", "style"])
def test_a_script_holds_no_element_and_must_end(name: str) -> None:
    kind = "type='text/plain'" if name == "script" else ""
    rule = f'a("<{name}>", "<{name}-a>", "</{name}s>"){{ }}'
    within = f"<{name} {kind}>{rule}</{name.upper()} >"
    assert spoken(read("a.md", f"{within}\n\n{CLAIM}\n")) == [("a = b", None)]
    (problem,) = read("a.md", f"So\n\na <{name}> b\n\n{CLAIM}\n").problems
    assert str(problem) == f"a.md:3:3: this <{name}> is never closed"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<p title="$$ a = b $$">', "no reader sees the mathematics in the attributes"),
        (f"{CLAIM}\n{{ .hidden }}", "no reader sees the mathematics in this block"),
        (f'{CLAIM}\n{{: style="display:none" }}', "no reader sees the mathematics in this block"),
        (f"## A part {{.hidden}}\n\n{CLAIM}", "no reader sees the mathematics in this block"),
        (f"> ## A part {{ .hidden }}\n\n{CLAIM}", "no reader sees the mathematics in this block"),
        (f" # A part {{ .hidden }}\n\n{CLAIM}", "no reader sees the mathematics in this block"),
        (f"::: {{.content-hidden}}\n{CLAIM}\n:::", "no reader sees the mathematics"),
        (f"::: hidden\n{CLAIM}\n:::", "no reader sees the mathematics in this block"),
        (f":::{{note}}\n:class: hidden\n{CLAIM}\n:::", "no reader sees the mathematics"),
        ("!!! note hidden\n\n    $$\n    a = b\n    $$", "no reader sees the mathematics"),
        (
            '!!! note inline hidden "A"\n\n    $$\n    a = b\n    $$',
            "no reader sees the mathematics",
        ),
        (f"It costs $5.\n{CLAIM}\n{{ .hidden }}", "no reader sees the mathematics in this block"),
        (f"{CLAIM}\n{{ hidden }}", "no reader sees the mathematics in this block"),
        (f"{CLAIM}\n{{: #a hidden key=1 }}", "no reader sees the mathematics in this block"),
        (f"{CLAIM}\n{{ .a hidden=hidden }}", "no reader sees the mathematics in this block"),
        (f'::: hidden "A title"\n{CLAIM}\n:::', "no reader sees the mathematics in this block"),
        (f"<del>{CLAIM}</del>", "the mathematics in this <del> is struck out"),
        ("~~$$a = b$$~~", "is this mathematics seen?"),
        ("![$$ a = b $$](a.png)", "is this mathematics seen?"),
        ('[here](a.md "$$ a = b $$")', "is this mathematics seen?"),
        ("&#36;&#36;a = b&#36;&#36;", "is this mathematics seen?"),
        ('[a]: b.md "$$ a = b $$"', "is this the address of a link"),
        ("% $$ a = b $$", "is this a comment of MyST"),
        (
            f"{{% if pdf %}}\n{CLAIM}\n{{% endif %}}",
            "is the mathematics in this part of a template",
        ),
        (
            f"{{% if a %}}{{% if b %}}x{{% endif %}}\n{CLAIM}\n{{% endif %}}",
            "is the mathematics in this part of a template",
        ),
        (
            f"{{% for a in b %}}{{# c #}}\n{CLAIM}\n{{%- endfor %}}",
            "is the mathematics in this part",
        ),
        (f"{{% if a %}}{{% raw %}}{{% endraw %}}\n{CLAIM}\n{{% endif %}}", "is the mathematics in"),
        (f"{{% if a %}}{{% for b %}}x{{% end %}}\n{CLAIM}\n{{% end %}}", "is the mathematics in"),
        (
            f"{{%+ if a %}}\n{CLAIM}\n{{%~ endif %}}",
            "is the mathematics in this part of a template",
        ),
        (
            f"{{% set a %}}\n{CLAIM}\n{{% endset %}}",
            "is the mathematics in this part of a template",
        ),
        ("{# $$ a = b $$ #}", "is the mathematics in this part of a template seen?"),
        (f"<!-- a --!>\n{CLAIM}\n<!-- b -->", "where does this comment end?"),
        (f"<!-->\n{CLAIM}\n-->", "where does this comment end?"),
        (f"    <!--\n{CLAIM}\n    -->", "has this line left the comment above it?"),
        (f"> <!--\n{CLAIM}\n> -->", "has this line left the comment above it?"),
        (f"> ```\n> a\n{CLAIM}\n> ```", "has this line left the fence above it?"),
        (f"    ```\n{CLAIM}\n    ```", "has this line left the fence above it?"),
        (f"a ` b\n{CLAIM}\nc ` d", "is this mathematics, or code from one line to the next?"),
    ],
)
def test_mathematics_that_may_not_be_seen_is_refused(text: str, why: str) -> None:
    problems = read("a.md", f"Text.\n\n{text}\n").problems
    assert any(problem.message.startswith(why) for problem in problems), problems


@pytest.mark.parametrize(
    "text",
    [
        f"<script type='text/plain'>\n{CLAIM.replace('a', 'c')}\n</script>\n\n{CLAIM}",
        f"<style>\n.a {{ color: red }}\n</style>{CLAIM}",
        f'<p style="opacity: 0.5; min-height: 0.5em">{CLAIM}</p>',
        f'<p class="not-hidden hidden-lines">{CLAIM}</p>',
        f'<img src="a.png" hidden>\n\n{CLAIM}',
        f"Nothing.\n{{ .hidden }}\n\n{CLAIM}",
        f"> ## A part {{ .hidden }}\n>\n> Nothing.\n>\n> # Another\n\n{CLAIM}",
        f"Let $a <b >$ be.\n\n{CLAIM}",
        f"{{% raw %}}\n{CLAIM}\n{{% endraw %}}",
        f"{{% set a = 1 %}}\n{CLAIM}\n{{% if b %}}c{{% endif %}}",
        f"{{% if a %}}{{% if b %}}{{% endif %}}{{% endif %}}\n{CLAIM}\n{{% if b %}}{{% endif %}}",
        f"{{% iffy %}}\n{CLAIM}\n{{% endif %}}",
        f"[a]: b.md\n\n{CLAIM}",
        f"{CLAIM} {{#eq-name}}",
        f"``` {{ .python }}\nx\n```\n{CLAIM}",
        f"    ```\n    $$ c $$\n    ```\n\n{CLAIM}",
        f"``` a`b\n\n{CLAIM}",
        "``` { .math }\na = b\n```",
        f"<div hidden>\n<div>Nothing.</div></div>\n\n{CLAIM}",
        f"<div data-hidden>\n\n{CLAIM}\n\n</div>",
        f'<div aria-hidden="true">\n\n{CLAIM}\n\n</div>',
        f"`<div hidden>`\n\n{CLAIM}",
        f"<div hidden>\n<div-a>\n</div-a></div>\n\n{CLAIM}",
        f'<div hidden>\nSee math. <script type="math/tex">a</script>\n</div>\n\n{CLAIM}',
        f"<details>\n\n{CLAIM}\n\n</details>",
        f"With $n_{{\\text{{ hidden}}}}$ units, $W_{{ hidden }}$, $x_\n{{ hidden }}$,\n{CLAIM}",
        f"{{ a hidden one }} is\n{CLAIM}",
        f"{{: .note title=' hidden ' }} is\n{CLAIM}",
        f'<div data-x="1" lang="en" title="hidden">\n{CLAIM}\n</div>',
        f"::: tip Hidden layers\n{CLAIM}\n:::",
        f":::{{note}} Hidden layers\n{CLAIM}\n:::",
        f'::: {{.note title="hidden units"}}\n{CLAIM}\n:::',
        f":::{{note}}\n:class: not-hidden\n{CLAIM}\n:::",
    ],
)
def test_mathematics_beside_what_is_hidden_is_read(text: str) -> None:
    document = read("a.md", f"{text}\n")
    assert document.problems == []
    assert [equation.tex.strip() for equation in document.equations] == ["a = b"]


@pytest.mark.parametrize(
    ("opening", "rows", "closing"),
    [
        ("align", ["a &= b", "&= c"], "align"),
        ("align*", ["a &= b", "&= c"], "align*"),
        ("gather", ["a = b", "= c"], "gather"),
        ("multline", ["a = b", "= c"], "multline"),
        ("flalign", ["a &= b", "&= c"], "flalign"),
        ("alignat}{2", ["a &= b", "&= c"], "alignat"),
        ("eqnarray", ["a &=& b", "&=& c"], "eqnarray"),
        ("IEEEeqnarray}{rCl", ["a &=& b", "&=& c"], "IEEEeqnarray"),
    ],
)
def test_each_environment_of_rows(opening: str, rows: list[str], closing: str) -> None:
    tex = f"\\begin{{{opening}}}\n" + " \\\\\n".join(rows) + f"\n\\end{{{closing}}}"
    table = TABLE + "| $c$ | scalar |\n"
    for path, text in [("a.md", f"{table}\nso {tex}\n"), ("a.md", f"{table}\n$$\n{tex}\n$$\n")]:
        chapter = load(path, text)
        assert [str(error) for error in chapter.errors] == []
        assert [claim.latex for claim in chapter.claims] == ["a = b", "b = c"]


def test_each_row_of_an_environment_may_have_its_label() -> None:
    text = (
        TABLE + "\n\\begin{align}\na &= b \\label{eq:one} \\\\\nb &= a, & a &= 2 \\label{eq:two}\n"
        "\\end{align}\n"
    )
    chapter = load("a.md", text)
    assert chapter.errors == []
    assert [claim.id for claim in chapter.claims] == ["eq:one", "eq:two[1]", "eq:two[2]"]
    again = load("a.md", text + "\n$$\na = b \\label{eq:two}\n$$\n")
    assert "the label eq:two is taken" in str(again.errors[0])


def test_settings_and_underlined_headings() -> None:
    found = read("a.md", "---\ntitle: T\n---\n\nBook\n====\n\nPart\n----\n\n$$\na = b\n$$\n")
    assert [(s.title, s.level) for s in found.sections] == [("", 0), ("Book", 1), ("Part", 2)]
    assert found.equations[0].section.title == "Part"


def test_a_table_without_outer_bars() -> None:
    found = read("a.md", "**Symbols** | Shape\n--- | ---\n$a_n$ | (N,)\n\nafter | it\n")
    assert [(row.symbol.text, row.shape.text) for row in found.tables[0].rows] == [
        ("$a_n$", "(N,)")
    ]


def test_a_lone_bar_in_a_table_is_told() -> None:
    found = read("a.md", TABLE + "|\n| $c$ | scalar |\n")
    assert [str(problem) for problem in found.problems] == [
        "a.md:5:1: this row of the symbols table has 0 cells, its header has 2"
    ]
    assert len(found.tables[0].rows) == 3


# --- notebooks ----------------------------------------------------------------------------------


def notebook(*cells: object) -> str:
    parts = [
        {"cell_type": kind, "metadata": {}, "source": source}
        for kind, source in cells  # type: ignore[misc]
    ]
    return json.dumps({"cells": parts, "nbformat": 4}, indent=1)


def test_the_markdown_cells_of_a_notebook() -> None:
    cells = (
        ("markdown", ["# T\n", "\n", *TABLE.splitlines(keepends=True)]),
        ("code", ["x = '$$'\n"]),
        ("markdown", 'so "it" is\n\n$$\n\\frac{a}{b} = \\frac{a}{b} + 1\\label{eq:one}\n$$'),
        ("markdown", ["$$\n", "a = b\n", "$$"]),
    )
    text = notebook(*cells)
    found = read("n.ipynb", text)
    assert spoken(found) == [(r"\frac{a}{b} = \frac{a}{b} + 1", "eq:one"), ("a = b", None)]
    places_are_right(found)
    place = found.equations[1].place(1)
    assert text.split("\n")[place.line - 1].strip() == r'"a = b\n",'
    assert len(load("n.ipynb", text).claims) == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{", "this is no notebook"),
        ('{"cells": [{"cell_type": "markdown", "source": 3}]}', "this is no notebook"),
        ('{"cells": [{"cell_type": "markdown", "source": [3]}]}', "this is no notebook"),
        ("[]", "its cells are not where they should be"),
        ('{"cells": [{"cell_type": "markdown"}]}', "its cells are not where they should be"),
        ('{"cells": 3}', "its cells are not where they should be"),
        ("[" * 100_000, "this is no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_told(text: str, wanted: str) -> None:
    (problem,) = read("n.ipynb", text).problems
    assert wanted in problem.message


# --- LaTeX --------------------------------------------------------------------------------------

LATEX = r"""
\section{One} % $$a = b$$
\subsection*{Symbols}
\begin{tabular}{ll}
  \toprule
  \textbf{Symbol} & Code & Shape & Meaning \\ \midrule
  $x_n$ & \texttt{x} & (N,) & input \\
  $a$ & & scalar, positive & 100\% \\
\end{tabular}
\begin{verbatim}
$$ never $$
\end{verbatim}
Then \verb|$$ never $$| and
\begin{align}
  a &= a + 1 % not $$
     \label{eq:one} \\
    &= a + 2 \nonumber
\end{align}
\[ x_n = 2 x_n \] % unchecked: an example
$$ a = 3 $$
\begin{equation*} a = 4 \end{equation*}
"""


def test_latex() -> None:
    found = read("a.tex", LATEX)
    assert [tex.split("=")[0].split()[-1] for tex, _ in spoken(found)] == ["&", "x_n", "a", "a"]
    assert [each.unchecked for each in found.equations] == [None, "an example", None, None]
    assert found.tables[0].section.title == "One"
    places_are_right(found)
    chapter = load("a.tex", LATEX)
    assert [str(error) for error in chapter.errors] == []
    assert [claim.id for claim in chapter.claims] == [
        *("eq:one[1]", "eq:one[2]"),
        *("a.tex:20", "a.tex:21"),
    ]
    assert [(s.name, s.code, s.domain) for s in chapter.symbols] == [
        ("x", "x", "real"),
        ("a", None, "positive"),
    ]


COMMANDS = r"""
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} % a derivative
\newcommand\loss{L}
\def\twice#1{2 (#1)}
\DeclareMathOperator*{\big}{sigmoid}
\renewcommand{\loss}{%
  \mathcal{L}
}
\begin{tabular}{ll}
Symbol & Shape \\
$x_n$ & (N,) \\
$\mathcal{L}$ & any scalar function of $x$ \\
\end{tabular}
\[ \twice{\pd{\loss}{x_n}}
   = \pd{\loss}{x_n} + \pd \loss {x_n} \label{a} \]
\[ \twice{x_n} = \twice{ \twice{x_n} } \]
"""


def test_the_authors_own_commands() -> None:
    found = read("a.tex", COMMANDS)
    assert spoken(found)[1] == ("2 (x_n) = 2 ( 2 (x_n) )", None)
    chapter = load("a.tex", COMMANDS)
    assert [str(error) for error in chapter.errors] == []
    (first, second) = chapter.claims
    assert first.latex.replace(" ", "").count(r"\frac{\partial\mathcal{L}}{\partialx_{n}}") == 3
    assert (first.label, first.place.line, first.place.column) == ("a", 15, 6)
    assert (second.place.line, second.place.column) == (16, 18)
    # What is wrong in what a command stands for is told where the command is.
    (error,) = load("a.tex", COMMANDS.replace(r"\mathcal{L}" + "\n}", "q\n}")).errors[:1]
    assert (error.place.line, error.place.column) in ((14, 4), (15, 6))


def test_commands_that_never_end() -> None:
    laughs = "".join(
        f"\\newcommand{{\\{a}}}{{\\{b}\\{b}}}\n" for a, b in pairwise("abcdefghijklmnop")
    )
    found = read("a.tex", laughs + r"\[ \a = 1 \]")
    assert "becomes too long" in found.problems[0].message
    assert load("a.tex", "\\newcommand{\\a}{\\a}\n\\[ \\a = 1 \\]").errors
    assert load("a.tex", "\\newcommand{\\a}[1]{#1\n\\[ \\a = 1 \\]").errors


# --- docstrings ---------------------------------------------------------------------------------

PYTHON = r'''
r"""A module.

| Symbol | Shape |
|---|---|
| $a$ | scalar |

$$
a = a + 1
$$
"""

x = "$$ never $$"


class Layer:
    """A layer.

    | Symbol | Shape |
    |---|---|
    | $b_n$ | (N,) |

    .. math::
       :label: slope

       \\frac{b_n}{2} = b_n
    """

    def forward(self):
        r"""Forward.

        ```math
        a + b_n = 7
        ```
        """
        r"""$$ b_n = 3 $$"""
        return "$$ never $$"

    r"""
    \begin{align}
    b_n &= 4
    \end{align}
    """


def é(): "$$ a = 8 $$"  # noqa


# %% [markdown]
# Here $$ a = 9 $$
'''


def test_docstrings() -> None:
    found = read("layer.py", PYTHON)
    assert [tex.replace("&", "").split("=")[1].strip()[0] for tex, _ in spoken(found)] == [
        *("a", "b", "7", "3", "4", "8", "9")
    ]
    assert [each.section.title for each in found.equations] == [
        *("layer", "Layer", "forward", "forward", "", "é", "")
    ]
    places_are_right(found)
    chapter = load("layer.py", PYTHON)
    assert [str(error) for error in chapter.errors] == []
    assert [claim.label for claim in chapter.claims] == [None, "slope", *[None] * 5]
    assert len(chapter.claims) == 7


def test_a_table_of_a_class_holds_in_that_class_alone() -> None:
    text = PYTHON + '\n\ndef other():\n    r"""$$ b_n = 1 $$"""\n'
    (error,) = load("layer.py", text).errors
    assert "b" in error.message
    assert "is not in the symbols table" in error.message


def test_a_file_that_is_no_python_is_told() -> None:
    (problem,) = read("a.py", "def (:").problems
    assert "cannot be read as Python" in problem.message
    assert load("a.py", "\0").errors


@pytest.mark.parametrize(
    "opening",
    ['!!! note "The hidden layer"', '=== "Hidden"', '??? question "Hidden units"', "!!! unhidden"],
)
def test_a_title_hides_nothing(opening: str) -> None:
    assert read("a.md", f"{opening}\n\n    $$\n    a = b\n    $$\n").problems == []


# Each style that hides, and one that is near to it and does not.
STYLES = [
    ("display: none", "display: inline"),
    ("visibility: hidden", "backface-visibility: hidden"),
    ("visibility: collapse", "border-collapse: collapse"),
    ("content-visibility: hidden", "overflow: auto"),
    ("opacity: 0", "opacity: .5"),
    ("OPACITY:0.0 !important", "opacity: 0.5"),
    ("font-size: 0", "line-height: 1.5"),
    ("font-size: 0.0em", "font-size: 0.8em"),
    ("width: 0", "min-width: 0"),
    ("width: 0px", "border-width: 0"),
    ("height: 0", "min-height: 0"),
    ("max-height: 0%", "max-height: 30%"),
    ("zoom: 0", "zoom: 1.0"),
    ("clip-path: inset(100%)", "clip-path: none"),
    ("clip: rect(0, 0, 0, 0)", "clip: auto"),
    ("transform: scale(0)", "transform: scale(0.9)"),
    ("transform: rotate(9deg) scaleX(0)", "transform: translate(0)"),
    ("left: -9999px", "left: -10px"),
    ("text-indent: -100em", "text-indent: -2em"),
    ("margin-left: -9999px", "margin-left: -10px"),
    ("margin: 0 -100vw", "margin: 0 -20px"),
    ("color: white", "color: white; background: #333"),
    ("color: white; background: #ffffff", "color: #fff; background-color: black"),
    ("color: #fff; background: none", "background-color: white"),
    ("color: rgb(255, 255, 255)", "color: rgb(100, 255, 255)"),
    ("color: rgb(255 255 255)", "color: rgb(0, 0, 0)"),
    ("color: rgba(0, 0, 0, 0)", "color: rgb(200, 0, 0)"),
    ("color: rgba(0, 0, 0, 0.0)", "color: rgba(0, 0, 0, 0.9)"),
    ("color: hsl(0 0 0 / 0%)", "color: hsl(0 0 0 / 50%)"),
    ("color: #12345600", "color: #123400"),
    ("color: #ffff", "color: #ff0"),
    ("color: transparent", "border-color: transparent"),
]


@pytest.mark.parametrize(("hidden", "seen"), STYLES)
def test_a_style_that_hides_and_one_that_does_not(hidden: str, seen: str) -> None:
    (problem,) = read("a.md", f'<p style="margin: 0; {hidden}">{CLAIM}</p>\n').problems
    assert "no reader sees the mathematics in this <p>" in str(problem)
    assert read("a.md", f'<p style="{seen}">{CLAIM}</p>\n').problems == []


# --- bytes --------------------------------------------------------------------------------------


def test_bytes_that_are_no_text_are_told_with_their_place() -> None:
    assert decoded("a.md", "é\ufeff".encode("utf-8-sig")) == "é\ufeff"
    with pytest.raises(Exception, match=r"a.md:2:3: the byte 0xff is not UTF-8"):
        decoded("a.md", "é\nxé".encode() + b"\xff")


@pytest.mark.parametrize(
    "text",
    [
        "{% katex(block=true) %}a = b{% end %}",
        "{% math %}\na = b\n{% endmath %}",
        "{{< katex display >}}a = b{{< /katex >}}",
        "[latex]a = b[/latex]",
        "<BlockMath>a = b</BlockMath>",
        "<katex-block>a = b</katex-block>",
        '<div class="wide math display">a = b</div>',
        '<math display="block"><mi>a</mi></math>',
        "\\begin{empheq}{align} a = b \\end{empheq}",
        "\\begin{numcases}{a=} b & c \\end{numcases}",
    ],
)
def test_ways_to_set_an_equation_that_are_not_read_are_told(text: str) -> None:
    (problem,) = read("a.md", f"{TABLE}\n{text}\n").problems
    assert "is not read: write" in problem.message
    assert problem.place.line == 6


@pytest.mark.parametrize(
    "text",
    [
        "in $f =\n\\begin{cases} a & b \\\\ c & d \\end{cases}$ text",
        "see [latex](x) and `{% katex %}`",
        "`\\begin{empheq}`",
        "```{eval-rst}\n.. autoclass:: x\n```",
        '<script type="math/tex">a</script>',
    ],
)
def test_what_sets_no_equation_is_passed_over(text: str) -> None:
    assert spoken(read("a.md", text)) == []


@pytest.mark.parametrize("kind", ["math/tex", "math/tex; mode=inline"])
def test_a_script_that_claims_something_in_its_line_is_told(kind: str) -> None:
    script = f'<script type="{kind}">x \\le y</script>'
    (problem,) = read("a.md", f"{TABLE}\nSo {script}\n").problems
    assert problem.message.startswith("a script of math/tex is set in its line, and not checked")
    assert (problem.place.line, problem.place.column) == (6, 4)


def test_commands_that_begin_and_end_an_equation() -> None:
    text = (
        "\\newcommand{\\be}{\\begin{equation}}\\def\\ee{\\end{equation}}\n"
        "\\be a = b \\ee and \\beta \\be\na = 2\n\\ee"
    )
    found = read("a.tex", text)
    assert spoken(found) == [("a = b", None), ("a = 2", None)]
    assert [(each.line, each.column) for each in found.equations] == [(2, 1), (2, 25)]


def test_commands_that_set_their_argument_as_an_equation_are_told() -> None:
    text = "\\newcommand{\\eq}[1]{\\begin{equation}#1\\end{equation}}\nSo\n\\eq{a = b}"
    (problem,) = read("a.tex", text).problems
    assert "\\eq sets an equation that is its argument" in problem.message
    assert (problem.place.line, problem.place.column) == (3, 1)


def test_the_usual_short_names_are_told_where_nothing_defines_them() -> None:
    (problem,) = read("a.tex", "so \\be a = b \\ee").problems
    assert "\\be is not defined in this file" in problem.message
    assert read("a.tex", "$\\beta$ and \\begin{center}").problems == []


def test_cells_of_code_that_show_what_stands_in_them() -> None:
    def cell(kind: str, source: object) -> object:
        return {"cell_type": kind, "source": source}

    shown = cell("code", ["%%latex\n", "$$a = b$$"])
    text = json.dumps({"cells": [cell("code", "x = '$$a = 1$$'"), shown, cell("code", [])]})
    assert spoken(read("a.ipynb", text)) == [("a = b", None)]


def test_a_cell_that_a_tag_removes_defines_nothing() -> None:
    cell = {"cell_type": "markdown", "metadata": {"tags": ["remove-cell"]}, "source": [CLAIM]}
    removed = read("a.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))
    assert "no reader sees the mathematics in this cell" in str(removed.problems[0])
    cell["metadata"] = {"tags": ["a"]}
    assert read("a.ipynb", json.dumps({"cells": [cell], "nbformat": 4})).problems == []


@pytest.mark.parametrize(
    "hidden",
    [
        "\\iffalse\n{}\n\\ifx\\a\\b c \\fi\n\\fi\n",
        "\\if0 {} \\fi\n",
        "\\iffalse {} \\else d \\fi\n",
        "\\iffalse \\ifx\\a\\b c \\else d \\fi {} \\else\n\\fi\n",
        "\\iffalse \\newif \\ifa \\ifthenelse{a}{b}{c}\n{} \\fi\n",
    ],
)
def test_what_latex_leaves_out_is_passed_over(hidden: str) -> None:
    text = hidden.replace("{}", "$$ c = d $$") + "Here $a \\iff b$.\n$$\na = b\n$$\n"
    ended = text + "\\end{document}\n$$ c = d $$\n"
    assert spoken(read("a.tex", text)) == spoken(read("a.tex", ended)) == [("a = b", None)]


@pytest.mark.parametrize(
    "around",
    [
        "\\iffalse c \\else {} \\fi",
        "\\if0 c \\else\n{}\n\\fi",
        "\\iffalse \\ifx\\a\\b c \\else d \\fi \\else {} \\fi",
        "\\iffalse c \\fi {} \\ifx\\a\\b c \\fi",
        "\\newif \\ifa\n{}\n\\ifa c \\fi",
        "\\ifthenelse{a}{b}{c} {} \\ifx\\a\\b c \\fi",
    ],
)
def test_what_latex_sets_beside_what_it_leaves_out_is_read(around: str) -> None:
    assert spoken(read("a.tex", around.replace("{}", "$$ a = b $$"))) == [("a = b", None)]


@pytest.mark.parametrize("branch", ["iffalse", "if0"])
def test_what_latex_leaves_out_must_end(branch: str) -> None:
    (problem,) = read("a.tex", f"So\n\\{branch} \\ifx c \\fi").problems
    assert str(problem) == f"a.tex:2:1: this \\{branch} is never closed"


@pytest.mark.parametrize("branch", ["if00", "if01", "ifx\\a\\b c \\else"])
def test_what_latex_sets_in_a_branch_is_refused(branch: str) -> None:
    (problem,) = read("a.tex", f"\\{branch} $$ a = b $$ \\fi").problems
    assert problem.message.startswith("is what stands behind this \\if")


def test_what_latex_may_leave_out_is_refused() -> None:
    document = read("a.tex", "\\newif\\ifa\n\\ifa\n$$ a = b $$\n\\fi\n")
    assert [str(problem) for problem in document.problems] == [
        "a.tex:2:1: is what stands behind this \\ifa set? Show it"
    ]


@pytest.mark.parametrize("header", ["Shape", "*Shape*", "Shape <!-- a -->", "<b>Shape</b>"])
def test_two_columns_of_one_name_are_refused(header: str) -> None:
    table = f"| Symbol | {header} | Shape |\n|---|---|---|\n| $a$ | scalar | scalar, positive |\n"
    (problem,) = read("a.md", table).problems
    assert problem.message == "this symbols table has two columns called shape"
