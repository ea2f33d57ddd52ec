"""Work on a batch by several cores at once: each takes a share of the images.

NumPy lets go of Python's lock while it copies or multiplies, so threads of Python do. OpenBLAS,
which multiplies matrices for NumPy, has threads of its own; both together would be more threads
than cores, waiting for each other. So OpenBLAS uses one while ours run.
"""

import ctypes
import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import copy_context
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

# Bytes of samples that stay in the cache of a core, with as much again for what comes of them.
SHARE = 1 << 21


def share_batch(work: Callable[[slice], T], N: int, size: int = 0) -> list[T]:
    """Calls `work` with slices that together cover a batch of N, and returns the results in order.

    The slices do not depend on how many cores there are, and so neither does how sums over the
    batch are rounded. The caller takes shares too: to wake a thread takes as long as many a share.

    Args:
        work: what is to be done with a slice of the batch.
        N: samples in the batch.
        size: bytes of a sample, if shares are to be so small that they stay in the cache.
    """
    pairs = max(1, min(8, N // 48), N * size // (2 * SHARE))  # for two cores, or a multiple of two
    count = min(N, 2 * pairs)
    shares = [slice(*ends) for ends in pairwise(N * share // count for share in range(count + 1))]
    openblas = _openblas()
    helpers = min(count, _cores()) - 1
    if openblas is None or helpers == 0:
        return [work(share) for share in shares]
    for stack in _waiting[-1:]:
        stack.enter_context(openblas.one_thread())
        _waiting.remove(stack)
    left, results = iter(enumerate(shares)), {}

    def take_shares() -> None:
        for number, share in left:
            results[number] = work(share)

    with openblas.one_thread():
        submit = _pool(helpers, os.getpid()).submit
        # Each helper has its own copy of the context, of which np.errstate is a part.
        futures = [submit(copy_context().run, take_shares) for _ in range(helpers)]
        try:
            take_shares()
        finally:  # what has not begun by now has nothing left to do
            wait([future for future in futures if not future.cancel()])
    for future in futures:
        if not future.cancelled():
            future.result()
    return [results[number] for number in range(count)]


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


def taking_turns() -> bool:
    """Whether OpenBLAS has one thread for now, so that a large product is better shared by ours."""
    openblas = _openblas()
    return openblas is not None and openblas.users > 0


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

    Attributes:
        users: how many want it to have one thread.
    """

    def __init__(self, library: Any) -> None:
        wheel = hasattr(library, "scipy_openblas_set_num_threads64_")
        name = "scipy_openblas_{}_num_threads64_" if wheel else "openblas_{}_num_threads"
        self._get: Callable[[], int] = getattr(library, name.format("get"))
        self._set: Callable[[int], None] = getattr(library, name.format("set"))
        self._lock, self.users = Lock(), 0

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Lets OpenBLAS use one thread, until the last that wants this has left."""
        with self._lock:
            if self.users == 0:
                self._before = self._get()
                self._set(1)
            self.users += 1
        try:
            yield
        finally:
            with self._lock:
                self.users -= 1
                if self.users == 0:
                    self._set(self._before)


@cache
def _openblas() -> _OpenBLAS | None:
    """Finds OpenBLAS among what NumPy's compiled part is linked with."""
    try:
        compiled = importlib.import_module("numpy._core._multiarray_umath")
        return _OpenBLAS(ctypes.CDLL(compiled.__file__))
    except (ImportError, OSError, AttributeError):
        return None
