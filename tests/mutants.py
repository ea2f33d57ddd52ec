"""Mutates `lib/backprop` with mutmut, runs `tests/backprop` on each mutant, lists what survives.

`python -m tests.mutants`, or with patterns of names, `python -m tests.mutants 'backprop.linear*'`;
with `--max-children 1`, one mutant at a time; with `--of mathcheck`, the checker and its tests;
with `--only claims/cache.py --tests test_cache.py`, a part of them, which is soon done: what these
tests kill, all of them kill.

A survivor is a change of the code that no test sees: either a test is missing, or the change makes
no difference. `accepted_mutants.toml` lists the latter, each with its reason. The run fails where a
survivor is not in the list, where an entry of the list is no survivor, and where fewer than 97 in
100 mutants die, of the checker 95.

mutmut takes the folder `lib` for a package. So it works on a copy, in which `lib` is called `src`,
and tests a second copy inside that one, `mutants/`, where the mutants are. It leaves decorated
functions alone; so in the copy what stands above a function is called at the end of its module.

mutmut stops a mutant by the clock, which on a busy machine says nothing. So in the copy each test
fails that takes more than two minutes of the processor, the clock has ten times what mutmut gives
it, and a mutant that it stops all the same counts as one that survives.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPY = ROOT / ".cache" / "mutants"
ACCEPTED = Path(__file__).with_name("accepted_mutants.toml")


@dataclass(frozen=True)
class Package:
    """What is mutated, by which tests, and how many mutants they have to kill.

    Attributes:
        tests: the folders of tests that are copied; the first is run.
        left_out: tests that look at the sources themselves, or that start Python anew and so see
            no mutant.
    """

    tests: tuple[str, ...]
    wanted: float
    left_out: tuple[str, ...] = ()


PACKAGES = {
    "backprop": Package(("backprop", "peers"), 0.97, ("test_reproducible.py", "test_public.py")),
    "mathcheck": Package(
        ("mathcheck",), 0.95, ("test_house.py", "test_plugin.py", "test_no_crash.py")
    ),
}
SURVIVED = re.compile(r"^\s*(\S+): (survived|no tests|suspicious|segfault|timeout)$")
LIMITED = """
import signal

import pytest


def fail(number, frame):
    pytest.fail("this takes more than two minutes of the processor")


@pytest.fixture(autouse=True)
def limited():
    signal.signal(signal.SIGPROF, fail)
    signal.setitimer(signal.ITIMER_PROF, 120)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
"""


def copy_sources(name, only, tests):
    """Makes the copy anew: mutmut would not try survivors again after a test was added."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT / "lib" / name, COPY / "src" / name)
    for file in (COPY / "src").rglob("*.py"):
        file.write_text(undecorated(file.read_text(encoding="utf-8")), encoding="utf-8")
    for part in PACKAGES[name].tests:
        ignored = shutil.ignore_patterns(*PACKAGES[name].left_out, "__pycache__")
        shutil.copytree(ROOT / "tests" / part, COPY / "tests" / part, ignore=ignored)
    shutil.copytree(ROOT / "data", COPY / "data", ignore=shutil.ignore_patterns("full", "runs"))
    shutil.copy2(ROOT / ".pre-commit-hooks.yaml", COPY)
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    folder = f"tests/{PACKAGES[name].tests[0]}"
    chosen = [f"{folder}/{test}" for test in tests] or [folder]
    settings = settings.replace('["tests/backprop"]', json.dumps(chosen))
    mutated = json.dumps([f"src/{name}/{file}" for file in only])
    limits = f"[tool.mutmut]\nonly_mutate = {mutated}\ntimeout_multiplier = 150"
    settings = settings.replace("[tool.mutmut]", limits)
    (COPY / "tests" / "conftest.py").write_text(LIMITED, encoding="utf-8")
    (COPY / "pyproject.toml").write_text(settings, encoding="utf-8")


