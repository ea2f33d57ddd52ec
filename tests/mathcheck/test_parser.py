from typing import Any

import pytest

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse, parse_condition, parse_expression
from mathcheck.text.printer import latex
from mathcheck.text.tree import Name, Node, Number


def sides(text: str) -> list[list[str]]:
    return [[latex(side) for side in statement.sides] for statement in parse(text)]


def kind(text: str) -> type[Node]:
    return type(parse_expression(text))


def test_a_product_binds_tighter_than_a_sum() -> None:
    assert parse_expression("a + b c") == tree.Binary(
        "+", Name("a"), tree.Run((Name("b"), Name("c")))
    )


def test_subtraction_goes_from_left_to_right() -> None:
    assert parse_expression("a - b - c") == parse_expression("{a - b} - c")
    assert parse_expression("a - b - c") != parse_expression("a - {b - c}")


def test_a_sum_takes_the_product_behind_it_and_no_addend() -> None:
    node = parse_expression(r"\sum_i a_i \cdot b_i + c")
    assert isinstance(node, tree.Binary)
    assert isinstance(node.left, tree.Big)
    assert latex(node.left.body) == r"a_{i} \cdot b_{i}"


def test_a_function_takes_one_thing_or_a_sum() -> None:
    assert parse_expression(r"t \log p") == tree.Run((Name("t"), tree.Apply("log", (Name("p"),))))
    node = parse_expression(r"\log \sum_k x_k")
    assert isinstance(node, tree.Apply)
    assert isinstance(node.arguments[0], tree.Big)


def test_subscripts_with_and_without_commas() -> None:
    node = parse_expression("x_{n,u+p-1}")
    assert isinstance(node, tree.Script)
    assert [latex(item) for item in node.sub] == ["n", "u + p - 1"]
    node = parse_expression("x_{nd}")
    assert isinstance(node, tree.Script)
    assert node.sub == (tree.Run((Name("n"), Name("d"))),)


def test_tex_takes_one_digit_without_braces() -> None:
    assert parse_expression(r"\frac12") == tree.Fraction(Number("1"), Number("2"))
    assert parse_expression(r"\frac1N") == tree.Fraction(Number("1"), Name("N"))
    assert parse_expression("x^23") == tree.Run(
        (tree.Script(Name("x"), (), Number("2")), Number("3"))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"|x| |y|", tree.Run),
        (r"|a - |b||", tree.Fence),
        (r"\left| x \right|", tree.Fence),
        (r"\| v \|", tree.Fence),
        (r"\frac{\partial L}{\partial x}", tree.Derivative),
        (r"\frac{\mathrm{d} L}{\mathrm d x}", tree.Derivative),
        (r"\mathbb{1}[i = j]", tree.Indicator),
        (r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", tree.Cases),
        (r"\begin{pmatrix} 1 & 2 \end{pmatrix}", tree.Matrix),
        (r"\max(0, x)", tree.Apply),
        (r"\arg\max_k x_k", tree.Big),
        (r"\hat{\mathbf{x}}", Name),
        (r"\sqrt[3]{x}", tree.Root),
    ],
)
def test_what_a_text_is(text: str, expected: type[Node]) -> None:
    assert kind(text) is expected


def test_positions_are_those_of_the_text() -> None:
    node = parse_expression(r"a + \frac{b}{c}")
    assert isinstance(node, tree.Binary)
    assert (node.right.start, node.right.end) == (4, 15)


def test_rows_of_aligned_continue_a_chain() -> None:
    text = r"\begin{aligned} a &= b && \text{why} \\ &= c \\ d &\coloneqq e \end{aligned}"
    assert sides(text) == [["a", "b", "c"], ["d", "e"]]


def test_a_row_without_a_relation_goes_on_with_the_last_side() -> None:
    assert sides("\\begin{aligned} a &= b \\\\ &\\quad + c \\end{aligned}") == [["a", "b + c"]]


def test_several_equations_on_a_line() -> None:
    assert sides(r"a = b, \qquad c = d \quad \text{and} \quad e = f") == [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"],
    ]


def test_columns_of_aligned_are_equations() -> None:
    text = r"\begin{aligned} a &= b, & c &= d \\ e &= f & g &= h \end{aligned}"
    assert sides(text) == [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]


@pytest.mark.parametrize(
    "text",
    [
        r"a = b \quad (i < j)",
        r"a = b \quad \text{for } i < j",
        r"a = b \text{ if } i < j",
        r"\begin{aligned} a &= b && \text{for } i < j \end{aligned}",
        r"\begin{aligned} a &= b \end{aligned} \qquad (i < j)",
    ],
)
def test_conditions_beside_an_equation(text: str) -> None:
    (statement,) = parse(text)
    assert statement.conditions == (parse_condition("i < j"),)


def test_a_tolerance_beside_an_approximation() -> None:
    (statement,) = parse(r"a \approx b \quad \text{(within 0.01)}")
    assert statement.tolerances == (0.01,)


def test_children_can_be_exchanged() -> None:
    node = parse_expression(r"\sum_{i=1}^{N} x_i")
    children: list[Any] = list(node.children())
    assert node.rebuild(children) == node
    changed = node.rebuild([*children[:-1], Number("2")])
    assert latex(changed) == r"\sum_{i = 1}^{N} 2"


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "this equation is empty", 0),
        ("a = ", "nothing stands behind this", 2),
        ("= a", "nothing stands before this", 0),
        (r"a = \foo", r"unknown command \foo", 4),
        (r"a = {b", "'{' is never closed", 4),
        (r"a = b)", "')' closes nothing", 5),
        (r"a = (b]", "'(' is closed by ']'", 6),
        (r"a = b^c^d", "a second superscript", 7),
        (r"a = \log(x)^2", r"is this \log of a power, or a power of \log? "
         r"Write \log^2(…), or (…) round the power", 8),
        (r"a = \frac{\partial b}{\mathrm{d} c}", "a ∂ and a d in one derivative", 4),
        (r"a = \begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}",
         "the rows of this matrix differ in length", 4),
        (r"a = \begin{cases} 1 & \text{never} \end{cases}",
         r"'never': a case has a condition or says \text{otherwise}", 22),
    ],
)  # fmt: skip
def test_what_cannot_be_read(text: str, message: str, offset: int) -> None:
    with pytest.raises(TreeError) as error:
        parse(text)
    assert (error.value.message, error.value.offset) == (message, offset)
