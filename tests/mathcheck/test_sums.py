"""Sums: the order of their loops, and brackets that cut off what they multiply."""

import pytest

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker, Result
from mathcheck.meaning import terms
from mathcheck.values.sums import plan

TABLE = r"""
| Symbol | Shape | Meaning |
|---|---|---|
| $x_h$ | (H,) | input |
| $W_{kp}$ | (K, P) | kernels |
| $g_{ku}$ | (K, U) | what arrives |
| $s_h$ | (H,) | result |
| $a$ | scalar, positive | a number |
"""


def read(equations: str) -> Chapter:
    return load("notes.md", f"# Notes\n\n## Symbols\n{TABLE}\n$$\n{equations}\n$$\n")


def check(equations: str) -> list[Result]:
    chapter = read(equations)
    assert not chapter.errors, chapter.errors
    checker = Checker(chapter)
    return [checker.check(claim) for claim in chapter.claims]


def test_indices_of_a_bracket_come_first() -> None:
    (claim,) = read(r"x_h = \sum_{k,u,p} g_{ku} \mathbb{1}[u + p = h] W_{kp}").claims
    assert isinstance(claim.right, terms.Reduce)
    nest = plan(claim.right)
    assert [loop.sum.range.letter for loop in nest.loops] == ["u", "p", "k"]
    assert [len(loop.tests) for loop in nest.loops] == [0, 1, 0]
    assert len(nest.factors) == 2


def test_a_bracket_without_an_index_of_the_sum_comes_before_it() -> None:
    (claim,) = read(r"x_h = \sum_p \mathbb{1}[h > 2] W_{1p}").claims
    assert isinstance(claim.right, terms.Reduce)
    nest = plan(claim.right)
    assert len(nest.tests) == 1
    assert not nest.loops[0].tests


def test_a_range_that_depends_on_an_index_waits_for_it() -> None:
    (claim,) = read(r"x_h = \sum_{u=1}^{3} \sum_{p=u}^{3} \mathbb{1}[p = h] x_u").claims
    assert isinstance(claim.right, terms.Reduce)
    assert [loop.sum.range.letter for loop in plan(claim.right).loops] == ["u", "p"]


@pytest.mark.parametrize(
    ("right", "holds"),
    [
        (r"\sum_p \mathbb{1}[p \le h] \mathbb{1}[p \ge h] W_{1p}", True),
        (r"\sum_p \mathbb{1}[p \le h] W_{1p}", False),
        (r"\sum_p W_{1p} \delta_{hp}", True),
        (r"\sum_p W_{1p} \delta_{p,h+1}", False),
        # Where the bracket is 0 nothing is looked up: there is no W_{1,0}.
        (r"\sum_p \mathbb{1}[p = h] W_{1p} + \mathbb{1}[h = 0] W_{1,h-1}", True),
    ],
)
def test_brackets(right: str, holds: bool) -> None:
    define = (
        r"s_h \coloneqq \begin{cases} W_{1h} & \text{if } h \le P \\ 0 & \text{else} \end{cases}"
    )
    (result,) = check(f"{define} \\\\\ns_h = {right}")
    assert result.error is None
    assert result.ok is holds


def test_what_is_far_off_is_found_at_the_first_points() -> None:
    (wrong,) = check(r"\sum_k g_{ku} W_{kp} = \sum_k g_{ku} W_{kp} + a")
    assert not wrong.ok
    (right,) = check(r"\sum_k g_{ku} W_{kp} + a = a + \sum_k W_{kp} g_{ku}")
    assert right.ok
    assert wrong.points < right.points / 3


def test_what_is_little_off_is_found_too() -> None:
    (result,) = check(r"\sum_k g_{ku} W_{kp} = \sum_k g_{ku} W_{kp} + 10^{-7} a")
    assert not result.ok
