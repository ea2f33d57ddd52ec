"""What is computed is kept to be asked for again, but no more of it than there is room for."""

import numpy as np
import pytest

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker
from mathcheck.claims.mutants import outcomes
from mathcheck.claims.report import check_chapter
from mathcheck.text.errors import EvalError, SizeError
from mathcheck.text.tree import Number
from mathcheck.values import budget, derivatives, rounding
from mathcheck.values.budget import (
    MOST_KEPT,
    MOST_STEPS,
    Budget,
    Total,
    check_elements,
    check_slopes,
    size_kept,
)

CHAPTER = r"""# A chain

| Symbol | Shape |
|---|---|
| $x_{nd}$ | (N, D) |
| $u_{nd}$ | (N, D) |
| $L$ | any scalar function of $u$ |

$$
u_{nd} \coloneqq x_{nd}^2 \sum_{e} x_{ne}
$$

$$
\frac{\partial L}{\partial x_{nd}}
= 2 x_{nd} \frac{\partial L}{\partial u_{nd}}
\sum_{e} x_{ne} + \sum_{e} x_{ne}^2 \frac{\partial L}{\partial u_{ne}}
$$

$$
\frac{\partial^2 u_{n1}}{\partial x_{n1}^2} = 6 x_{n1} + 2 \sum_{e > 1} x_{ne}
$$
"""


@pytest.fixture
def chapter() -> Chapter:
    return load("chain.md", CHAPTER)


def kept(checker: Checker) -> int:
    return sum(world.budget.kept for world in checker._worlds.values())


def most_kept(chapter: Chapter) -> int:
    """Returns the most that is kept while each equation is mutated, as it begins."""
    checker = Checker(chapter)
    most = 0
    for number in range(len(chapter.document.equations)):
        for _ in outcomes(checker, number):
            most = max(most, kept(checker))
    return most


