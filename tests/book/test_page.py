"""The pass, on pieces of HTML: numbers, links both ways, and everything that must not pass."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from book.known.crossref import Book, Scan, Tools, Verdict, assemble, scan
from book.known.equations import Source
from book.known.origins import Drawn, Origins, place_of_copy
from book.known.source import Library
from book.made.page import render
from book.shared.errors import BookError

ROOT = Path(__file__).parents[2]
CODE = '''"""A module."""


def double(x):
    """Doubles.

    Twice.
    """
    y = 2 * x  # eq:double-y
    return y
'''
BIB = """@book{knuth1984, author = {Knuth, Donald E.}, title = {The TeXbook}, year = {1984},
  publisher = {Addison-Wesley}}"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9"/></svg>'


@pytest.fixture
def tools(lay_tools: Callable[..., Tools]) -> Tools:
    def figure(name: str) -> Drawn:
        if name != "curve":
            raise BookError(f'no figure "{name}"')
        return Drawn(SVG, SVG, ("data/results/run.json", "data/results/run.npz"))

    return lay_tools(CODE, BIB, figure)


def display(tex: str, line: int = 0) -> str:
    """A displayed formula as it is converted, with the line where the checker reads it."""
    mark = f"\ue004{line}\ue005" if line else ""
    return f'<div class="arithmatex">\\[{mark}{tex}\\]</div>'


def page(markdown: str, url: str = "chapters/x/", number: str = "1", **options: bool) -> Source:
    name = Path("docs") / (url.strip("/") + ".md")
    return Source(name, markdown, url, "A title", number, **options)


Make = Callable[..., tuple[str, list[str]]]

LABELLED = display(r"y = 2x \label{eq:double-y}", 1)
LITERATE = (
    '<div class="literate" data-object="backprop.double.double" '
    'data-file="backprop/double.py" data-lines="4-10"></div>'
)


@pytest.fixture
def make(tools: Tools) -> Make:
    """Makes a page, alone or among others, and gives it with all that is wrong."""

    def run(
        html: str, markdown: str = "", *, others: tuple[str, ...] = (), **options: bool
    ) -> tuple[str, list[str]]:
        source = page(markdown or html, **options)
        scans = [scan(html, source, tools)]
        for count, other in enumerate(others, 2):
            text = page(other, f"chapters/x{count}/", str(count))
            scans.append(scan(other, text, tools))
        book, problems = assemble(scans, tools)
        made = render(html, source, book, tools)
        return made.html, [str(problem) for problem in problems + made.problems]

    return run


def test_an_equation_has_a_number_an_id_and_its_code(make: Make) -> None:
    out, problems = make(LABELLED + LITERATE)
    assert problems == []
    assert 'id="eq:double-y"' in out
    assert '<a class="equation__number" href="#eq:double-y" title="Permanent link">(1.1)</a>' in out
    assert '<a href="#code:backprop.double.double:double-y">double.py:9</a>' in out
    assert "<math" in out
    assert "annotation" not in out


def test_code_has_its_lines_and_links_to_the_equation(make: Make) -> None:
    out, _ = make(LABELLED + LITERATE)
    assert 'id="code:backprop.double.double:double-y" data-n="9"' in out
    assert '# <a class="mark" href="#eq:double-y">(1.1)</a>' in out
    assert "eq:double-y</span>" not in out
    assert '<details class="source__doc"><summary>' in out
    assert 'data-n="10"' in out
    assert 'data-n="1"' not in out


def test_a_signature_is_shown_without_its_types(tmp_path: Path) -> None:
    file = tmp_path / "lib" / "backprop" / "half.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "def halve(\n    x: float,\n    *,\n    by: float = 1e-8,\n) -> float:\n"
        "    return x / by  # eq:half\n\n\ndef bare(x):\n    return x\n"
    )
    typed, bare = (
        Library(tmp_path).definition(f"backprop.half.{name}") for name in ("halve", "bare")
    )
    assert typed is not None
    assert bare is not None
    assert typed.rows == 2
    short, rest = typed.render(lambda label: ("1.1", f"#{label}"), None).split("</summary>")
    assert re.sub("<[^>]*>", "", short).endswith("def halve(x, *, by=1e-8):def halve(")
    assert re.sub("<[^>]*>", "", rest).startswith("    x: float,\n    *,\n")
    assert '<span class="line__code">    <span class="k">return</span> x' in rest
    assert "<details" not in bare.render(lambda label: ("", ""), None)


