"""What no reader of a page sees is refused, however it is hidden; what is seen is read."""

import json

import pytest

from mathcheck.text.colors import is_seen
from mathcheck.text.sources import read

CLAIM = "$$\na = b\n$$"
INDENTED = "    $$\n    a = b\n    $$"


def problems(text: str, path: str = "a.md") -> list[str]:
    return [problem.message for problem in read(path, text).problems]


HIDDEN = [
    # classes and attributes of the equation itself
    "```{math}\n:class: hidden\n\na = b\n```",
    "```{math}\n---\nclass: hidden\n---\na = b\n```",
    ":::{math}\n:class: wide sr-only\n\na = b\n:::",
    ".. math::\n   :class: hidden\n\n   a = b\n\nThen",
    "$$\na = b\n$$ {#eq-a .hidden}",
    "$$\na = b\n$$ {#eq-a style='display: none'}",
    "``` {.math .hidden}\na = b\n```",
    # elements
    '<div class="&#104;idden">\n$$\na = b\n$$\n</div>',
    '<p style="display:/**/none">$$a = b$$</p>',
    '<p style="d\\69splay: none">$$a = b$$</p>',
    '<p style="color: #123; background: #123">$$a = b$$</p>',
    '<p style="-webkit-text-fill-color: transparent">$$a = b$$</p>',
    '<p style="text-decoration: line-through">$$a = b$$</p>',
    '<p style="filter: opacity(0)">$$a = b$$</p>',
    '<p style="font: 0/0 a">$$a = b$$</p>',
    '<p style="font-size: 1px">$$a = b$$</p>',
    '<p style="transform: translateX(-9999px)">$$a = b$$</p>',
    '<font color="white">$$a = b$$</font>',
    "<dialog>$$a = b$$</dialog>",
    "<div popover>$$a = b$$</div>",
    '<div v-if="false">$$a = b$$</div>',
    "<p style='opacity: 0.001'>$$a = b$$</p>",
    "<p style='opacity: 1%'>$$a = b$$</p>",
    "<p style='transform: scale(.001)'>$$a = b$$</p>",
    "<p style='inset: 0 auto auto -9999px'>$$a = b$$</p>",
    "<p style='display: var(--shown)'>$$a = b$$</p>",
    "<p style='mask: url(a.svg)'>$$a = b$$</p>",
    "<p style='position: relative; z-index: -1'>$$a = b$$</p>",
    *(
        f"<p class='wide {name}'>$$a = b$$</p>"
        for name in ("collapse", "tw-hidden", "md:hidden", "opacity-0", "text-white", "w-0")
    ),
    "<Hidden>\n$$a = b$$\n</Hidden>",
    "<progress>$$a = b$$</progress>",
    f'::: {{style="display: none"}}\n{CLAIM}\n:::',
    f'{CLAIM}\n{{class="hidden"}}',
    f"```{{note}} One\n---\nclass: hidden\n---\n{CLAIM}\n```",
    f"```{{div}} hidden\n{CLAIM}\n```",
    ".. container:: hidden\n\n   .. math:: a = b",
    ".. rst-class:: hidden\n\n.. math:: a = b\n\nThen",
    f"{{{{#if x}}}}\n{CLAIM}\n{{{{/if}}}}",
    f"{{{{^x}}}}\n{CLAIM}\n{{{{/x}}}}",
    f"<% if false %>\n{CLAIM}\n<% end %>",
    f"{{/* {CLAIM} */}}",
    # a section and a fence that hold code
    f"## A part {{.hidden}}\n\n```python\n# a comment\n```\n\n{CLAIM}",
    f"## A part {{.hidden}}\n\n~~~\n# one\n```\n# two\n~~~\n\n{CLAIM}",
    f"## A part {{.hidden}}\n\n<!--\n# a comment\n-->\n\n{CLAIM}",
    f"::: hidden\n```\ncode\n```\n{CLAIM}\n:::",
    f"::: {{.hidden}}\n```python\n:::\n```\n{CLAIM}\n:::",
    f":::: hidden\n:::\n{CLAIM}\n::::",
    f":::{{note}}\n:class: hidden\n```\ncode\n```\n{CLAIM}\n:::",
    f"````{{note}}\n:class: hidden\n```\ncode\n```\n{CLAIM}\n````",
    # several lines
    "![a picture of\n$$ a = b $$\nand more](a.png)",
    f"![a picture\n{CLAIM}\n][a]",
    "[a link](a.md\n'$$ a = b $$')",
    "~~this is\n$$ a = b $$\nno longer so~~",
    f"~~this\n{CLAIM}\n~~",
    "{-- $$ a = b $$ --}",
    "{>> $$ a = b $$ <<}",
    "{~~ $$ a = b $$ ~> so ~~}",
    '[a]: b.md\n  "$$ a = b $$"',
    "*[HTML]: $$ a = b $$",
    # a footnote that is not shown
    "[^1]: $$ a = b $$",
    f"Text.[^2]\n\n[^1]: So\n\n{INDENTED}\n\n[^2]: Not so.",
    # in what some writers of pages leave out
    f"%%\n{CLAIM}\n%%",
    f"%% so\n{CLAIM}\n%% and",
    f"/// html | div.hidden\n{CLAIM}\n///",
    f"/// html | div[style='display: none']\n{CLAIM}\n///",
    f"/// details | More\n    attrs: {{class: hidden}}\n{CLAIM}\n///",
    f"```{{dropdown}} More\n:class-container: hidden\n{CLAIM}\n```",
    f":::{{only}} latex\n{CLAIM}\n:::",
    f"```{{ifconfig}} x\n{CLAIM}\n```",
    ".. only:: latex\n\n   .. math:: a = b",
    ".. a comment\n   $$ a = b $$",
    f'+++ {{"tags": ["remove-cell"]}}\n\n{CLAIM}\n\n+++',
    f"{{{{< hint hidden >}}}}\n{CLAIM}\n{{{{< /hint >}}}}",
    f"{{{{% comment %}}}}\n{CLAIM}\n{{{{% /comment %}}}}",
    f"\\begin{{comment}}\n{CLAIM}\n\\end{{comment}}",
    f"<?php\n{CLAIM}\n?>",
    f"<![CDATA[\n{CLAIM}\n]]>",
    f"<!DOCTYPE a [\n{CLAIM}\n]>",
    f"<svg><desc>\n{CLAIM}\n</desc></svg>",
    f"<div/hidden>\n{CLAIM}\n</div>",
    f"<div class='hidden-print'>\n{CLAIM}\n</div>",
    f"::: notes\n{CLAIM}\n:::",
    # written with entities
    "&#0036;&#0036;a = b&#0036;&#0036;",
    "&#x0024;&#x24;a = b&DOLLAR;&dollar;".replace("&DOLLAR;", "$"),
    "&#36;$ a = b $&#36;",
    "&#92;[ a = b &#92;]",
    "&bsol;begin{align} a = b &bsol;end{align}",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_what_is_hidden_is_refused(text: str) -> None:
    assert problems(f"Text.\n\n{text}\n") != []


SEEN = [
    '<p style="color: #123; background: #eee">$$a = b$$</p>',
    '<p style="text-decoration: underline; font: 12px serif">$$a = b$$</p>',
    '<p style="font-size: 12px; height: 40px">$$a = b$$</p>',
    '<font color="black">$$a = b$$</font>',
    "<dialog open>$$a = b$$</dialog>",
    "<p style='opacity: 0.3; z-index: 1'>$$a = b$$</p>",
    f"```{{div}} wide\n{CLAIM}\n```",
    f"```{{note}} One\n---\nclass: wide\n---\n{CLAIM}\n```",
    f"a {{b=c}} and\n\n{CLAIM}",
    "$$\na = b\n$$ {#eq-a .wide}",
    "``` {.math .wide}\na = b\n```",
    "```{math}\n:class: wide\n\na = b\n```",
    f"## A part {{.hidden}}\n\nText.\n\n## Another\n\n{CLAIM}",
    f"::: hidden\n```\ncode\n```\n:::\n\n{CLAIM}",
    f"```{{note}}\n:class: hidden\nText.\n```\n\n{CLAIM}\n\n```\ncode\n```",
    f"::: hidden\n:::: {{note}}\nText.\n::::\n:::\n\n{CLAIM}",
    f"![a picture](a.png)\n\n{CLAIM}\n\n![another](b.png)",
    f"~~no longer~~\n\n{CLAIM}\n\n~~nor this~~",
    f"It is ~~ not struck out\n\n{CLAIM}",
    "a [link](a.md) before $$a = b$$ (see below)",
    f"Text.[^1]\n\n[^1]: So\n\n{INDENTED}",
    "It costs 5 &#36; and $$a = b$$",
    f"[a]: b.md\n\n{CLAIM}",
    f"%%\na comment\n%%\n\n{CLAIM}",
    f"/// admonition | The hidden layer\n{CLAIM}\n///",
    f"/// details | More\n    open: true\n{CLAIM}\n///",
    f"+++\n\n{CLAIM}\n\n+++",
    f'+++ {{"tags": ["a"]}}\n\n{CLAIM}',
    f"{{{{< hint info >}}}}\n{CLAIM}\n{{{{< /hint >}}}}",
    f".. note::\n\n   A note.\n\n.. _target:\n\n{CLAIM}",
    f"<?php a ?>\n\n{CLAIM}",
    "$\\newcommand{\\reals}{\\mathbb{R}}$ and\n\n" + CLAIM,
]


@pytest.mark.parametrize("text", SEEN)
def test_what_is_seen_is_read(text: str) -> None:
    found = read("a.md", f"Text.\n\n{text}\n")
    assert [problem.message for problem in found.problems] == []
    assert [" ".join(each.tex.split()) for each in found.equations] == ["a = b"]


@pytest.mark.parametrize(
    "text",
    [
        "$\\renewcommand{\\le}{\\ge}$\n",
        "so $\\let\\le\\ge$ is\n",
        "\\(\\def\\le{\\ge}\\)\n",
        "$$\n\\gdef\\le{\\ge}\n$$\n<!-- unchecked: signs -->\n",
        "<script>MathJax = {tex: {macros: {le: '\\\\ge'}}}</script>\n",
    ],
)
def test_a_command_with_another_meaning_is_refused(text: str) -> None:
    (problem,) = problems(f"{text}\n$$\na \\le b\n$$\n")
    assert "\\le gets another meaning here, which is not read" in problem


# --- LaTeX: what is not set, and what commands mean ----------------------------------------------

SET = "\\[ a = b \\]"


@pytest.mark.parametrize(
    "text",
    [
        "\\phantom{@}",
        "\\setbox0\\vbox{@}",
        "\\sbox0{@}",
        "\\savebox{\\a}{@}",
        "\\begin{lrbox}{\\a} @ \\end{lrbox}",
        "{\\color{white} @}",
        "\\color{white} @ \\color{black}",
        "\\textcolor{white}{\\emph{@}}",
        "\\textcolor{black!2}{@}",
        "\\transparent{0} @",
        "{\\color[rgb]{1, 1, 1} @}",
        "\\textcolor[gray]{0.99}{@}",
        "\\textcolor[HTML]{FFFFFF}{@}",
        "\\textcolor[RGB]{255,255,255}{@}",
        "\\textcolor[cmyk]{0,0,0,0}{@}",
        "\\begin{onlyenv}<0> @ \\end{onlyenv}",
        "\\begin{invisibleenv} @ \\end{invisibleenv}",
        "\\write18{@}",
        "\\put(500, 500){@}",
        "\\fontsize{0.1}{1} @",
        "\\note{@}",
        "\\only<0>{@}",
        "\\rlap{@}",
        "\\scalebox{0}{@}",
        "\\excludecomment{sol} \\begin{sol} @ \\end{sol}",
        "\\newenvironment{h}{\\setbox0\\vbox\\bgroup}{\\egroup} \\begin{h} @ \\end{h}",
        "@\n\\begin{document}\n\\end{document}",
        "\\phantom{\\begin{tabular}{ll}\nSymbol & Shape \\\\\n$c$ & scalar \\\\\n\\end{tabular}}",
    ],
)
def test_what_latex_does_not_set_is_refused(text: str) -> None:
    assert len(problems(text.replace("@", SET), "a.tex")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "\\footnote{So @}",
        "\\textbf{a} @ \\emph{b}",
        "{\\color{white} a} @",
        "\\textcolor{white}{a} @ \\textcolor{red}{b}",
        "\\textcolor{red}{@}",
        "\\color{white} a \\color{black} @",
        "\\only<2->{@}",
        "\\textcolor[rgb]{1, 0, 0}{@}",
        "\\textcolor[gray]{0}{@}",
        "\\textcolor[cmyk]{0,0,0,1}{@}",
        "\\begin{onlyenv}<1-> @ \\end{onlyenv}",
        "\\fontsize{12}{14} @",
        "\\phantom{a} \\sbox0{a} @",
        "\\begin{theorem}[One] @ \\end{theorem}",
        "\\newenvironment{h}{\\begin{quote}}{\\end{quote}} \\begin{h} @ \\end{h}",
        "\\excludecomment{sol} \\begin{sol} a \\end{sol} @",
        "\\begin{document}\n@\n\\end{document}",
        "\\verb|\\phantom{| and \\{ @",
        "@ \\endinput \\[ a = 1 \\]",
        "\\phantom{\n% }\na}\n@",
    ],
)
def test_what_latex_sets_is_read(text: str) -> None:
    found = read("a.tex", text.replace("@", SET))
    assert [problem.message for problem in found.problems] == []
    assert [each.tex.strip() for each in found.equations] == ["a = b"]


