import pytest

from mathcheck.claims.chapter import load
from mathcheck.meaning import terms
from mathcheck.meaning.resolver import Meaning, Resolver
from mathcheck.meaning.terms import Term
from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse, parse_expression

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | | (N, D) | |
| $W_{dm}$ | | (D, M) | |
| $b_m$ | | (M,) | |
| $v_d$ | | (D,) | |
| $u_d$ | | (D,) | |
| $A_{nij}$ | | (N, D, D) | |
| $h^{(t)}_j$ | | (T, J) | |
| $U_{\mathrm f}$ | | (J, J) | |
| $c_n$ | | (N,), in 1..M | |
| $a$ | | scalar | |
| $\theta_t$ | | (T,) | |
| $\theta_0$ | | scalar | |
| $f(s)$ | | function | |
| $y_{nm}$ | | (N, M) | |
| $L$ | | any scalar function of $y$ | |
"""


CHAPTER = load("t.md", TABLE)


def resolver() -> Resolver:
    return Resolver(CHAPTER.scope(CHAPTER.document.sections[0]))


def term(text: str) -> Term:
    return resolver().term(parse_expression(text))


def meaning(text: str) -> Meaning:
    (statement,) = parse(text)
    return resolver().statement(statement.sides, statement.conditions)


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("x_{nd}", 0),
        ("x_n", 1),
        ("x", 2),
        ("x W", 2),
        ("x W + b", 2),
        ("x v", 1),
        (r"v^\top u", 0),
        (r"v u^\top", 2),
        (r"v \cdot u", 0),
        (r"v \odot u", 1),
        ("a x", 2),
        (r"\sum_n x_n", 1),
        (r"\frac{\partial L}{\partial W}", 2),
        (r"\frac{\partial y_{nm}}{\partial W_{dk}}", 0),
        (r"\frac{\partial y}{\partial b}", 3),
        (r"(x^\top)_{dn}", 0),
        ("h^{(t)}", 1),
        (r"U_{\mathrm f} h^{(t)}", 1),
        (r"\|x\|", 0),
        (r"\operatorname{softmax}(x)", 2),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", 2),
    ],
)
def test_ranks(text: str, rank: int) -> None:
    assert term(text).rank == rank


def test_a_letter_and_brackets_are_a_call_or_a_product() -> None:
    assert isinstance(term("f(a)"), terms.Call)
    assert isinstance(term("a (a + 1)"), terms.Arith)
    assert isinstance(term(r"\sigma(a)"), terms.Map)


def test_a_superscript_is_an_index_a_power_or_a_transpose() -> None:
    assert isinstance(term("h^{(t)}_j"), terms.Ref)
    assert isinstance(term("a^2"), terms.Arith)
    assert isinstance(term(r"x^\top"), terms.Transpose)


def test_an_element_with_a_row_of_its_own_is_one_of_the_family() -> None:
    zero, family = term(r"\theta_0"), term(r"\theta_{t-1}")
    assert isinstance(zero, terms.Ref)
    assert isinstance(family, terms.Ref)
    assert zero.symbol is family.symbol
    assert [str(i) for i in zero.indices] == [str(terms.Literal(0, zero.node, 0.0))]


def test_the_loss_takes_all_paths_and_others_their_own_definition() -> None:
    loss = term(r"\frac{\partial L}{\partial W}")
    other = term(r"\frac{\partial y_{nm}}{\partial b_m}")
    assert isinstance(loss, terms.Derivative)
    assert isinstance(other, terms.Derivative)
    assert (loss.total, other.total) == (True, False)


def test_a_label_is_an_index() -> None:
    _, index = (part for part in term("y_{n c_n}").walk() if isinstance(part, terms.Ref))
    assert index.symbol.base == "c"


def test_free_indices_and_what_they_run_over() -> None:
    free = meaning(r"y_{nm} = \sum_d x_{nd} W_{dm} + b_m").free
    assert sorted(free) == ["m", "n"]
    assert {use.symbol.base for use in free["m"].uses} == {"y", "W", "b"}


def test_spacing_and_braces_do_not_matter() -> None:
    assert term(r"x_{nd} \, W_{dm}") == term(r"{x}_{n d} {W_{dm}}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("z", "z is not in the symbols table"),
        ("X_{nd}", "X_{nd} is not in the symbols table: is x meant?"),
        ("x_{ndm}", "x has 2 indices, not 3"),
        ("a_n", "a has no index, not 1"),
        ("v u", r"two vectors side by side: write \odot, \cdot, or a transpose on one"),
        ("A W", "a product of arrays with three or more axes: write indices"),
        ("h_j", "h needs its superscript, as in (t)"),
        ("f", "f is a function: write f(…)"),
        (r"\frac{\partial L}{\partial (2a)}", "a derivative is taken by a symbol of the table"),
        (r"\frac{\partial L}{\partial c_n}", "no derivative by c: it is not a real number"),
        (r"\sum_k 2", "what does k run over? No table says it"),
        (r"\mathbb{1}[x > 0]", "a condition compares numbers, this is an array"),
        (r"a^\top", "the transpose of a number"),
        (r"\delta_{nmd}", "Kronecker's δ has two indices"),
    ],
)
def test_what_has_no_meaning(text: str, message: str) -> None:
    with pytest.raises(TreeError) as error:
        term(text)
    assert error.value.message == message
