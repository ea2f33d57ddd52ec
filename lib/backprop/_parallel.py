"""Work on a batch by several cores at once: each takes a share of the images.

NumPy lets go of Python's lock while it copies or multiplies, so threads of Python do. OpenBLAS,
which multiplies matrices for NumPy, has threads of its own; both together would be more threads
than cores, waiting for each other. So OpenBLAS uses one while ours run.
"""

import ctypes
import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import copy_context
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

# Bytes of samples that stay in the cache of a core, with as much again for what comes of them.
SHARE = 1 << 20


def share_batch(work: Callable[[slice], T], N: int, size: int = 0) -> list[T]:
    """Calls `work` with slices that together cover a batch of N, and returns the results in order.

    The slices do not depend on how many cores there are, and so neither does how sums over the
    batch are rounded. `work` must not share out work itself: it would wait for the thread that it
    occupies.

    Args:
        work: what is to be done with a slice of the batch.
        N: samples in the batch.
        size: bytes of a sample, if shares are to be so small that they stay in the cache.
    """
    count = min(N, max(2 * min(8, max(1, N // 64)), N * size // SHARE))
    shares = [slice(*ends) for ends in pairwise(N * share // count for share in range(count + 1))]
    openblas = _openblas()
    threads = min(count, _cores())
    if openblas is None or threads == 1:
        return [work(share) for share in shares]
    for stack in _waiting[-1:]:
        stack.enter_context(openblas.one_thread())
        _waiting.remove(stack)
    # Each share has its own copy of the context, of which np.errstate is a part.
    contexts = [copy_context() for _ in shares]
    with openblas.one_thread():
        run = _pool(threads, os.getpid()).map
        return list(run(lambda context, share: context.run(work, share), contexts, shares))


# What is to be closed where a `with alternating_threads()` ends, as long as none has shared work.
_waiting: list[ExitStack] = []


@contextmanager
def alternating_threads() -> Iterator[None]:
    """Lets OpenBLAS use one thread within, from the first work that our threads share.

    After a product that it shared, OpenBLAS keeps its threads awake for some 25 milliseconds, in
    case there is another. Where our threads and its take turns, as in the steps of a training, they
    are in each other's way all the time: a step takes half as long again, or twice as long.
    """
    with ExitStack() as stack:
        _waiting.append(stack)
        try:
            yield
        finally:
            if stack in _waiting:
                _waiting.remove(stack)


def one_thread_if_small(operations: int) -> AbstractContextManager[None]:
    """Lets OpenBLAS use one thread within, if its products are small.

    A product of 2 million multiplications takes some 20 microseconds. To share one that is smaller
    costs about what it saves; and if the other core has other work, it costs far more, because
    OpenBLAS waits for its threads after every product.

    Args:
        operations: multiplications in a product.
    """
    openblas = _openblas()
    return openblas.one_thread() if openblas and operations < 2_000_000 else nullcontext()


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Returns this process's threads: they are kept, because to start them takes too long."""
    return ThreadPoolExecutor(threads, f"backprop-{process}")


def _cores() -> int:
    """Returns how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _OpenBLAS:
    """How many threads OpenBLAS uses, and the means to change it.

    Args:
        library: where its functions are: under names of their own in NumPy's wheels, under the
            plain ones in a system's copy.
    """

    def __init__(self, library: Any) -> None:
        wheel = hasattr(library, "scipy_openblas_set_num_threads64_")
        name = "scipy_openblas_{}_num_threads64_" if wheel else "openblas_{}_num_threads"
        self._get: Callable[[], int] = getattr(library, name.format("get"))
        self._set: Callable[[int], None] = getattr(library, name.format("set"))
        self._lock, self._users = Lock(), 0

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Lets OpenBLAS use one thread, until the last that wants this has left."""
        with self._lock:
            if self._users == 0:
                self._before = self._get()
                self._set(1)
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._set(self._before)


@cache
def _openblas() -> _OpenBLAS | None:
    """Finds OpenBLAS among what NumPy's compiled part is linked with."""
    try:
        compiled = importlib.import_module("numpy._core._multiarray_umath")
        return _OpenBLAS(ctypes.CDLL(compiled.__file__))
    except (ImportError, OSError, AttributeError):
        return None
