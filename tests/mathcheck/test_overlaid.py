"""What is shown otherwise than it is checked is refused: what lies over it, what is not known."""

import json
import time

import pytest

from mathcheck.text.errors import TreeError
from mathcheck.text.lengths import inches
from mathcheck.text.parser import parse
from mathcheck.text.scripts import may_change
from mathcheck.text.sources import read

CLAIM = "$$\na = b\n$$"
SET = "\\[ a = b \\]"


def problems(text: str, path: str = "a.md") -> list[str]:
    return [problem.message for problem in read(path, text).problems]


# --- styles of CSS --------------------------------------------------------------------------------

HIDING = [
    *("height: 0; overflow: hidden", "max-height: 1px", "block-size: 0", "inline-size: 0"),
    *("line-height: 0", "letter-spacing: -2em", "text-indent: -999em", "margin-top: -5000px"),
    *(
        "clip-path: circle(0)",
        "mask-image: linear-gradient(transparent, transparent)",
        "zoom: 0.01",
    ),
    *("transform: scaleY(0)", "transform: scaleX(-1)", "transform: matrix(0, 0, 0, 0, 0, 0)"),
    *("translate: -9999px", "scale: 0", "rotate: y 90deg", "offset-path: path('M-999 0')"),
    *("position: absolute; right: 200%", "position: fixed", "float: left; margin-right: -100%"),
    *("filter: brightness(99)", "mix-blend-mode: screen", "animation: hide 0s forwards"),
    *("font-family: AdobeBlank", "font: 0/0 a", "text-transform: uppercase", "direction: rtl"),
    *("background: black", "color: black; background: #010101", "color: lightyellow"),
    *("color: oklch(100% 0 0)", "color: Canvas", "background: url(a.png)", "overflow: hidden"),
    *(
        "padding-left: 300vw",
        "border-top: 3000px solid",
        "columns: 99",
        "grid-area: 1 / 1",
        "a-new-property: 1",
        "width: calc(1px)",
    ),
]


@pytest.mark.parametrize("style", HIDING)
def test_a_style_that_is_not_known_to_show_is_refused(style: str) -> None:
    (problem,) = problems(f'Text.\n\n<div style="{style}">\n\n{CLAIM}\n\n</div>\n')
    assert problem.startswith("no reader sees the mathematics in this <div>, for all that is known")
    (again,) = problems(f"Text.\n\n<style>\n.a {{ {style} }}\n</style>\n\n{CLAIM}\n")
    assert again.startswith("this style sheet hides .a")


@pytest.mark.parametrize(
    "style",
    [
        *("text-align: center; margin: 1em auto; padding: 8px", "max-width: 40em; width: 100%"),
        *("border: 1px solid #ccc; border-radius: 4px; background: #f8f8f8", "overflow-x: auto"),
        *("display: flex; flex-wrap: wrap; gap: 1rem; justify-content: center", "float: right"),
        *("color: #333; font-size: 0.9em; line-height: 1.6", "background-color: #eef"),
        *("font: 14px/1.5 Arial, sans-serif", "font-family: 'Times New Roman', serif"),
        *("display: grid; grid-template-columns: 1fr 1fr", "box-shadow: 0 1px 3px rgba(0,0,0,.2)"),
        *("background: #222; color: #eee", "page-break-inside: avoid", "margin-left: -10px"),
        *("position: relative; top: 0", "background: var(--md-code-bg-color)", "height: 100%"),
    ],
)
def test_a_style_that_shows_is_read(style: str) -> None:
    assert problems(f'<div style="{style}">\n\n{CLAIM}\n\n</div>\n') == []
    assert problems(f"<style>\n.a {{ {style} }}\n</style>\n\n{CLAIM}\n") == []


@pytest.mark.parametrize(
    "sheet",
    [
        "@import url(a.css);",
        "@keyframes h { to { opacity: 0 } }",
        "@font-face { font-family: a; src: url(b) }",
        ".x { a { color: red } font-size: 0 }",
        "@media screen { .x { color: #fff } }",
        ".x::before { content: 'not' }",
        "nav { position: fixed; height: 100vh; background: white }",
        "svg { position: fixed; top: 0 }",
        "h1::after { content: ''; position: absolute; inset: 0; background: white }",
        ":root { --text: white }",
    ],
)
def test_a_sheet_that_may_hide_is_refused_beside_mathematics(sheet: str) -> None:
    (problem,) = problems(f"<style>{sheet}</style>\n\n{CLAIM}\n")
    assert problem.startswith("this style sheet hides ")
    assert problems(f"<style>{sheet}</style>\n\nText.\n") == []


