"""Shares of a batch, and the threads of OpenBLAS."""

import itertools
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from backprop.fast import parallel as _parallel
from backprop.fast.parallel import (
    _OpenBLAS,
    one_thread,
    one_thread_if_small,
    share_batch,
)


class Library(SimpleNamespace):
    """Stands for OpenBLAS, and remembers what it was told."""

    def __init__(self, *, wheel=False):
        self.threads, self.told = 4, []
        name = "scipy_openblas_{}_num_threads64_" if wheel else "openblas_{}_num_threads"
        setattr(self, name.format("get"), lambda: self.threads)
        setattr(self, name.format("set"), self.set)

    def set(self, threads):
        self.threads = threads
        self.told.append(threads)


@pytest.fixture
def library(monkeypatch):
    made = Library()
    openblas = _OpenBLAS(made)
    monkeypatch.setattr(_parallel, "_openblas", lambda: openblas)
    return made


@pytest.mark.parametrize(
    ("N", "shares"),
    [(1, 1), (2, 2), (3, 2), (191, 2), (192, 4), (287, 4), (288, 6), (768, 16), (9999, 16)],
)
@pytest.mark.parametrize("cores", [1, 2, 3])
def test_shares_cover_the_batch_and_depend_on_it_alone(monkeypatch, N, shares, cores):
    monkeypatch.setattr(_parallel, "_cores", lambda: cores)
    found = share_batch(lambda share: share, N)
    assert len(found) == shares
    covered = np.concatenate([np.arange(N)[share] for share in found])
    np.testing.assert_array_equal(covered, np.arange(N))
    sizes = [share.stop - share.start for share in found]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("N", "size", "shares"),
    [
        (95, 1 << 16, 2),
        (95, 1 << 17, 4),
        (96, 1 << 18, 12),
        (3, 1 << 22, 3),
        (2, 1 << 25, 2),
        (999, 1 << 10, 2),
    ],
)
def test_shares_stay_in_the_cache(N, size, shares):
    assert len(share_batch(lambda share: share, N, size)) == shares


def test_samples_of_no_size_are_in_no_need_of_a_cache():
    assert len(share_batch(lambda share: share, 1 << 30)) == 16


def side_by_side(work):
    """Returns work with a share that two threads do at once, neither before the other is there."""
    meet = threading.Barrier(2, timeout=10)
    return lambda share: meet.wait() >= 0 and work()