@pytest.mark.parametrize(
    "text",
    [
        "\\renewcommand\\le[1][x]{\\ge}",
        "\\RenewDocumentCommand{\\le}{}{\\ge}",
        "\\mathchardef\\le=42",
        "\\def\\le#1.{\\ge}",
        "\\let\\le<",
    ],
)
def test_a_change_that_is_not_followed_is_refused_where_it_counts(text: str) -> None:
    assert problems(f"{text} {SET}", "a.tex") == []
    (problem,) = problems(f"{text}\n\\[ a \\le b \\]", "a.tex")
    assert problem == "\\le has been given another meaning, which is not read"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\\let\\le\\ge", "a \\ge b"),
        ("\\let\\le=\\ge", "a \\ge b"),
        ("\\gdef\\le{\\ge}", "a \\ge b"),
        ("\\DeclareRobustCommand{\\le}{\\ge}", "a \\ge b"),
        ("\\providecommand{\\le}{\\ge}", "a \\le b"),
        ("\\newcommand{\\x}{<} \\let\\le\\x", "a < b"),
    ],
)
def test_other_names_of_commands_are_followed(text: str, wanted: str) -> None:
    found = read("a.tex", f"{text}\n\\[a \\le b\\]")
    assert [problem.message for problem in found.problems] == []
    assert [" ".join(each.tex.split()) for each in found.equations] == [wanted]


