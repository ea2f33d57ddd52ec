"""Keeps the cores awake while something is timed that wakes them often."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_BUSY = """
import os, sys
core, parent = map(int, sys.argv[1:])
os.sched_setaffinity(0, {core})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
while os.getppid() == parent:
    pass
"""


@contextmanager
def cores_awake() -> Iterator[None]:
    """Gives each core something to do, of a class that makes way for all else at once.

    The host of a virtual machine takes a core away that has nothing to do, and brings it back only
    milliseconds after it is wanted. Work of a few milliseconds for two threads would be done by one
    of them until then. Where the system has no such class of work, nothing is done.
    """
    if not hasattr(os, "SCHED_IDLE"):
        yield
        return
    busy = [
        subprocess.Popen([sys.executable, "-c", _BUSY, str(core), str(os.getpid())])
        for core in sorted(os.sched_getaffinity(0))
    ]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()
