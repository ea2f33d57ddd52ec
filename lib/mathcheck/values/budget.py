"""Bounds what one claim may cost, so that each gets an answer soon and in little memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck.text.errors import EvalError, SizeError
from mathcheck.text.tree import Node

# Steps of sums, elements of symbols, in one draw of a claim: about a second of them.
MOST_STEPS = 1_500_000
# A draw that is not a usual one may take so many, and a few times what the usual ones take.
LEAST_STEPS, _TIMES = 150_000, 4
# And in all of its draws: some seconds. The largest claim of this project's chapters, a gradient of
# a transposed convolution, takes a third of it.
MOST_OF_A_CLAIM = 6_000_000
# Elements of one array; elements of what is differentiated times elements that it is taken by.
MOST_ELEMENTS = 1_000_000
MOST_SLOPES = 10_000_000
# Bytes of values that are kept because they may be asked for again. Between two draws no more than
# enough of them are, of all draws together; a draw that takes more than much of it forgets its own
# between two points, and computes them again; one point that takes more than the most is refused.
ENOUGH_KEPT = 150_000_000
MUCH_KEPT = 500_000_000
MOST_KEPT = 800_000_000
# What an entry of a table takes, beside the numbers of an array.
_ENTRY = 300
# So many numbers are multiplied and added up, within a product of matrices, in the time of a step.
FACTORS_A_STEP = 500
# So many perturbed copies of a number cost about as much as the step that computes them.
_LANES_A_STEP = 100
_REMEDY = (
    "take smaller bounds, sizes that are letters (they are drawn small), or a formula for the sum"
)


@dataclass
class Total:
    """Counts the steps of a claim in all of its draws.

    Attributes:
        spent: in all of them.
        usual: the most that one of the usual draws has taken.
    """

    spent: int = 0
    usual: int = 0

    def most_of_a_draw(self, usual: bool) -> int:
        """Returns how many steps a draw may take."""
        return MOST_STEPS if usual else min(MOST_STEPS, LEAST_STEPS + _TIMES * self.usual)

    @property
    def is_much(self) -> bool:
        """Whether a claim has taken so many that it should do with what it needs."""
        return self.spent > MOST_OF_A_CLAIM // 4

    def check(self, node: Node) -> None:
        """Refuses a claim that takes too many.

        Raises:
            EvalError: it does.
        """
        if self.spent > MOST_OF_A_CLAIM:
            message = f"this takes more than {MOST_OF_A_CLAIM:,} steps in all of its draws"
            raise EvalError(f"{message}: {_REMEDY}", node)


class Budget:
    """Counts the steps that a claim takes in a draw, and what is kept of the values of that.

    Attributes:
        spent: steps since the draw was last looked at anew.
        kept: bytes, about.
        most: how many steps it may take.
    """

    def __init__(self, total: Total | None = None) -> None:
        self.spent = 0
        self.kept = 0
        self.most = MOST_STEPS
        self._total = total or Total()

    @property
    def is_full(self) -> bool:
        """Whether what is kept should be forgotten as soon as nothing is under way."""
        return self.kept > MUCH_KEPT

    def keep(self, value: Any, node: Node) -> None:
        """Counts a value that is kept.

        Raises:
            EvalError: they take too much memory.
        """
        self.kept += size_kept(value)
        if self.kept > MOST_KEPT:
            raise EvalError(
                f"this keeps more than {MOST_KEPT // 1_000_000} MB of values at once: write sizes "
                "as letters, which are drawn small, or smaller numbers",
                node,
            )

    def renew(self) -> None:
        """Begins anew, for the next claim or the next look at a draw."""
        self.spent = 0

    def spend(self, steps: int, lanes: int, node: Node) -> None:
        """Counts steps.

        Args:
            steps: how many are about to be taken.
            lanes: how many perturbed copies of each number are computed at once.
            node: what takes them.

        Raises:
            EvalError: they are too many.
        """
        cost = steps * (1 + lanes // _LANES_A_STEP)
        self.spent += cost
        if self.spent > self.most:
            raise EvalError(f"this takes more than {self.most:,} steps: {_REMEDY}", node)
        self._total.spent += cost
        self._total.check(node)


def size_kept(value: Any) -> int:
    """Returns how many bytes an entry of a table takes, about."""
    if not isinstance(value, np.ndarray):
        return _ENTRY
    own = value.nbytes if not isinstance(value.base, np.ndarray) else value.base.nbytes
    return _ENTRY + min(value.nbytes, own)


def check_elements(count: int, name: str) -> None:
    """Refuses an array that is too large.

    Raises:
        SizeError: it has too many elements.
    """
    if count > MOST_ELEMENTS:
        raise SizeError(
            f"{name} has {count:,} elements, more than {MOST_ELEMENTS:,}: write its sizes as "
            "letters, which are drawn small, or as smaller numbers"
        )


def check_slopes(elements: int, lanes: int, name: str, by: str, node: Node) -> None:
    """Refuses a derivative that is too large.

    Raises:
        EvalError: it has too many elements.
    """
    if max(elements, lanes) * lanes > MOST_SLOPES:
        raise EvalError(
            f"the derivative of {name} by {by} has {elements:,} times {lanes:,} elements: write "
            "their sizes as letters, which are drawn small, or smaller numbers",
            node,
        )