@pytest.mark.parametrize(
    "sheet",
    [
        "@media print { .x { color: #000 } }",
        "@charset 'utf-8';",
        ".a > b { margin: 0 }",
        "nav { position: sticky; top: 0 }",
        "",
    ],
)
def test_a_sheet_that_hides_nothing_is_passed_over(sheet: str) -> None:
    assert problems(f"<style>{sheet}</style>\n\n{CLAIM}\n") == []


def test_what_is_dark_has_no_other_colours_in_it() -> None:
    dark = '<div style="background: #222; color: #eee">\n<b {}>\n\n{}\n\n</b></div>\n'
    assert problems(dark.format("", CLAIM)) == []
    (problem,) = problems(dark.format('style="color: #222"', CLAIM))
    assert problem.startswith("is the colour in this seen on the ground that it stands on?")
    assert (
        problems(
            dark.replace("#222", "#fafafa")
            .replace("#eee", "#111")
            .format('style="color: red"', CLAIM)
        )
        == []
    )


@pytest.mark.parametrize(
    "beside",
    [
        '<p style="position: absolute; top: 3em; background: white">Over it</p>',
        '<p style="margin-top: -100px">Over it</p>',
        '<p style="height: 0">Over it</p>',
        '<img src="a.png" style="transform: translateY(-5em)">',
        '<img src="a.png" onerror="hide()">',
        '<body onload="hide()">',
        '<meta http-equiv="refresh" content="0; url=b.html">',
        '<link rel="stylesheet" href="hide.css">',
        '<iframe srcdoc="a"></iframe>',
        '<iframe src="javascript:hide()"></iframe>',
        "Text.\n{: onclick='hide()' }",
    ],
)
def test_what_may_lie_over_mathematics_or_change_it_is_refused(beside: str) -> None:
    (problem,) = problems(f"{CLAIM}\n\n{beside}\n")
    assert problem.endswith("may hide or change what this page shows: leave it out")
    assert problems(f"Text.\n\n{beside}\n") == []


@pytest.mark.parametrize(
    "beside",
    [
        '<p style="display: none">Not seen</p>',
        '<p style="position: absolute; clip: rect(0, 0, 0, 0); height: 1px">For who hears it</p>',
        '<img src="a.png" style="zoom: 20%; width: 3px">',
        '<link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/katex@0.16/dist/katex.min.css">',
        '<iframe src="https://example.com/film"></iframe>',
    ],
)
def test_what_lies_over_nothing_is_passed_over(beside: str) -> None:
    assert problems(f"{CLAIM}\n\n{beside}\n") == []


# --- elements, components, scripts ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"<{name}>\n\n{CLAIM}\n\n</{name}>"
            for name in ("Secret", "x-a", "marquee", "svg", "Foo.Bar")
        ),
        *(
            f"<div {attribute}>\n\n{CLAIM}\n\n</div>"
            for attribute in (
                *("inert", ":style=\"{display: 'none'}\"", "x-cloak", "{...hidden}", "dir='rtl'"),
                *("style={{display: 'none'}}", "style={{fontSize: 0}}", "className={css.hide}"),
                *("hidden={true}", '"" hidden', '*ngIf="false"', "hidden='until-found'"),
            )
        ),
        f'<table bgcolor="black"><tr><td>\n{CLAIM}\n</td></tr></table>',
        f'import Note from "./hide"\n\n<Note>\n\n{CLAIM}\n\n</Note>',
        f"export const Note = () => null\n\n<Note>\n\n{CLAIM}\n\n</Note>",
        f"{{false && <div>\n\n{CLAIM}\n\n</div>}}",
        f"{{shown ? (\n<div>\n\n{CLAIM}\n\n</div>\n) : null}}",
        f"{{% capture x %}}\n{CLAIM}\n{{% endcapture %}}",
        f"{{{{< secret >}}}}\n{CLAIM}\n{{{{< /secret >}}}}",
        f":::{{secret}}\n{CLAIM}\n:::",
        f":::{{exercise}} One\n:hidden:\n{CLAIM}\n:::",
        f"<Tip>\n\n{CLAIM}\n\n</Tip>\n\n" + 'import Tip from "some-package"',
        f"{{[].map(x => <div>\n\n{CLAIM}\n\n</div>)}}",
        f"{{{{/* {CLAIM} */}}}}",
        f"{{{{- if false }}}}\n{CLAIM}\n{{{{- end }}}}",
        f'{{{{ "" if x else """\n{CLAIM}\n""" }}}}',
        f"<%# {CLAIM} %>",
        f"<?php if (0): ?>\n{CLAIM}\n<?php endif ?>",
        ".. secret::\n\n   .. math:: a = b\n",
    ],
)
def test_what_is_not_known_to_show_is_refused(text: str) -> None:
    assert problems(f"Text.\n\n{text}\n") != []


