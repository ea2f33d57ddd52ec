"""What the C library is told about freed memory."""

import ctypes
from types import SimpleNamespace

import pytest

from backprop.training import memory as _memory


def test_glibc_is_told_to_keep_memory(monkeypatch):
    told = []
    library = SimpleNamespace(mallopt=lambda *option: told.append(option))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    _memory.keep_freed_memory()
    assert told == [(-1, 1 << 30), (-3, 1 << 25)]


def test_other_libraries_are_told_nothing(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    _memory.keep_freed_memory()


@pytest.mark.parametrize("error", [OSError, TypeError])
def test_systems_without_such_a_library(monkeypatch, error):
    def fail(name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", fail)
    _memory.keep_freed_memory()