def test_an_equation_carries_its_tex_for_use_elsewhere(make: Make) -> None:
    tex = r"a \coloneqq \mathbb{1}[b > 0] \text{ by \eqref{eq:double-y}} \label{eq:other}"
    html, problems = make(LABELLED + display(tex) + LITERATE)
    assert 'id="eq:other"' in html
    wanted = r"a \mathrel{:=} \mathbf{1}[b &gt; 0] \text{ by (1.1)}"
    assert f'data-tex="{wanted}"' in html
    assert len(problems) == 1, problems  # no code carries it


def test_only_labelled_equations_count(make: Make) -> None:
    out, _ = make(display("a = b") + LABELLED)
    assert "(1.1)" in out
    assert out.count("equation__number") == 1


def test_references_in_text_in_formulas_and_across_pages(make: Make) -> None:
    here = r"<p>by \eqref{eq:double-y} and <code>\eqref{eq:double-y}</code></p>"
    inside = r'<p><span class="arithmatex">\(\text{by \eqref{eq:double-y}}\)</span></p>'
    out, problems = make(here + inside, others=(LABELLED,))
    assert problems == []
    assert 'by <a class="eqref" href="../x2/#eq:double-y">(2.1)</a>' in out
    assert r"<code>\eqref{eq:double-y}</code>" in out
    assert out.count("(2.1)</a>") == 2


def test_a_code_line_is_linked_on_the_page_that_shows_it(make: Make) -> None:
    out, problems = make(LABELLED, others=(LITERATE,))
    assert problems == []
    assert 'href="../x2/#code:backprop.double.double:double-y">double.py:9</a>' in out


def test_a_verdict_is_shown(tools: Tools) -> None:
    html = display("a = b", 7) + LABELLED
    source = page(html)
    tools.verdicts = {"docs/chapters/x.md": {1: Verdict("1 claim", "v/#x"), 7: Verdict("", "v/")}}
    book, _ = assemble([scan(html, source, tools)], tools)
    made = render(html, source, book, tools)
    out = made.html
    assert made.problems == []
    assert out.count('equation__verdict" href="../../v/') == 1
    assert out.index("double-y") < out.index('href="../../v/#x" title="1 claim"')


def test_what_a_verdict_says_is_said_once_a_page(tools: Tools) -> None:
    html, source = display("a = b", 7) + LABELLED, page(LABELLED)
    tools.verdicts = {"docs/chapters/x.md": {1: Verdict("1 claim", "v/#x"), 7: Verdict("", "v/#y")}}
    book, _ = assemble([scan(html, source, tools)], tools)
    out = render(html, source, book, tools).html
    assert out.count("strong evidence, and not a proof") == 1
    assert 'is in <a href="../../v/#x">Verification</a>' in out
    tools.verdicts = {"docs/chapters/x.md": {1: Verdict("", "v/#x"), 7: Verdict("", "v/#y")}}
    assert "evidence" not in render(html, source, book, tools).html


def test_the_checker_must_have_read_what_the_page_shows(tools: Tools) -> None:
    html = LABELLED + display("a = b")
    source = page("$$\ny = 2x\n$$\na = b\n")
    book, _ = assemble([scan(html, source, tools)], tools)
    tools.verdicts = {"docs/chapters/x.md": {9: Verdict("1 claim", "v/")}}
    told = [str(problem) for problem in render(html, source, book, tools).problems]
    shown = "the page shows an equation that the checker does not read"
    assert f"docs/chapters/x.md:1: {shown}" in told
    assert f"docs/chapters/x.md:4: {shown}" in told
    assert any(each.startswith("docs/chapters/x.md:9: the checker reads an") for each in told)