def test_a_copy_of_what_is_changed_later_is_refused() -> None:
    text = "\\let\\old\\le \\let\\le\\ge"
    (problem,) = problems(f"{text}\n\\[ a \\old b \\]", "a.tex")
    assert problem == "\\old has been given another meaning, which is not read"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("\\catcode`\\+=9", "catcode"),
        ("\\expandafter\\def\\csname le\\endcsname{\\ge}", "csname"),
        ("\\everymath{a}", "everymath"),
        ("\\renewcommand{\\,}{-}", "renewcommand{\\,"),
        ("\\def~{-}", "def~"),
        ("\\renewenvironment{align}{}{}", "renewenvironment{align}"),
    ],
)
def test_what_may_change_anything_is_refused(text: str, sign: str) -> None:
    (problem,) = problems(f"{text} {SET}", "a.tex")
    assert problem == f"what \\{sign} changes is not read"


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (".note { display: none; }", ".note"),
        ("/* a */ div.a, .b p { color: white }", "div.a"),
        ("@media (min-width: 1px) { mjx-container { opacity: 0 } }", "mjx-container"),
        ("h1, .arithmatex { visibility:hidden }", ".arithmatex"),
    ],
)
def test_a_style_sheet_that_hides_is_refused(rule: str, what: str) -> None:
    (problem,) = problems(f"<style>\n{rule}\n</style>\n\n{CLAIM}\n")
    assert problem.startswith(f"this style sheet hides {what}: is there mathematics in it?")


