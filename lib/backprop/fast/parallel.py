"""Work on a batch by several cores at once: each takes a share of the images.

NumPy lets go of Python's lock while it copies or multiplies, so threads of Python do. OpenBLAS,
which multiplies matrices for NumPy, has threads of its own; both together would be more threads
than cores, waiting for each other. So OpenBLAS uses one while ours run.

How work is cut into shares depends on its size alone, and within a share OpenBLAS has one thread.
So results depend neither on the cores of the machine nor on other threads nor on what ran before.
How many threads OpenBLAS has is a setting of the whole process: who wants one is counted under a
lock, and the last to leave gives the others back.
"""

import ctypes
import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
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

    Work is best done by few long calls of NumPy. A call that ends takes Python's lock again, and
    waits, asleep, if the other thread has it: with calls of some microseconds, two threads take
    longer than one.

    Args:
        work: what is to be done with a slice of the batch.
        N: samples in the batch.
        size: bytes of a sample, if that is what decides how large a share is.
    """
    # Pairs of shares, for two cores or a multiple of two.
    pairs = max(1, N * size // (2 * SHARE) if size else min(8, N // 96))
    count = min(N, 2 * pairs)
    shares = [slice(*ends) for ends in pairwise(N * share // count for share in range(count + 1))]
    openblas = _openblas()
    helpers = min(count, _cores()) - 1
    if openblas is None or helpers == 0:
        with one_thread():
            return [work(share) for share in shares]
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


def one_thread() -> AbstractContextManager[None]:
    """Lets OpenBLAS use one thread within, so that its products do not depend on how many it has.

    It cuts a product for its threads, and each piece is rounded in its own way. Beside, OpenBLAS
    keeps its threads awake for some 25 milliseconds after a product that it shared, in case there
    is another. Where our threads and its take turns, as in the steps of a training, they are in
    each other's way all the time: a step takes half as long again, or twice as long.
    """
    openblas = _openblas()
    return openblas.one_thread() if openblas else nullcontext()


def one_thread_if_small(operations: int) -> AbstractContextManager[None]:
    """Lets OpenBLAS use one thread within, if its products are small.

    A product of 2 million multiplications takes some 20 microseconds. To share one that is smaller
    costs about what it saves; and if the other core has other work, it costs far more, because
    OpenBLAS waits for its threads after every product.

    Args:
        operations: multiplications in a product.
    """
    return one_thread() if operations < 2_000_000 else nullcontext()


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
