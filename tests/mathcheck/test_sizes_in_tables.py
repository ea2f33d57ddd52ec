"""Indices that count from 0, sizes that follow from others, sizes that only the checker fixes."""

import numpy as np
import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.chapter_values import Values
from mathcheck.claims.checker import Checker

WINDOWS = r"""
# Windows

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $S$ | `stride` | scalar, for instance 2 | step |
| $U$ | | = $\lfloor (H - P)/S \rfloor + 1$ | windows |
| $x_h$ | `x` | (H,) | signal; $h$ from 0 |
| $w_p$ | `w` | (P,) | kernel; tap $p$ from 0 |
| $y_{u}$ | `y` | (U,) | output; $u$ from 0 |

$$
y_u \coloneqq \sum_p w_p \, x_{S u + p}
$$

$$
y_0 = \sum_{p=0}^{P-1} w_p \, x_p
$$

$$
S (U - 1) + P \le H < S U + P
$$
"""


def test_all_claims_hold():
    chapter = load("windows.md", WINDOWS)
    assert not chapter.errors
    checker = Checker(chapter)
    results = [checker.check(claim) for claim in chapter.claims]
    assert len(results) == 3
    assert all(result.ok for result in results)


def test_values_have_the_sizes_of_the_table():
    values = Values(load("windows.md", WINDOWS))
    H, P = values.sizes["H"], values.sizes["P"]
    x, w = values["x"], values["w"]
    assert "U" not in values.sizes
    assert x.shape == (H,)
    assert w.shape == (P,)
    wanted = [w @ x[2 * u : 2 * u + P] for u in range((H - P) // 2 + 1)]
    np.testing.assert_allclose(values["y"], wanted, rtol=1e-14)


def test_an_index_below_the_first_is_refused():
    text = WINDOWS.replace("x_{S u + p}", "x_{S u + p - 1}")
    chapter = load("windows.md", text)
    checker = Checker(chapter)
    problems = [checker.check(claim).message for claim in chapter.claims]
    assert any("the index of x is -1" in problem for problem in problems)


MANY_AXES = r"""
# Patches

| Symbol | Shape | Meaning |
|---|---|---|
| $U$ | = $H - 2 P + 1$ | windows |
| $x_{nckphu}$ | (N, C, K, P, H, U) | patches |
| $y_{nckphu}$ | (N, C, K, P, H, U) | the same doubled |

$$
y_{nckphu} \coloneqq 2 x_{nckphu}
$$

$$
y_{nckphu} = x_{nckphu} + x_{nckphu}
$$
"""


@pytest.mark.parametrize("draw", range(4))
def test_no_array_is_empty_because_a_size_that_follows_came_out_negative(draw):
    sizes = Values(load("patches.md", MANY_AXES), draw=draw).sizes
    assert sizes["H"] - 2 * sizes["P"] + 1 >= 1
