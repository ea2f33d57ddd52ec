"""What others write: the same thing set in other ways, and what only dresses it."""

import pytest

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse, parse_expression
from mathcheck.text.printer import latex


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"y \gets x", r"y \coloneqq x"),
        (r"y \leftarrow x", r"y \coloneqq x"),
        (r"y \triangleq x", r"y \coloneqq x"),
        (r"y := x", r"y \coloneqq x"),
        (r"y \stackrel{\text{def}}{=} x", r"y \coloneqq x"),
        (r"y \overset{\mathrm{def}}{=} x", r"y \coloneqq x"),
        (r"y \stackrel{(a)}{=} x", r"y = x"),
        (r"y \overset{\text{Jensen}}{\le} x", r"y \le x"),
        (r"y >= x", r"y \ge x"),
        (r"y ≤ x", r"y \le x"),
        (r"y = a × b · c", r"y = a \times b \cdot c"),
        (r"y = \textcolor{red}{x} + \color{blue}{z}", "y = x + z"),
        (r"y = \boxed{x} \tag{3}", "y = x"),
        (r"y = \underbrace{x + z}_{\text{the loss}} + w", "y = (x + z) + w"),
        (r"y = \mathop{\mathrm{softmax}}(x)", r"y = \mathrm{softmax}(x)"),
        (r"k = \underset{k}{\arg\max} x_k", r"k = \arg\max_{k} x_k"),
        (r"k = \operatorname*{argmax}_k x_k", r"k = \arg\max_k x_k"),
        (r"y = \text{softmax}(x)", r"y = \mathrm{softmax}(x)"),
        (r"y = \text{tanh}(x)", r"y = \tanh(x)"),
        (r"y = \text{max}(x, z)", r"y = \max(x, z)"),
        (r"b_\text{in} = W_\textrm{in} x", r"b_{\mathrm{in}} = W_{\mathrm{in}} x"),
        (r"\text{loss} = \text{cost} + x", r"\mathrm{loss} = \mathrm{cost} + x"),
        (r"y = x^\prime + z^{'}", "y = x' + z'"),
        (r"y = \hat{x_i}", r"y = \hat{x}_i"),
        (r"y = \mathbf{x_i}", r"y = \mathbf{x}_i"),
        (r"y = \pmb{x} + \boldsymbol z", r"y = \mathbf{x} + \mathbf{z}"),
        (r"y = \|x\| + ||z||", r"y = \|x\| + \|z\|"),
        (r"y = x.", "y = x"),
        (r"\begin{aligned} y &= x, \\ z &= w. \end{aligned}",
         r"\begin{aligned} y &= x \\ z &= w \end{aligned}"),
        (r"y = \begin{cases} 1, & x > 0; \\ 0, & \text{otherwise}. \end{cases}",
         r"y = \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}"),
        (r"a = b \hspace{0.5in} c = d", r"a = b \qquad c = d"),
        (r"y = (a, \quad b)", "y = (a, b)"),
        (r"y = x \quad \Rightarrow \quad z = w", r"y = x \quad \text{so} \quad z = w"),
        (r"y = x \hspace{1in} \rightarrow \hspace{1in} z = w",
         r"y = x \quad \text{so} \quad z = w"),
        (r"y = |p(x|z)|", r"y = |p(x \mid z)|"),
        (r"y = \tr(x) + \Tr x", r"y = \mathrm{tr}(x) + \mathrm{Tr} x"),
        (r"k = \argmin_k x_k", r"k = \arg\min_k x_k"),
        (r"y = \mathit x", "y = x"),
        (r"y = x \div z", "y = x / z"),
        (r"y \stackrel{!}{=} x \qquad \square", "y = x"),
        (r"y = x. \hfill \blacksquare", "y = x"),
        (r"y = \mathbb I[x > 0]", r"y = \mathbb 1[x > 0]"),
        (r"y = I(x > 0)", r"y = \mathbb 1[x > 0]"),
        (r"y = 1_{\{x > 0\}} + 1_{x > 1}", r"y = \mathbf 1[x > 0] + \mathbf 1[x > 1]"),
        (r"y = \sum_{j : x_j > 0} x_j", r"y = \sum_{j \mid x_j > 0} x_j"),
        (r"y = \left. x \right\vert_{x = 1}", r"y = \left. x \right|_{x=1}"),
        (r"y = x \bigg|_{x = 1}", "y = x|_{x=1}"),
        (r"y = \left. (x) \right.", "y = (x)"),
        (r"y_n = x_n \quad \forall n", r"y_n = x_n \quad \text{for all } n"),
        (r"y_n = x_n \quad \forall n, k", r"y_n = x_n"),
        (r"y_n = x_n, \quad n = 1, 2, \ldots, N",
         r"y_n = x_n \quad \text{for } n \in \{1, 2, \dots, N\}"),
        (r"y_n = x_n, n = 1, \dots, N",
         r"y_n = x_n \quad \text{for } n \in \{1, \dots, N\}"),
        (r"y_n = x_n \quad (n = 1, \dots, N)", r"y_n = x_n \quad (n \in \{1, \dots, N\})"),
        (r"y_n = x_n \quad \text{for } n = 1, \dots, N",
         r"y_n = x_n \quad (n \in \{1, \dots, N\})"),
    ],
)  # fmt: skip
def test_the_same_is_read(text: str, plain: str) -> None:
    assert parse(text) == parse(plain)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (r"p(a \mid b)", tree.Run),
        (r"\int_0^1 x \, dx", tree.Integral),
        (r"n!", tree.Factorial),
        (r"\binom{n}{k}", tree.Binomial),
        (r"{n \choose k}", tree.Binomial),
        (r"(a, b]", tree.Interval),
        (r"\dots", tree.Dots),
        (r"\langle a, b \rangle", tree.Group),
        (r"\lim_{h \to 0} h", tree.Big),
        (r"\sum_i -x_i", tree.Big),
        (r"w^*", tree.Script),
        (r"x_{1:n}", tree.Script),
        (r"a \pm b", tree.Binary),
        (r"f \circ g", tree.Binary),
        (r"12.5\%", tree.Percent),
        (r"\left. x + y \right|_{x=1, y=2}", tree.Evaluated),
        (r"\sin x \Big|_{x=1}", tree.Evaluated),
        (r"\det(B)^2", tree.Script),
    ],
)
def test_what_is_parsed_and_printed_again(text: str, kind: type[tree.Node]) -> None:
    node = parse_expression(text)
    assert type(node) is kind
    assert parse_expression(latex(node)) == node


def test_an_integral_knows_its_variables() -> None:
    node = parse_expression(r"\int_a^b \int_c^d f(x, y) \, dx \, dy")
    assert isinstance(node, tree.Integral)
    assert isinstance(node.body, tree.Integral)
    assert (node.body.by, node.by) == ((tree.Name("x"),), (tree.Name("y"),))


@pytest.mark.parametrize(
    "text",
    [
        r"y = \underbrace{x}_{= z}",
        r"y = \overbrace{x x}^{\text{$n$ times}}",
        r"y \overset{?}{=} x",
        r"y = \overset{a}{x}",
        r"y = x . z",
        r"y = x?",
        r"y = {a + b} c",
        r"y = c \cdot {a - b}",
        r"y = {a b}^2",
        r"y = \log{a + b}",
        r"y = {-a}^2",
        r"y = a \square b",
        r"y = \left. a \right|_{a=1}^2",
        r"y = a|_{a=1}^2",
        r"y = a_{\{a > 0}",
    ],
)
def test_a_dress_that_says_something_is_refused(text: str) -> None:
    with pytest.raises(TreeError):
        parse(text)
