import pytest

from mathcheck.meaning.symbols import Symbol, read_table
from mathcheck.text.printer import latex
from mathcheck.text.sources import read

HEADER = "| Symbol | Code | Shape | Meaning |\n|---|---|---|---|\n"


def symbols(*rows: str) -> list[Symbol]:
    (table,) = read("t.md", HEADER + "\n".join(rows)).tables
    found, problems = read_table(table)
    assert not problems
    return found


def problem(row: str) -> str:
    (table,) = read("t.md", HEADER + row).tables
    _, problems = read_table(table)
    (found,) = problems
    return str(found)


def axes(symbol: Symbol) -> list[tuple[str | None, str]]:
    return [(axis.letter, latex(axis.last)) for axis in symbol.axes]


def test_subscripts_are_indices_if_the_shape_has_as_many_axes() -> None:
    (x,) = symbols("| $x_{nd}$ | `x` | (N, D) | input |")
    assert (x.name, x.code, axes(x)) == ("x", "x", [("n", "N"), ("d", "D")])


def test_subscripts_are_a_name_if_it_has_not() -> None:
    (w,) = symbols("| $W_{hh}$ | `W` | (J, J) | |")
    assert (w.name, axes(w)) == ("W_{h,h}", [(None, "J"), (None, "J")])


def test_rows_that_differ_only_in_their_letter_are_names() -> None:
    found = symbols("| $b_r$ | | (J,) | |", "| $b_z$ | | (J,) | |")
    assert [s.name for s in found] == ["b_{r}", "b_{z}"]


def test_a_superscript_in_parentheses_is_an_index() -> None:
    (h,) = symbols("| $h^{(t)}_j$ | | (T, J) | |")
    assert axes(h) == [("t", "T"), ("j", "J")]
    assert h.in_superscript == 1


def test_a_family_whose_sizes_depend_on_its_number() -> None:
    (w,) = symbols(r"| $W^{(\ell)}_{ij}$ | | ($D_{\ell-1}$, $D_\ell$) | $\ell$ from 1 to P |")
    assert axes(w) == [("\\ell", "P"), ("i", "D_{\\ell - 1}"), ("j", "D_{\\ell}")]
    assert [w.leads(axis) for axis in range(3)] == [0, 1, 1]


def test_an_element_that_has_a_row_of_its_own() -> None:
    found = symbols(r"| $\theta_t$ | | (T,) | |", r"| $\theta_0$ | | scalar | |")
    assert found[1].point == (0,)


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        ("(N, D)", "real"),
        ("scalar", "real"),
        ("()", "real"),
        ("(N, D), positive", "positive"),
        ("(N, D), in (0, 1)", "interval"),
        ("(N, D), in 1..K", "integer"),
        ("(N, D), one-hot over d", "one-hot"),
        ("(N, D), rows sum to 1", "probabilities"),
        ("(N, D), $\\pm 1$", "sign"),
        ("(N, D), 0 or 1", "binary"),
        ("= 2", "constant"),
        ("any scalar function of $y$", "loss"),
        ("any function of one number", "function"),
    ],
)
def test_domains(cell: str, domain: str) -> None:
    (symbol,) = symbols(f"| $x$ | | {cell} | |")
    assert symbol.domain == domain


def test_values_outside_the_range() -> None:
    (padded, pooled) = symbols(
        "| $x_i$ | | (H,), 0 outside | |", "| $z_i$ | | (H,), $-\\infty$ outside | |"
    )
    assert padded.outside == 0
    assert pooled.outside == float("-inf")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| x | | (N,) | |", "t.md:3:3: the first cell holds one symbol between dollars"),
        ("| $x +$ | | (N,) | |", "t.md:3:6: something is missing here"),
        (
            "| $x_n$ | | N | |",
            "t.md:3:13: a shape is written (N, D), (D,), scalar, or 'any scalar function of $y$'",
        ),
        ("| $x_n$ | | (N, | |", "t.md:3:13: this '(' is never closed"),
    ],
)
def test_what_cannot_be_read(row: str, message: str) -> None:
    assert problem(row) == message


def test_an_unknown_condition_is_told_with_those_there_are() -> None:
    assert "'large' is no condition that I know: positive; in (a, b)" in problem(
        "| $x_n$ | | (N,), large | |"
    )
