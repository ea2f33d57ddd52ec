"""Processes beside the build, which end with it however it ends.

Each holds the reading end of a pipe whose writing end only the build has. When the build is gone,
by SIGKILL too, the pipe is closed, and the process ends itself and all that it has started.

`python -m book.shared.processes MODULE ...` is such a process: it runs a module.
"""

from __future__ import annotations

import os
import queue
import runpy
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from book.shared.errors import BookError

__all__ = ["Process"]

_LIB = Path(__file__).parents[2]


class Process:
    """A module that runs in a process of its own, and what it prints, line by line.

    Args:
        module: which is run.
        arguments: of its command line.
        folder: where it runs; it imports from its `lib` first.
        environment: more variables than the build's own.
    """

    def __init__(self, module: str, arguments: list[str], folder: Path, **environment: str) -> None:
        path = os.pathsep.join([str(folder / "lib"), str(_LIB)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, **environment},
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        # A pipe holds 64 KB, less than a drawing: whoever printed more would wait until it is read.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def line(self, seconds: float) -> str | None:
        """The next line that it prints; None once there will be no more.

        Raises:
            TimeoutError: if it prints none for so long.
        """
        try:
            line = self._lines.get(timeout=max(seconds, 0))
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            self._lines.put(None)  # for whoever asks again
        return line

    def close(self) -> int:
        """Ends it, if it has not ended; returns its status."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reader.join(timeout=5)
        if not self._reader.is_alive():  # nobody else may close what it reads
            stdout.close()
        return status

    def output(self, seconds: float) -> str:
        """All that it prints, once it has ended.

        Raises:
            BookError: if it has not ended for so long; it is stopped.
        """
        end, lines = time.monotonic() + seconds, []
        try:
            while (line := self.line(end - time.monotonic())) is not None:
                lines.append(line)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
        except TimeoutError:
            message = f"it did not end within {seconds:.0f} seconds and was stopped"
            raise BookError(message) from None
        finally:
            self.close()
        return "\n".join(lines)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.decode("utf-8").removesuffix("\n"))
        self._lines.put(None)


def _end_with_the_build() -> None:
    while os.read(0, 1):
        pass
    import psutil  # comes with the kernel of the notebooks

    for child in psutil.Process().children(recursive=True):
        child.kill()
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Runs a module, and watches for the end of the build."""
    threading.Thread(target=_end_with_the_build, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