@pytest.mark.parametrize(
    "text",
    [
        f"<Tabs>\n<TabItem value='a' label={{'One'}}>\n\n{CLAIM}\n\n</TabItem>\n</Tabs>",
        f'import Tabs from "@theme/Tabs"\n\n<Tabs>\n\n{CLAIM}\n\n</Tabs>',
        f"<div style={{{{textAlign: 'center', fontSize: 14}}}}>\n\n{CLAIM}\n\n</div>",
        f"<div className={{'wide'}} data-a='1' aria-label='b'>\n\n{CLAIM}\n\n</div>",
        f'<table bgcolor="#eee"><tr><td width="300">\n{CLAIM}\n</td></tr></table>',
        f"{{% hint %}}\n{CLAIM}\n{{% endhint %}}",
        f"{{{{< secret >}}}}\n\n{CLAIM}",
        f":::{{prf:theorem}} One\n{CLAIM}\n:::",
        f"```{{raw}} html\n{CLAIM}\n```",
        f"{{f(x)}}\n\n{CLAIM}",
    ],
)
def test_what_is_known_to_show_is_read(text: str) -> None:
    found = read("a.md", f"Text.\n\n{text}\n")
    assert [problem.message for problem in found.problems] == []
    assert [" ".join(each.tex.split()) for each in found.equations] == ["a = b"]


@pytest.mark.parametrize(
    ("attributes", "inside", "may"),
    [
        ("", "document.body.remove()", True),
        (" type='module'", "import './a.js'", True),
        (" src='hide.js'", "", True),
        (" src='https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js'", "", False),
        (" src='https://unpkg.com/mathjax.js'", "hide()", True),
        (" src='https://a.net/katex/hide.js'", "", True),
        (" src='https://unpkg.com/katex/../hide.js'", "", True),
        (" type='application/ld+json'", "{}", False),
        ("", "MathJax = {tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']]}, svg: {}};", False),
        ("", "window.MathJax = {'tex': {tags: 'ams', macros: {R: '\\\\mathbb{R}'}}}", False),
        ("", "MathJax.Hub.Config({TeX: {equationNumbers: {autoNumber: 'AMS'}}}); // so", False),
        ("", "MathJax = {startup: {ready: () => hide()}}", True),
        ("", "MathJax = {startup: {ready() { hide }}}", True),
        ("", "MathJax = {chtml: {styles: {a: 'display: none'}}}", True),
        ("", "MathJax = {}; hide()", True),
        ("", "", False),
    ],
)
def test_what_a_script_may_change(attributes: str, inside: str, may: bool) -> None:
    assert may_change(attributes, inside) == may
    text = f"<script{attributes}>{inside}</script>\n\n"
    message = "this script may change what the page shows: leave it out"
    assert problems(f"{text}{CLAIM}\n") == [message] * may
    assert problems(f"{text}Text.\n") == []


@pytest.mark.parametrize("magic", ["%%javascript", "%%js"])
def test_a_notebook_that_runs_a_script(magic: str) -> None:
    def notebook(text: str, code: str) -> str:
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": text},
            {"cell_type": "code", "metadata": {}, "source": code},
        ]
        return json.dumps({"cells": cells, "nbformat": 4})

    (problem,) = problems(notebook(CLAIM, f"{magic}\nhide()"), "a.ipynb")
    assert problem.startswith("this cell runs a script")
    assert problems(notebook("Text.", f"{magic}\nhide()"), "a.ipynb") == []
    (hidden,) = problems(notebook(CLAIM, "%%html\n<style>p { opacity: 0 }</style>"), "a.ipynb")
    assert hidden.startswith("this style sheet hides p")
    assert problems(notebook(CLAIM, "%%html\n<p>So</p>"), "a.ipynb") == []


