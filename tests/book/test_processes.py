"""Processes beside the build: they go on while nobody reads, and say all that they printed."""

import time
from pathlib import Path

import pytest

from book.shared.errors import BookError
from book.shared.processes import Process

_PATIENCE = 60.0  # seconds, for a machine that has much else to do


def _process(folder: Path, code: str) -> Process:
    (folder / "lib").mkdir()
    (folder / "lib" / "printing.py").write_text(code, encoding="utf-8")
    return Process("printing", [], folder)


def test_what_prints_more_than_a_pipe_holds_does_not_wait_to_be_read(tmp_path: Path) -> None:
    """So that figures are drawn while the build waits for the checker, say."""
    process = _process(
        tmp_path, "from pathlib import Path\nprint(10**6 * 'ö', flush=True)\nPath('done').touch()\n"
    )
    end = time.monotonic() + _PATIENCE
    while not (tmp_path / "done").exists():
        assert time.monotonic() < end, "it waits until what it printed is read"
        time.sleep(0.05)
    assert process.line(_PATIENCE) == 10**6 * "ö"
    assert process.line(_PATIENCE) is None
    assert process.line(_PATIENCE) is None
    assert process.close() == 0


def test_all_that_is_printed_is_its_output(tmp_path: Path) -> None:
    process = _process(tmp_path, "print('one')\nprint('two', end='')")
    assert process.output(_PATIENCE) == "one\ntwo"


def test_what_prints_nothing_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    process = _process(tmp_path, "import time\ntime.sleep(3600)")
    with pytest.raises(TimeoutError):
        process.line(0.01)
    with pytest.raises(BookError, match="did not end within 0 seconds"):
        process.output(0.01)
