"""What the search reads: formulas as text that a reader can read and type."""

from collections.abc import Callable
from pathlib import Path

import pytest

from book.known.crossref import Tools, assemble, scan
from book.known.equations import Source
from book.made.searching import order, searchable
from book.shared.errors import BookError
from book.shared.plain import in_letters, plain
from book.shared.tex import Formula, Tex

ROOT = Path(__file__).parents[2]
CODE = '''"""A module."""


def double(x):
    """Doubles."""
    y = 2 * x  # eq:double-y
    z = y if x is None else y  # eq:double-y
    return z
'''
LABELLED = r'<div class="arithmatex">\[\gamma_d = 2x \label{eq:double-y}\]</div>'


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\frac{\partial L}{\partial x_i}", "∂L/∂x_i"),
        (r"\frac{\mathrm{d} y}{\mathrm{d} x}", "dy/dx"),
        (r"\partial L / \partial \hat x_{nd}", "∂L/∂x̂_nd"),
        (r"\frac{a + b}{2 c}", "(a + b)/(2c)"),
        (r"\frac{(a + b)^2}{\sqrt{c + d}}", "(a + b)²/√(c + d)"),
        (r"\frac{(a + b)(c + d)}{2}", "((a + b) (c + d))/2"),
        (r"-\frac{2}{N} \sum_{n=1}^{N} (x_n - r)", "−2/N Σ_(n=1)^N (x_n − r)"),
        (r"y \coloneqq x W^\top + b", "y := x Wᵀ + b"),
        (r"x_{n,c,S u + p}", "x_(n,c,Su+p)"),
        (r"h^{(t)}_j, \tilde h_{t-1}, \bar x, \overline{x}", "h_j^(t), h̃_(t−1), x̄, x̄"),
        (r"\overrightarrow{h}_t \overleftarrow{h}_t", "h⃗_t h⃖_t"),
        (r"a^{\mathrm f}_t \odot \tanh(c_t)", "a_t^f ⊙ tanh(c_t)"),
        (r"e^{-x} \cdot 10^{-20} \cdot e^{x_n}", "e^(−x) · 10⁻²⁰ · e^(x_n)"),
        (r"f(x)\,g(2x)", "f(x) g(2x)"),
        (r"\log \max_k p_k \le \arg\max_k x", "log max_k p_k ≤ arg max_k x"),
        (r"\mathbb{1}[x > 0] \, \mathbf{w} \, \mathcal{L}", "𝟙[x > 0] w ℒ"),
        (r"\lVert v \rVert, \lfloor n/2 \rfloor", "‖v‖, ⌊n/2⌋"),
        (r"\begin{pmatrix} 1 & -2 \\ 3 & 4 \end{pmatrix}", "(1 −2; 3 4)"),
        (r"\begin{cases} 1 & \text{if } x > 0 \\ 0 \end{cases}", "{1 if x > 0; 0"),
        (r"\begin{aligned} a &= b && \text{by } c \\ &= d \end{aligned}", "a = b (by c) = d"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b; c = d"),
        (r"\underbrace{a + b}_{c}", "(a + b)_c"),
        (r"\sqrt[3]{x + 1}, \sqrt 2", "³√(x + 1), √2"),
        (r"x' = \theta_{t} \qquad y", "x′ = θ_t y"),
    ],
)
def test_a_formula_as_text(tex: Tex, formula: str, text: str) -> None:
    assert plain(tex.render([Formula(formula, True)])[0].html) == text


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("∂L/∂γ_d = Σ_n ∂L/∂y_nd", "dL/dgamma"),
        ("∂L/∂h̃_(t,n,H+j) := 0", "dL/dh_tilde"),
        ("Δ_nj^(ℓ+1) ≈ λ²", "Delta"),
        ("r_ℓ", "r"),
        ("ℓ", "ell"),
        ("Wᵀ + b", "W + b"),
    ],
)
def test_the_left_side_in_letters(text: str, letters: str) -> None:
    assert in_letters(text) == letters


