"""Seeks a rate, or another number above 0, on a grid that grows where the best lies at its end."""

from collections.abc import Callable, Mapping, Sequence

LARGEST_GRID = 12  # rates; a best one at the end of so many is reported as such


def search(
    score: Callable[[float], float], middle: float, largest: int = LARGEST_GRID
) -> dict[float, float]:
    """Tries rates, each twice the one before, until the best has a worse one on either side.

    Args:
        score: from a rate to how bad it is; not finite if the run fails.
        middle: where to begin.
        largest: how many rates are tried at most.

    Returns:
        The score of each rate that was tried.
    """
    return refine(score, (middle / 2, middle, middle * 2), largest)


def refine(
    score: Callable[[float], float], rates: Sequence[float], largest: int
) -> dict[float, float]:
    """Tries rates that may be far apart, then half and twice the best, until both are worse.

    Args:
        score: from a rate to how bad it is; not finite if the run fails.
        rates: where to begin.
        largest: how many rates are tried at most.

    Returns:
        The score of each rate that was tried.
    """
    scores = {rate: score(rate) for rate in rates}
    while len(scores) < largest:
        best, _ = best_of(scores)
        beside = [rate for rate in (best / 2, best * 2) if rate not in scores]
        if not beside:
            break
        scores[beside[0]] = score(beside[0])
    return scores


def best_of(scores: Mapping[float, float]) -> tuple[float, bool]:
    """Returns what did best, and whether it lies at an end of what was tried.

    Args:
        scores: how bad each is, as `search` and `refine` return it.

    Examples:
        >>> best_of({0.1: 0.3, 0.2: 0.2, 0.4: 0.5}), best_of({0.1: 0.3, 0.2: 0.2})
        ((0.2, False), (0.2, True))
    """
    best = min(scores, key=scores.__getitem__)
    return best, best in (min(scores), max(scores))