@pytest.mark.parametrize(
    ("html", "markdown", "message"),
    [
        (
            LABELLED + display("\nz = 1\n\\label{eq:double-z}\n", 3),
            "",
            "docs/chapters/x.md:5: no line of code carries eq:double-z: mark one with "
            "`# eq:double-z`, or write <!-- no code: why --> below the equation",
        ),
        (
            LABELLED + display(r"y = 2x \label{eq:double-y}", 3),
            "",
            "docs/chapters/x.md:3: label eq:double-y is taken, see docs/chapters/x.md:1",
        ),
        (
            display("a \\label{eq:double-y}\n\\label{eq:two}", 1),
            "",
            "docs/chapters/x.md:2: an equation has one label, not two",
        ),
        (
            LABELLED + display(r"a \label{double}", 2),
            "",
            'docs/chapters/x.md:2: label "double" is not like eq:layer-symbol',
        ),
        (
            LABELLED + "<!-- no code: by choice -->",
            "",
            "docs/chapters/x.md:1: no code? eq:double-y has code, lib/backprop/double.py:9: not so",
        ),
        (
            "<p>none</p>",
            "",
            "lib/backprop/double.py:9: no equation of the book has the label eq:double-y",
        ),
        (
            LABELLED + r"<p>\eqref{eq:nowhere}</p>",
            "a\n```\n\\eqref{eq:nowhere}\n```\n\\eqref{eq:nowhere}",
            "docs/chapters/x.md:5: no equation has the label eq:nowhere",
        ),
        (
            LABELLED + display(r"a = \text{\eqref{eq:nowhere}}"),
            "a\n\\eqref{eq:nowhere}",
            "docs/chapters/x.md:2: no equation has the label eq:nowhere",
        ),
        (
            LABELLED + "<p>[@nobody1900]</p>",
            "a\n\n[@nobody1900]",
            "docs/chapters/x.md:3: docs/references.bib has no entry nobody1900",
        ),
        (
            LABELLED + display(r"\frac{a}{b} \nonsense", 2),
            "",
            "docs/chapters/x.md:2: Temml: Unsupported function name: \\nonsense",
        ),
        (
            LABELLED + display(r"\begin{aligned} a &= b \\ &= c \end{aligned}", 3),
            "",
            "docs/chapters/x.md:3: step 2 does not say what rule took it there: add && \\text{...}",
        ),
        (
            LABELLED + '<figure data-figure="plot" data-alt="x"></figure>',
            'a\n{{ figure("plot", alt="x") }}',
            'docs/chapters/x.md:2: no figure "plot"',
        ),
        (
            LABELLED + '<div class="quoted" data-equation="eq:nowhere"></div>',
            'a\n{{ equation("eq:nowhere") }}',
            "docs/chapters/x.md:2: no equation has the label eq:nowhere",
        ),
    ],
)
def test_what_does_not_resolve_is_told_with_file_and_line(
    make: Make, html: str, markdown: str, message: str
) -> None:
    _, problems = make(html, markdown)
    assert problems == [message]


def test_a_label_on_two_pages_is_taken(make: Make) -> None:
    _, problems = make(LABELLED, others=(display(r"y = 2x \label{eq:double-y}", 2),))
    assert problems == [
        "docs/chapters/x2.md:2: label eq:double-y is taken, see docs/chapters/x.md:1"
    ]


def test_an_equation_may_go_without_code_if_it_says_why(make: Make) -> None:
    html = LABELLED + display(r"z = y \label{eq:z}") + "<!-- unchecked: x --><!-- no code: why -->"
    out, problems = make(html)
    assert problems == []
    assert "<!--" not in out


def test_a_chapter_says_why_an_equation_has_no_code(make: Make) -> None:
    html = LABELLED + display(r"z = y \label{eq:z}") + "<!-- no code: a `bound` -->"
    told = '<p class="equation__why">No line of its own: a <code>bound</code>.</p>'
    assert told in make(html, is_chapter=True)[0]
    assert "equation__why" not in make(html)[0]