Read = Callable[[str], str]


@pytest.fixture
def read(lay_tools: Callable[..., Tools]) -> Read:
    """Makes of a page what the search reads."""

    def figure(name: str) -> str:
        raise BookError(name)

    tools = lay_tools(CODE, "", figure)

    def run(html: str) -> str:
        source = Source(Path("docs/chapters/x.md"), html, "chapters/x/", "A title", "1")
        book, _ = assemble([scan(html, source, tools)], tools)
        return searchable(html, book, tools)

    return run


def test_an_equation_is_a_paragraph_with_number_name_and_code(read: Read) -> None:
    code = "y = 2 * x; z = y if x is None else y"
    assert read(LABELLED) == f"<p>(1.1) gamma: γ_d = 2x [{code}]</p>"


def test_an_equation_is_found_where_it_stands_and_not_where_it_is_cited(read: Read) -> None:
    text = read(LABELLED + r"<p>by \eqref{eq:double-y}, [@someone2020] and \eqref{eq:none}</p>")
    assert text.endswith("<p>by (\N{WORD JOINER}1.1), and </p>")


def test_a_row_of_a_table_is_a_paragraph(read: Read) -> None:
    symbol = r'<td><span class="arithmatex">\(\hat x_n\)</span></td>'
    rows = f"<tr>{symbol}<td><code>xn</code></td></tr><tr><td>64</td><td></td><td>1 %</td></tr>"
    text = read(f"<table><tbody>{rows}</tbody></table>")
    assert "<p>x̂_n, x_hat, <code>xn</code></p><p>64, 1 %</p>" in text


def test_code_in_a_table_stays_code(read: Read) -> None:
    row = r"<tr><td>write <code>\sum <b>x</b></code> or <code>a</code>; not b</td><td></td></tr>"
    text = read(f"<table><tbody>{row}</tbody></table>")
    assert r"<p>write <code>\sum x</code> or <code>a</code>; not b</p>" in text


def test_of_an_example_each_line_is_a_paragraph_and_no_answer(read: Read) -> None:
    example = "&gt;&gt;&gt; def f(x):\n...     return x\n&gt;&gt;&gt; f(1)\n1\n"
    text = read(f"<div><pre><span></span><code>{example}</code></pre></div>")
    lines = ["def f(x):", "return x", "f(1)"]
    assert text == f"<div>{''.join(f'<p><code>{line}</code></p>' for line in lines)}</div>"


def test_other_code_is_one_paragraph(read: Read) -> None:
    assert read("<pre><code>a\n  b</code></pre>") == "<p><code>a b</code></p>"


def test_items_and_captions_are_paragraphs_and_shown_code_is_named(read: Read) -> None:
    items = "<ul><li>one</li><li><p>two</p></li></ul>"
    assert read(items) == "<div><p>one</p><div><p>two</p></div></div>"
    assert read("<figure><figcaption>A curve</figcaption></figure>") == (
        "<figure><p>A curve</p></figure>"
    )
    shown = (
        '<div class="literate" data-object="backprop.double.double" '
        'data-file="backprop/double.py" data-lines="1-2"></div>'
    )
    assert read(shown) == "<p>backprop.double.double</p>"
    assert read(f'a<details class="reference-source">{shown}</details>') == "a"


def test_explained_symbols_come_first_lists_last_and_the_reference_is_named() -> None:
    table = {"location": "a/#symbols", "title": "S", "text": "<p>Symbol, Code, Shape, Meaning</p>"}
    module = {"location": "reference/gru/", "title": "GRU", "text": ""}
    member = {"location": "reference/gru/#f", "title": "f", "text": ""}
    listed = {"location": "glossary/", "title": "Glossary", "text": "softmax"}
    order([table, module, member, listed])
    assert table["boost"] == 3
    assert listed["boost"] < 1
    assert module["title"] == "GRU (reference)"
    assert member == {"location": "reference/gru/#f", "title": "f", "text": ""}