@pytest.mark.parametrize(
    "rule",
    [
        ".note { color: red; }",
        ".md-typeset h1, .md-sidebar--secondary { display: none }",
        ".a::before { display: none }",
        "header > nav { display: none }",
    ],
)
def test_a_style_sheet_that_hides_no_text_is_passed_over(rule: str) -> None:
    assert problems(f"<style>\n{rule}\n</style>\n\n{CLAIM}\n") == []


def cell(kind: str, metadata: object, source: str = CLAIM) -> str:
    cells = [{"cell_type": kind, "metadata": metadata, "source": source}]
    return json.dumps({"cells": cells, "nbformat": 4})


@pytest.mark.parametrize(
    "metadata",
    [
        {"tags": ["a", "remove-cell"]},
        {"tags": ["nbsphinx-hidden"]},
        {"nbsphinx": "hidden"},
        {"hidden": True},
        {"jupyter": {"source_hidden": True}},
        {"jupyter": {"outputs_hidden": True}},
        {"slideshow": {"slide_type": "notes"}},
        {"tags": ["no-print"]},
    ],
)
def test_a_cell_that_is_not_shown(metadata: object) -> None:
    (problem,) = problems(cell("markdown", metadata), "a.ipynb")
    assert "no reader sees the mathematics in this cell" in problem


