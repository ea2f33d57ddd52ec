"""Runs the numerical tests under several of OpenBLAS's kernels: `make test-kernels`.

Each kernel adds the terms of a sum in an order of its own, and so does each number of threads. A
test, an example or a number of the text that holds under one of them alone would fail on somebody
else's machine. What this processor lacks or runs with another's kernel is left out, and named.
Kernels can be named: `make test-kernels KERNELS="Prescott Zen"`; with `--after-test` among them,
the one that this processor takes by itself is left out, since `make test` has just run under it,
the text is gone through under the first of the others alone, and the last has two threads.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
KERNELS = ("Prescott", "Haswell", "Zen", "SkylakeX")
# What no kernel can change is left to `make test`: it waits for processes and servers, or runs the
# text's examples once more, in notebooks.
TESTS = ("tests/backprop", "tests/experiments", "lib/backprop")
TEXT = ("docs", "tests/chapters")
APART = ("tests/backprop/test_download.py", "tests/chapters/test_notebooks.py")

# Prints the name that NumPy's OpenBLAS has for the kernel that it runs, if the processor can: one
# that lacks what the kernel needs dies of the first product.
PROBE = """
import ctypes, pathlib, numpy
for kind in (numpy.float32, numpy.float64):
    square = numpy.ones((64, 64), kind)
    square @ square, square @ square[0]
folder = pathlib.Path(numpy.__file__).parent
places = [folder.with_name("numpy.libs"), folder / ".dylibs"]
for path in (path for place in places for path in place.glob("*openblas*")):
    name = getattr(ctypes.CDLL(str(path)), "scipy_openblas_get_corename64_")
    name.restype = ctypes.c_char_p
    print(name().decode())
"""


def environment(kernel: str, threads: int) -> dict[str, str]:
    """What makes OpenBLAS take a kernel, and nothing that sizes its blocks for another."""
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_L2_SIZE"}
    return kept | {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)}


def runs_as(given: Mapping[str, str]) -> str:
    """The kernel that OpenBLAS runs in an environment; nothing if the processor cannot."""
    probe = subprocess.run(
        [sys.executable, "-c", PROBE], env=dict(given), capture_output=True, text=True
    )
    return probe.stdout.strip() if probe.returncode == 0 else ""


def passes(kernel: str, threads: int, *tests: str) -> bool:
    """Runs tests under a kernel, and says how they did; in full where they fail."""
    options = ["-q", "-n", "2", "-p", "no:cacheprovider", *(f"--ignore={path}" for path in APART)]
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=ROOT,
        env=environment(kernel, threads),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout)
    print(f"{kernel}, threads: {threads}, {time.monotonic() - start:.0f} s", flush=True)
    print(done.stdout.splitlines()[-1], flush=True)
    return done.returncode == 0


def main(kernels: Sequence[str], after_test: bool = False) -> int:
    """Runs the tests under each kernel, then under one with two threads; returns the exit status.

    What OpenBLAS shares out among threads does not depend on the kernel; and the arrays of the text
    and of its checks are too small to be shared out. So where time counts, after `make test`, the
    last kernel has two threads at once.
    """
    seen: dict[str, str] = {}
    for kernel in kernels:
        name = runs_as(environment(kernel, 1))
        if not name or name in seen:
            why = f"runs as {seen[name]}" if name else "not to be had"
            print(f"{kernel}: {why} here", flush=True)
            continue
        seen[name] = kernel
    if not seen:
        print("OpenBLAS of NumPy's wheels is not to be found: no kernel was tested")
        return 1
    left = list(seen.values())
    if not after_test:
        passed = [passes(kernel, 1, *TESTS, *TEXT) for kernel in left]
        return 0 if all([*passed, passes(left[-1], 2, *TESTS)]) else 1
    tested = seen.get(runs_as(os.environ))
    if tested and len(left) > 1:
        print(f"{tested}: `make test` ran under it", flush=True)
        left.remove(tested)
    first, *others = left
    passed = [passes(first, 1, *TESTS, *TEXT), *(passes(one, 1, *TESTS) for one in others[:-1])]
    return 0 if all([*passed, passes(left[-1], 2, *TESTS)]) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="runs the numerical tests under several kernels")
    parser.add_argument("kernels", nargs="*", default=KERNELS, metavar="KERNEL")
    parser.add_argument("--after-test", action="store_true", help="leave out `make test`'s own")
    given = parser.parse_args()
    sys.exit(main(given.kernels, given.after_test))