def test_threads_work_side_by_side(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    names = share_batch(side_by_side(threading.get_ident), 10)
    assert len(set(names)) == 2
    assert threading.get_ident() in names


def taking_its_time(share):
    """Names its thread, so late that a third could take a share, if there were one."""
    time.sleep(0.005)
    return threading.get_ident()


def test_there_are_no_more_threads_than_cores(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    assert len(set(share_batch(taking_its_time, 9999))) <= 2


def test_a_process_that_was_forked_has_threads_of_its_own(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    monkeypatch.setattr(_parallel.os, "getpid", lambda: 54321)
    names = share_batch(side_by_side(lambda: threading.current_thread().name), 10)
    assert set(names) == {threading.current_thread().name, "backprop-54321_0"}


def test_threads_treat_overflow_as_their_caller_does(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    with np.errstate(over="call", under="raise"):
        wanted = np.geterr()
        assert share_batch(side_by_side(np.geterr), 10) == [wanted, wanted]


def test_openblas_has_one_thread_while_ours_run(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    assert share_batch(lambda share: library.threads, 10) == [1, 1]
    assert library.told == [1, 4]


@pytest.mark.parametrize("fails", ["the caller", "a helper"])
def test_an_error_ends_the_work_whoever_meets_it(monkeypatch, library, fails):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    meet, done = threading.Barrier(2, timeout=10), []

    def work(share):
        meet.wait()
        here = threading.current_thread() is threading.main_thread()
        if here == (fails == "the caller"):
            raise ZeroDivisionError
        time.sleep(0.01)
        done.append(share)

    with pytest.raises(ZeroDivisionError):
        share_batch(work, 10)
    assert len(done) == 1  # the other was waited for


def test_shared_work_may_share_its_own(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    shares = share_batch(lambda share: share_batch(lambda inner: (share, inner), 4), 10)
    assert shares == [
        [(slice(0, 5), slice(0, 2)), (slice(0, 5), slice(2, 4))],
        [(slice(5, 10), slice(0, 2)), (slice(5, 10), slice(2, 4))],
    ]


def test_work_that_shares_its_own_wakes_no_further_threads(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    names = share_batch(lambda share: share_batch(taking_its_time, 4), 10)
    assert len(set(itertools.chain(*names))) <= 2


def test_openblas_gets_its_threads_back_after_an_error(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        share_batch(lambda share: 1 // 0, 10)
    assert library.threads == 4


def test_openblas_has_one_thread_where_that_is_wanted(monkeypatch, library):
    monkeypatch.setattr(_parallel, "_cores", lambda: 2)
    with one_thread():
        share_batch(lambda share: share, 10)
        with one_thread():
            assert library.threads == 1
        assert library.told == [1]
    with pytest.raises(ZeroDivisionError), one_thread():
        raise ZeroDivisionError
    assert library.told == [1, 4, 1, 4]


def test_of_several_users_the_last_gives_back():
    library = Library(wheel=True)
    openblas = _OpenBLAS(library)
    with openblas.one_thread():
        with openblas.one_thread():
            assert library.told == [1]
        assert library.told == [1]
    assert library.told == [1, 4]
    with openblas.one_thread():
        assert library.threads == 1
    assert library.threads == 4


@pytest.mark.parametrize(("cores", "found"), [(1, True), (2, False)])
def test_one_core_or_another_library_means_no_threads(monkeypatch, library, cores, found):
    monkeypatch.setattr(_parallel, "_cores", lambda: cores)
    if not found:
        monkeypatch.setattr(_parallel, "_openblas", lambda: None)
    here = threading.get_ident()
    assert share_batch(lambda share: threading.get_ident(), 10) == [here, here]
    assert library.told == ([1, 4] if found else [])


def test_cores(monkeypatch):
    monkeypatch.setattr(_parallel.os, "sched_getaffinity", lambda process: {3, 5, 6}, raising=False)
    assert _parallel._cores() == 3
    monkeypatch.delattr(_parallel.os, "sched_getaffinity")
    monkeypatch.setattr(_parallel.os, "cpu_count", lambda: 7)
    assert _parallel._cores() == 7
    monkeypatch.setattr(_parallel.os, "cpu_count", lambda: None)
    assert _parallel._cores() == 1


def test_openblas_is_looked_for(monkeypatch):
    _parallel._openblas.cache_clear()
    library = Library()
    try:
        monkeypatch.setattr(_parallel.ctypes, "CDLL", lambda path: library)
        with _parallel._openblas().one_thread():
            assert library.threads == 1
        assert _parallel._openblas() is _parallel._openblas()
        for error in (OSError, AttributeError):
            _parallel._openblas.cache_clear()

            def fail(path, error=error):
                raise error

            monkeypatch.setattr(_parallel.ctypes, "CDLL", fail)
            assert _parallel._openblas() is None
    finally:
        _parallel._openblas.cache_clear()


@pytest.mark.parametrize(("operations", "threads"), [(1_999_999, 1), (2_000_000, 4)])
def test_small_products_have_one_thread(library, operations, threads):
    with one_thread_if_small(operations):
        assert library.threads == threads
    assert library.threads == 4


def test_without_openblas_there_is_nothing_to_change(monkeypatch):
    monkeypatch.setattr(_parallel, "_openblas", lambda: None)
    with one_thread_if_small(1), one_thread():
        pass