# --- LaTeX ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{minipage}{0pt}@\\end{minipage}",
        "\\begin{minipage}[t][0pt][c]{5cm}@\\end{minipage}",
        "\\parbox{0pt}{@}",
        "\\parbox[t][0pt]{5cm}{@}",
        "\\parbox{.01\\textwidth}{@}",
        "\\begin{secret}@\\end{secret}",
        "\\begin{adjustbox}{scale=0}@\\end{adjustbox}",
        "\\begin{tcolorbox}[coltext=white]@\\end{tcolorbox}",
        "\\begin{frame}<0>@\\end{frame}",
        "\\newenvironment{x}{\\hide}{}\\begin{x}@\\end{x}",
        "\\definecolor{paper}{rgb}{1,1,1}\\textcolor{paper}{@}",
        "\\colorlet{paper}{white}\\color{paper}@",
        "\\marginpar[@]{x}",
        "\\makebox[0pt]{@}",
        "\\colorbox{black}{@}",
        "\\fcolorbox{black}{#000}{@}",
        "\\toks0={@}",
        "\\mode<handout>\n@\n\\mode<all>",
        "\\begin{tabular}{p{0pt}} @ \\end{tabular}",
        "\\begin{spacing}{0}@\\end{spacing}",
        "\\pagecolor{black} @",
        "\\AtBeginDocument{\\color{white}} @",
        "\\setbeamercolor{math text}{fg=white} @",
        "@\n\\smash{\\rule{5cm}{3cm}}",
        "@\n\\vspace{-\\a}",
        "\\newlength\\a\\setlength\\a{-3cm}@\\vspace{\\a}",
        "\\lineskip-3cm @",
        "@\n\\vspace{-3cm}\nOver it",
        "@\n\\vskip-3cm\nOver it",
        "@\n\n\\kern -4cm Over it",
        "@\n\\vspace*{-\\textheight}",
        "@\n\\vspace{-5\\baselineskip}",
        "@\n\\vspace{-\\dimexpr3cm}",
        "@\n\\vspace{-10pt}\\vspace{-10pt}\\vspace{-10pt}",
        "\\newcommand{\\up}{-3cm}\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n@\n\\vspace{\\up}",
        "\\setlength{\\abovedisplayskip}{-4cm}\n\\begin{document}\n@\n\\end{document}",
        "@\n\\raisebox{3cm}{Over it}",
        "@\n\\rule[2cm]{10cm}{3cm}",
        "@\n\\vbox to 0pt{\\hbox{Over it}}",
        "@\n\\begin{tikzpicture}[overlay]\\end{tikzpicture}",
        "\\linespread{0} @",
        "\\nullfont @",
    ],
)
def test_what_latex_sets_over_another_or_in_nothing_is_refused(text: str) -> None:
    assert problems(text.replace("@", SET), "a.tex") != []


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{minipage}[t]{0.5\\textwidth}@\\end{minipage}",
        "\\begin{minipage}{\\linewidth}@\\end{minipage}",
        "\\parbox{8cm}{@}",
        "\\makebox[\\textwidth][c]{@}",
        "\\colorbox{yellow!20}{@}",
        "\\mode<handout>{a} @",
        "\\begin{tabular}{p{5cm}} @ \\end{tabular}",
        "\\newtheorem{secret}{Theorem}\\begin{secret}[One]@\\end{secret}",
        "\\newtcolorbox{secret}{colback=white}\\begin{secret}@\\end{secret}",
        "\\newenvironment{x}[1][A]{\\begin{trivlist}\\item[\\hskip \\labelsep {\\bfseries #1}]}"
        "{\\hfill$\\lhd$\\end{trivlist}}\\begin{x}@\\end{x}",
        "\\begin{tcolorbox}[colback=blue!5, title=A]@\\end{tcolorbox}",
        "\\begin{thm}@\\end{thm}",
        "\\definecolor{ink}{rgb}{0,0,0.5}\\textcolor{ink}{@}",
        "\\colorlet{ink}{blue!70!black}\\color{ink}@",
        "@\n\\vspace{-5pt}\nText",
        "@\n\\vspace{-\\baselineskip}",
        f"@{20 * chr(10)}\\vspace{{-1cm}}",
        "\\setlength{\\topmargin}{-1in}\\addtolength{\\textheight}{-\\footskip}\n"
        "\\begin{document}\n@\n\\end{document}",
        "\\newcommand{\\up}{-3cm}\n@",
        "@\n\\raisebox{1ex}{a} \\rule{5cm}{1cm}",
    ],
)
def test_what_latex_sets_in_its_place_is_read(text: str) -> None:
    found = read("a.tex", text.replace("@", SET))
    assert [problem.message for problem in found.problems] == []
    assert [each.tex.strip() for each in found.equations] == ["a = b"]