def test_an_equation_without_a_line_shows_that_of_another(make: Make) -> None:
    html = display(r"z = 2y \label{eq:z}", 4) + "<!-- no code: it doubles, eq:double-y -->"
    out, problems = make(html, others=(LABELLED,), is_chapter=True)
    assert not any("eq:" in problem for problem in problems)
    assert '<div class="equation equation--quotes" id="eq:z"' in out
    link = '<a class="eqref" href="../x2/#eq:double-y">(2.1)</a>'
    assert f"No line of its own: it doubles, {link}.</p>" in out
    assert '<span class="line" data-n="9"><span class="line__code">y' in out
    assert '<a class="mark" href="../x2/#eq:double-y">(2.1)</a>' in out
    _, problems = make(html.replace("eq:double-y", "eq:z"), others=(LABELLED,), is_chapter=True)
    told = "docs/chapters/x.md:4: no line of code carries eq:z, which is to stand in for eq:z"
    assert told in problems


def test_a_figure_is_inline_numbered_and_named(make: Make) -> None:
    html = (
        '<figure class="figure" data-figure="curve" data-alt="A &lt; B">'
        "<figcaption>It <em>falls</em>.</figcaption></figure>"
    )
    out, _ = make(LABELLED + html)
    assert '<svg viewBox="0 0 10 10" role="img" aria-label="A &lt; B"' in out
    assert 'id="fig:curve"' in out
    assert '<a class="figure__number" href="#fig:curve">Figure 1.1</a> It <em>falls</em>.' in out


def test_a_figure_with_text_has_a_drawing_for_narrow_windows(tools: Tools, make: Make) -> None:
    clip = '<clipPath id="c"/><path clip-path="url(#c)" d="M0 0h9"/></svg>'
    own, narrow = (SVG.replace("0 0 10", f"0 0 {size}").replace("</svg>", clip) for size in "98")
    figure = '<figure data-figure="curve" data-alt="x"></figure>'
    tools.figure = lambda name: Drawn(own, narrow)
    out, _ = make(figure + LABELLED)
    for kind, size, prefix in (("wide", 9, "fig-curve-"), ("narrow", 8, "fig-curve-narrow-")):
        assert f'<svg viewBox="0 0 {size} 10" role="img" aria-label="x" class="figure__{kind}"' in (
            out
        )
        assert out.count(f'id="{prefix}c"') == out.count(f"url(#{prefix}c)") == 1
    tools.figure = lambda name: Drawn(own, own)
    assert make(figure + LABELLED)[0].count("<svg") == 1


def test_a_figure_says_what_drew_it_and_from_which_results(make: Make) -> None:
    figure = '<figure data-figure="curve" data-alt="x"></figure>'
    out, _ = make(figure + LABELLED)
    copies = "../../assets/origins"
    assert (
        f'Drawn by <a href="{copies}/docs/figures/curve.py.txt">curve.py</a> '
        f'from <a href="{copies}/data/results/run.json">run.json</a>, '
        f'<a href="{copies}/data/results/run.npz">run.npz</a>.'
    ) in out


def test_a_table_says_which_results_it_shows_and_what_made_them(tools: Tools, make: Make) -> None:
    tools.origins = Origins("", ("one_run",))
    out, _ = make('<div class="origins" data-results="one-run two"></div>' + LABELLED)
    copies = "../../assets/origins"
    assert (
        f'From <a href="{copies}/data/results/one-run.json">one-run.json</a>, '
        f'<a href="{copies}/data/results/two.json">two.json</a>, '
        f'made by <a href="{copies}/lib/experiments/one_run.py.txt">one_run.py</a>.</div>'
    ) in out


def test_what_is_linked_is_carried_unless_the_repository_has_an_address() -> None:
    files = ["docs/figures/a.py", "data/results/b.json", "docs/figures/a.py"]
    html, carried = Origins().links(files, "")
    assert html.count("<a ") == 2
    assert {place_of_copy(path) for path in carried} == {
        "assets/origins/data/results/b.json",
        "assets/origins/docs/figures/a.py.txt",
    }
    assert Origins("https://code.example/").links(files[:1], "x/") == (
        '<a href="https://code.example/docs/figures/a.py">a.py</a>',
        set(),
    )


