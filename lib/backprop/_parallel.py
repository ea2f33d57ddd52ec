"""Work on a batch by several cores at once: each takes a share of the images.

NumPy lets go of Python's lock while it copies or multiplies, so threads of Python do. OpenBLAS,
which multiplies matrices for NumPy, has threads of its own; both together would be more threads
than cores. So ours are as many as OpenBLAS would use, and it uses one while ours run.
"""

import ctypes
import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def share_batch(work: Callable[[slice], T], N: int) -> list[T]:
    """Calls `work` with slices that together cover a batch of N, and returns the results in order.

    Where NumPy multiplies by another library than OpenBLAS, there is one slice and one thread. The
    same holds for a call while another is under way, since OpenBLAS then uses one.
    """
    openblas = _openblas()
    threads = min(openblas.threads(), N) if openblas else 1
    bounds = [N * share // threads for share in range(threads + 1)]
    first, *others = map(slice, bounds, bounds[1:])
    if openblas is None or not others:
        return [work(first)]
    before = openblas.threads()
    openblas.use(1)
    try:
        with ThreadPoolExecutor(len(others)) as pool:
            results = [pool.submit(work, share) for share in others]
            return [work(first), *(result.result() for result in results)]
    finally:
        openblas.use(before)


class _OpenBLAS:
    """How many threads OpenBLAS uses, and the means to change it.

    NumPy's wheels bring it under names of their own; a system's copy has the plain ones.
    """

    def __init__(self, library: Any) -> None:
        scipy = hasattr(library, "scipy_openblas_set_num_threads64_")
        name = "scipy_openblas_{}_num_threads64_" if scipy else "openblas_{}_num_threads"
        self.threads: Callable[[], int] = getattr(library, name.format("get"))
        self.use: Callable[[int], None] = getattr(library, name.format("set"))


@cache
def _openblas() -> _OpenBLAS | None:
    """Finds OpenBLAS among what NumPy's compiled part is linked with."""
    try:
        compiled = importlib.import_module("numpy._core._multiarray_umath")
        return _OpenBLAS(ctypes.CDLL(compiled.__file__))
    except (ImportError, OSError, AttributeError):
        return None