@pytest.mark.parametrize(
    "metadata",
    [
        *({}, {"tags": ["a"]}, {"nbsphinx": "allow"}, {"hidden": False}),
        *({"jupyter": {"source_hidden": False}}, {"slideshow": {"slide_type": "slide"}}),
    ],
)
def test_a_cell_that_is_shown(metadata: object) -> None:
    assert problems(cell("markdown", metadata), "a.ipynb") == []


def test_a_raw_cell_is_not_read() -> None:
    (problem,) = problems(cell("raw", {}), "a.ipynb")
    assert "the mathematics in a raw cell is not read" in problem
    assert problems(cell("raw", {}, "---\ntitle: A\n---"), "a.ipynb") == []


def test_of_two_settings_of_one_name_the_last_counts() -> None:
    both = cell("markdown", {}).replace('"markdown"', '"code", "cell_type": "mark\\u0064own"')
    assert len(read("a.ipynb", both).equations) == 1


@pytest.mark.parametrize(
    "header",
    ['tags=["remove-cell"]', '{"nbsphinx": "hidden"}', 'slideshow={"slide_type": "skip"}'],
)
def test_a_cell_of_python_that_its_header_removes(header: str) -> None:
    text = f"# %% [markdown] {header}\n# $$ a = b $$\n"
    (problem,) = problems(text, "a.py")
    assert "no reader sees the mathematics in this cell, which its first line removes" in problem
    assert problems(text.replace(header, 'tags=["a"]'), "a.py") == []


def test_a_comment_of_latex_closes_no_equation() -> None:
    found = read("a.tex", "\\[ a = b % \\]\n + 1 \\] \\% \\[ a = 2 \\]")
    assert [" ".join(each.tex.split()) for each in found.equations] == ["a = b + 1", "a = 2"]


UNSEEN = [
    *("white", "WHITE", "snow", "#fff", "#ffff", "#FEFEFE", "#ffffff80", "rgb(255, 255, 255)"),
    *("rgb(100% 100% 100%)", "rgba(250, 250, 250, 0.5)", "hsl(0, 0%, 100%)", "hsl(0 0 98)"),
    *(
        "black!5",
        "red!0!white",
        "white!20",
        "lightyellow",
        "#ffffe0",
        "gray!10",
        "rgb(200, 255, 255)",
    ),
]
FAINT = ["transparent", "#0000", "#12345600", "rgba(0, 0, 0, .0)", "rgb(0 0 0 / 0%)"]


UNKNOWN = ["rgb(1)", "", "var(--a)", "paper", "black!", "rgb(a, b, c)", "light-dark(red, red)"]


@pytest.mark.parametrize("color", [*UNSEEN, *FAINT, *UNKNOWN])
def test_colours_that_are_not_seen_on_white(color: str) -> None:
    assert not is_seen(color)


@pytest.mark.parametrize(
    "color",
    [
        *("black", "#000", "#ff0", "yellow", "rgb(0, 0, 0)", "hsl(0 0 20)", "black!50", "gray"),
        *("red!50!black", "blue!70!", "BurntOrange", "lightgrey", "cyan", "rgba(0, 0, 0, 0.4)"),
    ],
)
def test_colours_that_are_seen_on_white(color: str) -> None:
    assert is_seen(color)


@pytest.mark.parametrize(
    ("color", "ground", "seen"),
    [
        ("white", "black", True),
        ("#123", "#124", False),
        ("white", "transparent", False),
        ("yellow", "#ffff10", False),
        ("black", "rgba(0, 0, 0, 0.95)", False),
        ("rgba(0, 0, 0, 0.95)", "black", False),
        ("white", "url(a.png)", False),
    ],
)
def test_colours_on_their_ground(color: str, ground: str, seen: bool) -> None:
    assert is_seen(color, ground) == seen