def test_there_is_an_experiment_for_each_of_its_modules(tmp_path: Path) -> None:
    (tmp_path / "lib" / "experiments").mkdir(parents=True)
    (tmp_path / "lib" / "experiments" / "one_run.py").touch()
    assert Origins.of(tmp_path, "").of_result("one-run") == [
        "lib/experiments/one_run.py",
        "data/results/one-run.json",
    ]


def test_citations_are_numbered_and_listed(make: Make) -> None:
    html = LABELLED + '<p>As [@knuth1984] says [@knuth1984].</p><h2 id="references">References</h2>'
    out, _ = make(html)
    assert out.count('<a class="citation" href="#ref:knuth1984" title="Knuth, 1984">1</a>') == 2
    assert '<li id="ref:knuth1984">' in out
    assert out.count('id="references"') == 1
    assert out.index("references") < out.index("Addison-Wesley")


def test_no_line_ends_before_a_percent_sign_or_within_a_product_of_numbers(make: Make) -> None:
    out, _ = make("<p>Of 28 × 28 × N, 97 % ± 2, 5 ± 1; 3 · 4 and a × b</p><pre>2 × 2</pre>")
    assert (
        "<p>Of 28\u00a0×\u00a028\u00a0×\u00a0N, 97\u00a0% ± 2, 5 ± 1; 3\u00a0·\u00a04 and a × b</p>"
        in out
    )
    assert "<pre>2 × 2</pre>" in out


def test_a_chapter_says_how_to_cite_it(tools: Tools) -> None:
    source = page("", is_chapter=True)
    out = render("<h1>A title</h1>", source, assemble([], tools)[0], tools).html
    assert '<h2 id="cite-this-chapter">Cite this chapter</h2>' in out
    assert "@incollection{backprop-x," in out
    assert "author    = {{Its authors}}" in out


def test_a_chapter_is_opened_in_colab_where_the_site_is_on_github(tools: Tools) -> None:
    text = "# T\n\nYou need\n:   a\n\nYou will be able to\n:   b\n"
    html = "<h1>T</h1><dl><dt>You need</dt><dd>a</dd><dt>You will be able to</dt><dd>b</dd></dl>"
    source = Source(Path("docs/chapters/t.md"), text, "chapters/t/", "T", "1", True)
    there = "https://colab.research.google.com/github/a/b/blob/gh-pages/"
    for colab, count in ((there, 1), ("", 0)):
        made = render(html, source, Book({}, {}, {}), replace(tools, colab=colab)).html
        assert made.count(f'href="{there}chapters/t/t.ipynb"') == count
        assert 'href="t.ipynb" download=""' in made


def test_a_chapter_without_a_map_is_told_with_file_and_line(tools: Tools) -> None:
    source = page("---\ntitle: x\n---\n\n# A title\n", is_chapter=True)
    problems = render("<h1>A title</h1>", source, assemble([], tools)[0], tools).problems
    assert [str(problem) for problem in problems] == [
        "docs/chapters/x.md:5: the chapter has no map: say what `You need` and what "
        "`You will be able to` before its first section, see CONTRIBUTING.md"
    ]


def test_a_chapter_and_its_sections_are_numbered(tools: Tools) -> None:
    html = (
        '<h1 id="t">A <em>title</em></h1><h2 id="a"><code>a</code></h2><h3 id="b">b</h3>'
        '<h2 id="c">c</h2><h2 id="references">References</h2>'
    )
    source = page("# A title", number="3", is_chapter=True)
    made = render(html, source, assemble([], tools)[0], tools)
    assert made.numbers == {"a": "3.1", "c": "3.2"}
    assert '<h1 id="t"><span class="section-number">3</span> A <em>title</em></h1>' in made.html
    assert '<h2 id="a"><span class="section-number">3.1</span> <code>a</code></h2>' in made.html
    assert '<h3 id="b">b</h3>' in made.html
    assert '<h2 id="references">References</h2>' in made.html
    other = render(html, page("# A title"), assemble([], tools)[0], tools)
    assert other.numbers == {}
    assert "section-number" not in other.html