def undecorated(text):
    """Returns a module in which `@shapes(…)` and what stands with it are called at its end instead.

    >>> print(undecorated("@shapes(x='N')\\ndef f(x):\\n    return x\\n"))
    def f(x):
        return x
    <BLANKLINE>
    f = shapes(x='N')(f)
    <BLANKLINE>
    """
    lines, calls = text.splitlines(), []
    tree = ast.parse(text)
    owners = [("", tree.body)]
    owners += [(f"{c.name}.", c.body) for c in tree.body if isinstance(c, ast.ClassDef)]
    for owner, body in owners:
        for node in body:
            decorators = getattr(node, "decorator_list", [])
            if not isinstance(node, ast.FunctionDef) or not decorators:
                continue
            if not any(ast.unparse(decorator).startswith("shapes(") for decorator in decorators):
                continue
            if not all(isinstance(decorator, ast.Call) for decorator in decorators):
                continue  # a property's setter
            name = owner + node.name
            for decorator in reversed(decorators):
                calls.append(f"{name} = {ast.unparse(decorator)}({name})")
            for number in range(decorators[0].lineno - 1, node.lineno - 1):
                lines[number] = None
    kept = [line for line in lines if line is not None]
    return "\n".join([*kept, "", *calls, ""]) if calls else text


def mutmut(*arguments, **options):
    """Runs mutmut in the copy."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=COPY, check=True, text=True, **options)


def difference(mutant):
    """Returns the lines that a mutant takes away and those that it puts in their place."""
    shown = mutmut("show", mutant, stdout=subprocess.PIPE).stdout.splitlines()
    start = next(i for i, line in enumerate(shown) if line.startswith("@@"))
    before = [line[1:].strip() for line in shown[start:] if line.startswith("-")]
    after = [line[1:].strip() for line in shown[start:] if line.startswith("+")]
    return "\n".join(before), "\n".join(after)


def survivors():
    """Returns what lives, as (function, line before, line after)."""
    found = set()
    for line in mutmut("results", stdout=subprocess.PIPE).stdout.splitlines():
        if match := SURVIVED.match(line):
            function = match[1].partition("__mutmut_")[0].replace("x_", "", 1).replace("xǁ", "", 1)
            found.add((function.replace("ǁ", "."), *difference(match[1])))
    return found


def main(arguments):
    """Mutates, reports, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("patterns", nargs="*", help="names of mutants; all, if there is none")
    parser.add_argument("--of", choices=PACKAGES, default="backprop", help="what is mutated")
    parser.add_argument("--max-children", default=str(os.cpu_count()), help="mutants at a time")
    parser.add_argument("--only", nargs="+", default=[], help="files of it, all by default")
    parser.add_argument("--tests", nargs="+", default=[], help="files of tests, all by default")
    options = parser.parse_args(arguments)
    patterns = options.patterns
    part = bool(patterns or options.only)
    copy_sources(options.of, options.only, options.tests)
    mutmut("run", "--max-children", options.max_children, *patterns)
    mutmut("export-cicd-stats", stdout=subprocess.DEVNULL)
    counts = json.loads((COPY / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    killed = counts["killed"]

    accepted = {
        (entry["function"], entry["before"], after)
        for entry in tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))["accepted"]
        for after in entry["after"]
        if entry["function"].startswith(f"{options.of}.")
    }
    alive = survivors()
    for title, mutants in [
        ("survives, and no reason is listed", alive - accepted),
        ("is listed as a survivor, and is none", set() if part else accepted - alive),
    ]:
        for function, before, after in sorted(mutants):
            print(f"{function} {title}:\n  - {before}\n  + {after}")
    share = killed / (total := killed + len(alive))
    print(f"{killed} of {total} mutants killed, {share:.1%}; {len(alive)} survive")
    return int(
        share < PACKAGES[options.of].wanted
        or bool(alive - accepted)
        or bool(not part and accepted - alive)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