def test_colours_that_a_text_makes_are_known_in_its_equations() -> None:
    ink = "\\definecolor{ink}{HTML}{000080}\\newcommand{\\z}[1]{\\textcolor{ink}{#1}}\n"
    for tex in ("\\textcolor{ink}{a} = b", "\\z{a} = b"):
        (equation,) = read("a.tex", f"{ink}\\[ {tex} \\]").equations
        assert parse(equation.tex)[0].sides == parse("\\textcolor{red}{a} = b")[0].sides
        (equation,) = read("a.tex", f"{ink.replace('000080', 'FFFFF0')}\\[ {tex} \\]").equations
        with pytest.raises(TreeError, match=r"^is what is set in \?\?\? seen\?"):
            parse(equation.tex)
    twice = "\\definecolor{red}{gray}{1}\\definecolor{red}{gray}{0}\\[ \\color{red} a = b \\]"
    with pytest.raises(TreeError, match="seen"):
        parse(read("a.tex", twice).equations[0].tex)


# --- in an equation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tex",
    [
        r"1 \!\!\! 2 = 3",
        r"1 \! {\!\! 2} = 3",
        r"1 \! \displaystyle \!\! 2 = 3",
        r"1 \hspace{-5pt} 2 = 3",
        r"1 \!\! \hspace{-3pt} 2 = 3",
        r"1 \!\!\!\! \qquad 2 = 3",
        r"a + 0 a \hspace{-0.09in} = a",
        r"a = b \!\!\!\!",
    ],
)
def test_spaces_that_go_back_are_added_up(tex: str) -> None:
    with pytest.raises(TreeError, match=r"^this space sets one thing over another"):
        parse(tex)


@pytest.mark.parametrize(
    "tex", [r"a \!\!\! = b", r"a \!\! b = c", r"a \! \, \! \, \! b = c", r"\hspace{-0.1em} a = b"]
)
def test_spaces_that_set_nothing_over_another_are_read(tex: str) -> None:
    assert len(parse(tex)) == 1


@pytest.mark.parametrize(
    ("tex", "command"),
    [
        (r"a = b \text{\hspace{-1cm} no}", "hspace"),
        (r"a = b \text{\kern-2em /}", "kern"),
        (r"a = b \tag{\kern-9em /}", "kern"),
        (r"a + \mathrm{\kern-em a} = b", "kern"),
        (r"\underbrace{a}_{\text{\raisebox no}} = b", "raisebox"),
        (r"a = b \text{a\! b}", "!"),
    ],
)
def test_what_moves_a_text_is_refused(tex: str, command: str) -> None:
    with pytest.raises(TreeError) as caught:
        parse(tex)
    assert caught.value.message == f"what \\{command} does in this text is not read: leave it out"
    assert tex[caught.value.offset :].startswith(f"\\{command}")


@pytest.mark.parametrize(
    "tex",
    [r"a = b \tag{$\star$}", r"a = b \text{ from \eqref{eq:a}, \emph{so}}", r"a = b \tag{\dagger}"],
)
def test_what_sets_a_text_is_read(tex: str) -> None:
    assert len(parse(tex)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{-@}",
        "\\vskip-@",
        "\\makebox[@]{x}",
        "\\begin{minipage}{@}",
        "\\begin{minipage}[@]{1cm}",
        "\\raise@",
    ],
)
def test_a_long_number_is_gone_through_once(text: str) -> None:
    before = time.process_time()
    problems(f"{text.replace('@', 20_000 * '1')}\n{SET}", "a.tex")
    assert time.process_time() - before < 4


def test_lengths() -> None:
    assert [inches(text) for text in ("1in", " -2.5 cm", "--1in", "0,5in")] == [1.0, -1.0, 1.0, 0.5]
    assert [inches(text) for text in ("1", "in", "1 furlong", "", "1in 2in")] == [None] * 5
