"""Bounds what one claim may cost, so that each gets an answer soon and in little memory."""

from mathcheck.text.errors import EvalError, SizeError
from mathcheck.text.tree import Node

# Steps of sums, elements of symbols: some seconds of them. The largest claim of this project's
# chapters, a convolution's gradient, takes a third of it.
MOST_STEPS = 1_500_000
# Elements of one array; elements of what is differentiated times elements that it is taken by.
MOST_ELEMENTS = 1_000_000
MOST_SLOPES = 10_000_000
# So many perturbed copies of a number cost about as much as the step that computes them.
_LANES_A_STEP = 100


class Budget:
    """Counts the steps that a claim takes."""

    def __init__(self) -> None:
        self.spent = 0

    def renew(self) -> None:
        """Begins anew, for the next claim."""
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
        self.spent += steps * (1 + lanes // _LANES_A_STEP)
        if self.spent > MOST_STEPS:
            raise EvalError(
                f"this takes more than {MOST_STEPS:,} steps: take smaller bounds, sizes that are "
                "letters (they are drawn small), or a formula for the sum",
                node,
            )


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