def test_mutants_do_not_pile_up(chapter: Chapter, monkeypatch: pytest.MonkeyPatch) -> None:
    without = most_kept(chapter)
    monkeypatch.setattr("mathcheck.claims.checker.ENOUGH_KEPT", without // 10)
    assert most_kept(chapter) < without // 3


@pytest.mark.parametrize("name", ["ENOUGH_KEPT", "MUCH_KEPT"])
def test_verdicts_do_not_depend_on_what_is_kept(
    chapter: Chapter, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fates() -> list[tuple[str, str]]:
        checker = Checker(chapter)
        numbers = range(len(chapter.document.equations))
        return [(each.reads, each.fate) for at in numbers for each in outcomes(checker, at)]

    before = fates()
    assert {fate for _, fate in before} >= {"dead", "stillborn"}
    monkeypatch.setattr(budget, name, 0)
    monkeypatch.setattr("mathcheck.claims.checker.ENOUGH_KEPT", budget.ENOUGH_KEPT)
    assert fates() == before
    assert check_chapter(chapter).ok


def test_what_is_moved_for_a_second_derivative_is_forgotten(
    chapter: Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MUCH_KEPT", 0)
    checker = Checker(chapter)
    for claim in chapter.claims:
        assert checker.check(claim).ok
    for world in checker._worlds.values():
        assert not [key for key in world.tables if derivatives._is_moved(key)]
        assert world.budget.kept >= 0


def test_a_point_that_keeps_too_much_is_refused(
    chapter: Chapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_KEPT", 10_000)
    report = check_chapter(chapter)
    assert not report.ok
    said = [error.message for error in report.errors]
    assert "MB of values at once: write sizes as letters" in said[0]


def test_what_is_kept_is_counted_in_bytes() -> None:
    numbers = np.zeros((10, 5))
    entry = size_kept(1.5)
    assert 100 < entry < 1000
    assert size_kept(numbers) == entry + 400
    assert size_kept(numbers[:2]) == entry + 80
    assert size_kept(np.broadcast_to(numbers, (7, 10, 5))) == entry + 400
    assert size_kept(np.broadcast_to(np.zeros(3), (2, 3))[:1, :1]) == entry + 8


def test_up_to_a_bound_all_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    entry, node = size_kept(1.5), Number("1", start=4, end=5)
    monkeypatch.setattr(budget, "MUCH_KEPT", entry)
    monkeypatch.setattr(budget, "MOST_KEPT", 2 * entry)
    spent = Budget()
    spent.keep(1.5, node)
    assert (spent.kept, spent.is_full) == (entry, False)
    spent.keep(2.5, node)
    assert (spent.kept, spent.is_full) == (2 * entry, True)
    with pytest.raises(EvalError, match=r"this keeps more than 0 MB of values at once: ") as caught:
        spent.keep(3.5, node)
    assert caught.value.node is node
    spent.renew()
    assert spent.kept == 3 * entry


def test_steps_are_counted_to_the_last_one() -> None:
    steps, node = Budget(), Number("1")
    steps.spend(MOST_STEPS - 1, 0, node)
    steps.spend(1, 0, node)
    assert steps.spent == MOST_STEPS
    wanted = r"^this takes more than 1,500,000 steps: take .* sum$"
    with pytest.raises(EvalError, match=wanted) as caught:
        steps.spend(1, 0, node)
    assert caught.value.node is node
    steps.renew()
    assert steps.spent == 0


def test_the_steps_of_all_draws_are_counted_to_the_last_one() -> None:
    total, node = Total(), Number("1")
    for _ in range(budget.MOST_OF_A_CLAIM // MOST_STEPS):
        Budget(total).spend(MOST_STEPS, 0, node)
    assert total.is_much
    assert not Total(budget.MOST_OF_A_CLAIM // 4).is_much
    rest = budget.MOST_OF_A_CLAIM - total.spent
    last = Budget(total)
    last.spend(rest, 0, node)
    wanted = r"^this takes more than 6,000,000 steps in all of its draws: take .* sum$"
    with pytest.raises(EvalError, match=wanted) as caught:
        last.spend(1, 0, node)
    assert caught.value.node is node
    with pytest.raises(EvalError, match=wanted):
        total.check(node)


def test_a_draw_that_is_not_usual_may_take_a_few_times_what_the_usual_ones_take() -> None:
    assert Total().most_of_a_draw(usual=True) == MOST_STEPS
    assert Total().most_of_a_draw(usual=False) == 150_000
    assert Total(usual=100_000).most_of_a_draw(usual=False) == 550_000
    assert Total(usual=MOST_STEPS).most_of_a_draw(usual=False) == MOST_STEPS
    small = Budget()
    small.most = 10
    small.spend(10, 0, Number("1"))
    with pytest.raises(EvalError, match=r"^this takes more than 10 steps: "):
        small.spend(1, 0, Number("1"))


def test_sizes_that_are_drawn_large_do_not_use_up_what_a_claim_may_take() -> None:
    tex = r"\sum_{i=1}^{N} \sum_{j=1}^{D} \sum_{k=1}^{N} \sum_{l=1}^{D} 2 = 2 N^2 D^2"
    checker = Checker(load("long.md", f"{CHAPTER}\n$$\n{tex}\n$$\n"))
    result = checker.check(checker.chapter.claims[-1])
    assert result.ok
    assert 0 < checker._total.usual < 2000
    assert checker._total.spent < 12 * 150_000


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\sum_{n=1}^{10^4} x_{11} = 10^4 x_{11}", "this takes more than 60,000 steps"),
        (r"\sum_{n=1}^{10^4} \frac{x_{11}^2}{n^2} < 2 x_{11}^2", "this takes more than 60,000"),
        (r"\sum_{n=1}^{10^3} x_{11} = 10^3 x_{11}", ""),
    ],
)
def test_a_claim_takes_so_many_steps_over_all_draws(
    tex: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_STEPS", "LEAST_STEPS", "MOST_OF_A_CLAIM"):  # a hundredth is as good
        monkeypatch.setattr(budget, name, getattr(budget, name) // 100)
    checker = Checker(load("long.md", f"{CHAPTER}\n$$\n{tex}\n$$\n"))
    last = checker.chapter.claims[-1]
    for _ in range(2):  # what other claims have taken does not count
        result = checker.check(last)
        assert result.message.startswith(message)
        assert result.ok == (not message)


def test_of_a_long_sum_not_all_terms_are_looked_at_for_their_size() -> None:
    def places(low: int, high: int) -> list[tuple[int, float]]:
        return list(rounding._places(low, high))

    assert places(3, 2) == []
    assert places(3, 1502) == [(index, 1.0) for index in range(3, 1503)]
    long = places(1, 100_000)
    assert long[:500] == [(index, 1.0) for index in range(1, 501)]
    assert len(long) == 1000
    assert max(index for index, _ in long) <= 100_000
    assert sum(weight for _, weight in long) == pytest.approx(100_000)


@pytest.mark.parametrize(("lanes", "cost"), [(0, 10), (99, 10), (100, 20), (199, 20), (250, 30)])
def test_many_copies_cost_as_much_as_a_step(lanes: int, cost: int) -> None:
    steps = Budget()
    steps.spend(10, lanes, Number("1"))
    assert steps.spent == cost


def test_elements_are_allowed_to_the_last_one() -> None:
    check_elements(1_000_000, "x")
    wanted = r"^x has 1,000,001 elements, more than 1,000,000: write its sizes as .* numbers$"
    with pytest.raises(SizeError, match=wanted):
        check_elements(1_000_001, "x")


@pytest.mark.parametrize(("elements", "lanes"), [(10_000, 1_000), (1, 3_162), (10_000_000, 1)])
def test_slopes_are_allowed_to_the_last_one(elements: int, lanes: int) -> None:
    check_slopes(elements, lanes, "y", "x", Number("1"))


@pytest.mark.parametrize(("elements", "lanes"), [(10_001, 1_000), (1, 3_163), (10_000_001, 1)])
def test_more_slopes_are_refused(elements: int, lanes: int) -> None:
    node = Number("1")
    wanted = (
        f"^the derivative of y by x has {elements:,} times {lanes:,} elements: write .* numbers$"
    )
    with pytest.raises(EvalError, match=wanted) as caught:
        check_slopes(elements, lanes, "y", "x", node)
    assert caught.value.node is node


def test_what_is_kept_is_counted_to_the_last_byte() -> None:
    memory, node = Budget(), Number("1")
    memory.keep(np.zeros(1000), node)
    assert memory.kept == size_kept(np.zeros(1000)) > 8000
    memory.kept = MOST_KEPT - size_kept(1.0)
    memory.keep(1.0, node)
    with pytest.raises(EvalError, match=r"^this keeps more than 800 MB of values") as caught:
        memory.keep(1.0, node)
    assert caught.value.node is node
