"""Arrays, derivatives and integrals, where nine digits do not tell two formulas apart."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.checker import Checker
from mathcheck.claims.report import check_chapter
from mathcheck.values.precise_arrays import collected, determinant, each, identity, inverse
from mathcheck.values.precise_wholes import PreciseWhole

TABLE = r"""
| Symbol | Shape |
|---|---|
| $a$ | scalar |
| $p$ | scalar, positive |
| $x_n$ | (N,) |
| $X_{nd}$ | (N, D) |
| $W_{dm}$ | (D, M) |
| $y_{nm}$ | (N, M) |
| $z_{nm}$ | (N, M) |
| $h_t$ | (T,) |
| $v_i$ | (J,) |
| $Q_{ij}$ | (J, J) |
| $f$ | function |
| $g$ | function |
| $b$ | scalar |
| $c$ | scalar |
| $L$ | any scalar function of $y$ |

$$
z \coloneqq X W, \quad y_{nm} \coloneqq \tanh z_{nm}, \quad g(t) \coloneqq t^3
$$

$$
h_0 \coloneqq a, \quad h_t \coloneqq \tanh(p h_{t-1}), \quad b \coloneqq a^2, \quad c \coloneqq a b
$$
"""


def sides(tex: str, most: int = 100_000) -> tuple[Any, Any, PreciseWhole]:
    """Both sides of a claim at its first indices in the first draw, and what computed them."""
    chapter = load("wholes.md", f"{TABLE}\n$$\n{tex}\n$$\n")
    assert [str(error) for error in chapter.errors] == []
    claim = chapter.claims[-1]
    precise = PreciseWhole(Checker(chapter).context(0, claim.state), most)
    env = dict.fromkeys(claim.free, 1)
    return precise.value(claim.left, env), precise.value(claim.right, env), precise


# To many digits the same, in whichever way they are computed.
SAME = [
    r"(X W)_{nm} = \sum_d X_{nd} W_{dm}",
    r"X W = y - y + z",
    r"(X W)^\top = W^\top X^\top",
    r"v^\top Q v = \sum_{i,j} v_i Q_{ij} v_j",
    r"v \cdot v = \|v\|^2",
    r"v v^\top Q = v (v^\top Q)",
    r"(v v^\top)_{ij} = v_i v_j",
    r"Q^{-1} Q v = v",
    r"(Q Q)^{-1} = Q^{-1} Q^{-1}",
    r"Q^3 = Q Q Q",
    r"\det(Q^\top Q) = (\det Q)^2",
    r"\operatorname{tr}(Q^\top Q) = \sum_{i,j} Q_{ij}^2",
    r"\left(\tanh(Q)\right)_{ij} = \tanh Q_{ij}",
    r"\|v\|_1 = \sum_i |v_i|",
    r"\|v\|_\infty = \max_i |v_i|",
    r"\mathrm{softmax}(v)_i = \frac{e^{v_i}}{\sum_j e^{v_j}}",
    r"\operatorname{diag}(v) v = v \odot v",
    r"\mathbf 1_N^\top x = \sum_n x_n",
    r"\begin{pmatrix} a & 1 \\ 0 & p \end{pmatrix} \begin{pmatrix} a \\ p \end{pmatrix} = "
    r"\begin{pmatrix} a^2 + p \\ p^2 \end{pmatrix}",
    r"\frac{\mathrm d c}{\mathrm d a} = 3 a^2",
    r"\frac{\partial c}{\partial a} = b",
    r"\frac{\partial c}{\partial b} = a",
    r"\frac{\mathrm d h_2}{\mathrm d a} = p^2 (1 - h_1^2) (1 - h_2^2)",
    r"\frac{\mathrm d h_2}{\mathrm d h_1} = p (1 - h_2^2)",
    r"\frac{\partial h_2}{\partial p} = h_1 (1 - h_2^2)",
    r"\frac{\mathrm d h_2}{\mathrm d p} = (1 - h_2^2) (h_1 + p h_0 (1 - h_1^2))",
    r"\frac{d}{da} \sin(a^2) = 2 a \cos(a^2)",
    r"\frac{d^2}{da^2} \sin(a^2) = 2 \cos(a^2) - 4 a^2 \sin(a^2)",
    r"\frac{d}{da} f(a^2) = 2 a f'(a^2)",
    r"\frac{d^2}{da^2} f(a) = f''(a)",
    r"\frac{d}{da} f''(a) = f'''(a)",
    r"g'(a) = 3 a^2",
    r"\frac{\partial L}{\partial z_{nm}} = \frac{\partial L}{\partial y_{nm}} (1 - y_{nm}^2)",
    r"\frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial z}",
    r"\frac{\partial L}{\partial X_{nd}} = \sum_m \frac{\partial L}{\partial z_{nm}} W_{dm}",
    r"\nabla_v (v^\top Q v) = Q v + Q^\top v",
    r"\frac{\partial (Q v)}{\partial v} = Q",
    r"\frac{\partial z}{\partial W_{dm}} = \frac{\partial (X W)}{\partial W_{dm}}",
    r"\frac{\partial \det Q}{\partial Q_{ij}} = \det(Q) (Q^{-1})_{ji}",
    r"\frac{\partial^2 (v^\top Q v)}{\partial v_i \, \partial v_j} = Q_{ij} + Q_{ji}",
    r"\int_0^a t^2 \, dt = \frac{a^3}{3}",
    r"\int_a^p \cos t \, dt = \sin p - \sin a",
    r"\frac{d}{da} \int_0^a e^{-t^2} \, dt = e^{-a^2}",
]


@pytest.mark.parametrize("tex", SAME)
def test_the_same_to_many_digits(tex: str) -> None:
    left, right, precise = sides(tex)
    assert left is not None
    assert right is not None
    gap = max(abs(part) for part in np.asarray(left - right, dtype=object).flat)
    assert gap < Decimal("1e-30")
    assert precise.order(left, right) == 0
    assert precise.order(left, right + Decimal("1e-25")) != 0


@pytest.mark.parametrize(
    "tex",
    [
        r"\int_0^\infty e^{-p t} \, dt = \frac{1}{p}",
        r"\int_{-\infty}^p e^{t} \, dt = e^p",
        r"\int_{-\infty}^\infty e^{-t^2} \, dt = \sqrt{\pi}",
        r"\int_p^\infty \frac{1}{t^2} \, dt = \frac1p",
        r"\int_\infty^0 \frac{1}{1 + t^2} \, dt = -\frac{\pi}{2}",
        r"\int_0^\infty t^3 e^{-t} \, dt = 6",
    ],
)
def test_integrals_to_infinity(tex: str) -> None:
    left, right, precise = sides(tex)
    assert precise.order(left, right) == 0
    assert precise.order(left * (1 + Decimal("1e-13")), right) != 0
    assert not precise.exact


NOT_KNOWN = [
    r"\int_0^\infty \frac{1}{1 + \sqrt{t}} \, dt = 1",
    r"\int_0^1 |t - \frac{1}{10}| \, dt = a",
    r"X_{1,:} = X_{2,:}",
    r"\mathbb{E}_{t \sim \mathcal{N}(0, 1)}[t^2] = 1",
]


@pytest.mark.parametrize("tex", NOT_KNOWN)
def test_what_is_not_known_so_precisely(tex: str) -> None:
    assert any(side is None for side in sides(tex)[:2])


def test_it_takes_no_more_steps_than_it_may() -> None:
    assert sides(r"\operatorname{tr}(Q Q) = a", 3)[0] is None
    assert sides(r"\operatorname{tr}(Q Q) = a", 300)[0] is not None


def decimals(*rows: list[int]) -> Any:
    return each(Decimal, np.array(rows))


def test_a_determinant_and_an_inverse_where_rows_have_to_change_places() -> None:
    matrix = decimals([0, 2, 1], [1, 1, 0], [3, 0, 1])
    assert abs(determinant(matrix) + 5) < Decimal("1e-20")
    assert np.all(np.abs(inverse(matrix) @ matrix - identity(3)) < Decimal("1e-20"))
    with pytest.raises(ArithmeticError):
        inverse(decimals([1, 2], [2, 4]))
    with pytest.raises(ValueError, match="square"):
        determinant(decimals([1, 2]))


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("norm", Decimal(30).sqrt()),
        ("norm1", 10),
        ("norminf", 4),
        ("sum", 4),
        ("mean", 1),
        ("max", 4),
        ("min", -3),
        ("det", 10),
        ("trace", 5),
        ("sum_rows", [-2, 6]),
        ("sum_columns", [3, 1]),
        ("vec", [1, -3, 2, 4]),
        ("diag", [1, 4]),
        ("argmax", None),
    ],
)
def test_functions_of_whole_arrays(function: str, found: Any) -> None:
    value = collected(function, decimals([1, 2], [-3, 4]))
    if found is None:
        assert value is None
    else:
        assert np.all(np.abs(value - np.array(found)) < Decimal("1e-20"))


def test_a_diagonal_matrix_and_a_softmax() -> None:
    assert collected("diag", each(Decimal, [1, 2])).tolist() == [[1, 0], [0, 2]]
    rows = collected("softmax", decimals([0, 0], [1, 2]))
    assert rows[0].tolist() == [Decimal("0.5")] * 2
    assert abs(rows[1].sum() - 1) < Decimal("1e-20")


def holds(tex: str) -> bool:
    report = check_chapter(load("wholes.md", f"{TABLE}\n$$\n{tex}\n$$\n"))
    assert [str(error) for error in report.errors] == []
    return report.ok


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"\frac{d}{da} a^9 = 9 a^8", r"\frac{d}{da} (a + e^{-30 - a^2}) = 1"),
        (r"10 \, Q v = Q (10 v)", r"(1 + 2^{-40}) \, Q v = Q v"),
        (r"\int_0^9 t \, dt = \frac{81}{2}", r"\int_0^9 e^{-t^2} \, dt = \frac{\sqrt \pi}{2}"),
        (r"\det(9 Q) = 9^J \det Q", r"\det(9 Q) = (9^J + 4^{-J - 20}) \det Q"),
    ],
)
def test_a_claim_is_decided_by_them(true: str, false: str) -> None:
    assert holds(true)
    assert not holds(false)