def test_the_equations_of_any_page_can_be_cited(make: Make) -> None:
    assert '<div class="bibtex" hidden><code>@incollection{backprop-x,' in make(LABELLED)[0]
    assert "bibtex" not in make("<p>No equation.</p>", others=(LABELLED,))[0]


def test_an_equation_is_quoted_beside_its_line(make: Make) -> None:
    html = '<div class="quoted" data-equation="eq:double-y"></div>'
    out, problems = make(html, others=(LABELLED,))
    assert problems == []
    assert 'href="../x2/#eq:double-y">(2.1)</a></div>' in out
    assert '<span class="mi">2</span>' in out


def test_a_derivation_is_set_beside_its_code(make: Make) -> None:
    html = f"<h2>Forward</h2><p>First.</p>{LABELLED}{LITERATE}<p>After.</p>"
    out, _ = make(html)
    text = out.index('<div class="pair"><div class="pair__text">')
    code = out.index('<div class="pair__code">')
    assert out.index("Forward") < text < out.index("First.") < out.index("<math") < code
    assert code < out.index('class="source highlight"') < out.index("After.")


def assumed(html: str, window: str = "phone") -> list[int]:
    return [int(height) for height in re.findall(rf"--{window}:(\d+)px", html)]


def test_what_is_not_laid_out_is_assumed_about_as_high_as_it_will_be(make: Make) -> None:
    rows = display(
        r"\begin{aligned} a &= b \\ &= c && \text{so} \\ &= d && \text{so} \end{aligned}"
    )
    code = f"<div class='highlight'><pre>{'x' * 100}</pre></div>"
    parts = [LABELLED, rows, LITERATE, "<p>a</p>", f"<p>{'a' * 380}</p>", code]
    out, problems = make("<h2>Next</h2>".join(parts))
    assert problems == []
    equation, chain, literate, short, long, example = assumed(out)
    assert chain > equation + 150
    assert literate > 5 * 22  # five lines, of which the docstring is one
    assert long - short > 8 * 26
    assert example > 100
    for window in ("tablet", "desk"):
        _, _, _, small, large, other = assumed(out, window)
        assert large - small < (long - short) / 2
        assert other < example
    assert "data-rows" not in out


def test_formulas_count_as_what_they_show(make: Make) -> None:
    formula = '<span class="arithmatex">\\(a + b\\)</span>'
    few, many = (assumed(make(f"<p>{count * formula}</p>{LABELLED}")[0])[0] for count in (1, 100))
    assert many > few + 100


def test_a_figure_is_assumed_as_high_as_its_drawing(tools: Tools, make: Make) -> None:
    heights = []
    for high in (100, 200):
        drawing = SVG.replace("0 0 10 10", f"0 0 400 {high}")
        tools.figure = lambda name, drawing=drawing: Drawn(drawing, drawing)
        out, _ = make(
            '<figure class="figure" data-figure="curve" data-alt="x"></figure>' + LABELLED
        )
        assert "data-sides" not in out
        heights.append((assumed(out)[0], assumed(out, "desk")[0]))
    (low, wide_low), (high, wide_high) = heights
    assert abs(high - low - 328 / 4) <= 1
    assert abs(wide_high - wide_low - 750 / 4) <= 1  # 400 points


def test_a_figure_that_is_wider_than_the_text_may_be_so(tools: Tools, make: Make) -> None:
    for width, kind in ((300, "figure"), (400, "figure figure--wide")):
        drawing = SVG.replace("0 0 10 10", f"0 0 {width} 100")
        tools.figure = lambda name, drawing=drawing: Drawn(drawing, drawing)
        out, _ = make(
            '<figure class="figure" data-figure="curve" data-alt="x"></figure>' + LABELLED
        )
        assert f'<figure class="{kind}"' in out


def test_both_columns_of_a_pair_count_where_they_stand_one_below_the_other(make: Make) -> None:
    whole = make(f"<p>First.</p>{LABELLED}{LITERATE}")[0]
    parts = make(f"<p>First.</p>{LABELLED}<h2>Code</h2>{LITERATE}")[0]
    text, code = assumed(parts)
    assert abs(assumed(whole)[0] - text - code) <= 2
    assert abs(assumed(whole, "desk")[0] - max(assumed(parts, "desk"))) <= 2


def test_a_table_scrolls_in_its_box_and_its_rows_have_heads(make: Make) -> None:
    head = "<thead><tr><th></th><th>loss</th></tr></thead>"
    out, _ = make(f"{LABELLED}<table>{head}<tbody><tr><td>SGD</td><td>1</td></tr></tbody></table>")
    assert '<div class="table-box"><table class="table"><thead><tr><td></td>' in out
    assert '<tr><th scope="row">SGD</th><td class="number">1</td></tr>' in out


def test_a_formula_that_heads_a_row_is_said_in_letters(make: Make) -> None:
    table = (
        "<table><thead><tr><th></th><th>loss</th></tr></thead><tbody>"
        "<tr><td><span class='arithmatex'>\\(x_n\\)</span></td><td>1</td></tr></tbody></table>"
    )
    out, _ = make(f"{LABELLED}{table}")
    assert 'scope="row" aria-label="x_n"' in out


def test_columns_of_numbers_are_known_and_an_empty_head_is_none(make: Make) -> None:
    head = "<thead><tr><th>rate</th><th>gain</th><th></th></tr></thead>"
    rows = "".join(
        f"<tr><td>{rate}</td><td>{gain}</td><td>{rest}</td></tr>"
        for rate, gain, rest in [("2 × 10⁻³", "+1.5% ± 0.2%", "best"), ("0.25", "−12.5%", "1")]
    )
    out, _ = make(f"{LABELLED}<table>{head}<tbody>{rows}</tbody></table>")
    head = '<th class="number">rate</th><th class="number">gain</th><td></td>'
    assert head in out
    assert '<td class="number">−12.5%</td><td>1</td>' in out


def test_a_heading_says_its_level_where_one_is_passed_over(make: Make) -> None:
    out, _ = make("<h1>a</h1><h2>b</h2><h4>c</h4><h4>d</h4><h3>e</h3><h4>f</h4>")
    assert re.findall(r"<h4[^>]*>", out) == ['<h4 aria-level="3">', '<h4 aria-level="3">', "<h4>"]


def test_a_scan_knows_the_anchors_to_come(tools: Tools) -> None:
    found: Scan = scan(LABELLED + LITERATE, page(""), tools)
    code = "code:backprop.double.double"
    assert found.anchors == {"eq:double-y", code, f"{code}:double-y"}


ARROWS = '<a href="eq:double-y"><path d="M0 0h9"/></a><a href="eq:double-y"><text>y</text></a>'


def test_an_arrow_of_a_drawing_leads_to_its_equation(tools: Tools, make: Make) -> None:
    tools.figure = lambda name: Drawn(*2 * [SVG.replace("</svg>", f"{ARROWS}</svg>")])
    out, problems = make('<figure data-figure="curve" data-alt="x"></figure>' + LABELLED)
    assert problems == []
    name = "Equation 1.1: y = 2x"
    hidden = f'<a href="#eq:double-y" aria-hidden="true" tabindex="-1"><title>{name}</title><path'
    assert hidden in out
    assert f'<a href="#eq:double-y"><title>{name}</title><text>' in out
    assert '<svg viewBox="0 0 10 10" role="group"' in out


def test_an_arrow_that_leads_nowhere_is_told_once(tools: Tools, make: Make) -> None:
    wrong = SVG.replace("</svg>", f"{ARROWS}</svg>".replace("-y", "-z"))
    tools.figure = lambda name: Drawn(wrong, wrong)
    html = '<figure data-figure="curve" data-alt="x"></figure>' + LABELLED
    _, problems = make(html, '\n{{ figure("curve", alt="x") }}')
    message = "docs/figures/curve.py: no equation has the label eq:double-z"
    assert [each for each in problems if "double-z" in each] == [f"docs/chapters/x.md:2: {message}"]
