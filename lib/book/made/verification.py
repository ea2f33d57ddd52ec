"""Writes the page that says what has been checked, anew at each build."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from book.known.checking import Checked, error_text
from book.known.mutants import recorded

__all__ = ["anchor", "report"]

_EXAMPLE = re.compile(r"^\s*>>> ", re.MULTILINE)
_EMBEDDED = re.compile(r"^::: backprop\.(\w+)", re.MULTILINE)
_INTRODUCTION = """\
# Verification

This page is written anew each time the book is built.
If anything on it did not hold, there would be no book to read:
the build would have stopped, and named the file and the line.

A *definition* gives a symbol its value.
A *claim* is one `=` of a displayed equation, each step of a derivation included.
Both its sides are evaluated at random values, at every index, and may differ by a relative 1e-9;
the worst difference is listed. Further draws, large and small, of both signs and near every number
that the claim names, are there to falsify it. That is strong evidence, and not a proof.
What is set as an equation and claims nothing is listed at the end, with its reason.
"""
_GUIDE = "[How equations run](how-equations-run.md) says more.\n"
_COLUMNS = """\
A *mutant* is a claim with one thing changed: a sign, an index, a factor.
It is killed if the check then fails.
A *bound line* is a line of code that carries the number of an equation.
A *golden value* is a number that PyTorch computed in float64, and that the code must reproduce.
A *doctest line* is a line of an example on the page; all of them are run.
"""


def report(pages: Iterable[Checked], marks: Mapping[str, int], root: Path, commit: str) -> str:
    """Writes the page in Markdown.

    Args:
        pages: what was found on each.
        marks: how many lines of code carry an equation, by label.
        root: the repository.
        commit: which is built; may be empty.
    """
    pages = list(pages)
    mutants = recorded(root)
    guide = root / "docs" / "how-equations-run.md"
    parts = [_INTRODUCTION, _GUIDE if guide.is_file() else "", _totals(pages, marks, mutants, root)]
    parts += ["## Page by page\n", _COLUMNS]
    parts += [_section(checked, marks, mutants, root) for checked in pages]
    parts += [_unchecked(pages), _versions(commit)]
    return "\n".join(parts)


def _totals(
    pages: list[Checked],
    marks: Mapping[str, int],
    mutants: Mapping[str, Mapping[str, Any]],
    root: Path,
) -> str:
    """One table for the whole book."""
    texts = [(root / checked.file).read_text(encoding="utf-8") for checked in pages]
    labels = {equation.label for checked in pages for equation in checked.found}
    known = [mutants[name] for name in (c.file.as_posix() for c in pages) if name in mutants]
    rows = [
        ("pages with equations", len(pages)),
        ("displayed equations", sum(len(checked.found) for checked in pages)),
        ("definitions", sum(checked.definitions for checked in pages)),
        ("claims, all of which hold", sum(checked.claims for checked in pages)),
        ("unchecked equations, each with its reason", sum(len(c.unchecked) for c in pages)),
        ("mutants of claims, as last recorded", sum(found["total"] for found in known)),
        ("of these killed", sum(found["killed"] for found in known)),
        ("bound lines of code", sum(n for label, n in marks.items() if label in labels)),
        ("doctest lines", sum(len(_EXAMPLE.findall(text)) for text in texts)),
    ]
    table = "\n".join(f"| {name} | {value:,} |" for name, value in rows)
    return f"## In all\n\n| What | How many |\n|---|--:|\n{table}\n"


def anchor(file: Path) -> str:
    """The id of a page's section in the report."""
    return f"of-{file.stem}"


def _section(
    checked: Checked,
    marks: Mapping[str, int],
    mutants: Mapping[str, Mapping[str, Any]],
    root: Path,
) -> str:
    text = (root / checked.file).read_text(encoding="utf-8")
    labels = [equation.label for equation in checked.found if equation.label]
    modules = sorted(set(_EMBEDDED.findall(text)))
    rows = [
        ("displayed equations", str(len(checked.found))),
        ("definitions", str(checked.definitions)),
        ("claims", str(checked.claims)),
        ("worst relative error", error_text(checked.worst)),
        ("unchecked equations", str(len(checked.unchecked))),
    ]
    if (found := mutants.get(checked.file.as_posix())) is not None:
        when = "" if found["digest"] == checked.state else ", of an earlier text"
        rows.append((f"mutants killed{when}", f"{found['killed']:,} of {found['total']:,}"))
        rows.append(("survivors that change nothing", str(found["accepted"])))
    if bound := sum(marks.get(label, 0) for label in labels):
        rows.append(("bound lines of code", str(bound)))
    if golden := sum(_golden(root / "data" / "golden" / f"{name}.npz") for name in modules):
        rows.append(("golden values", f"{golden:,}"))
    if doctests := len(_EXAMPLE.findall(text)):
        rows.append(("doctest lines", str(doctests)))
    link = checked.file.relative_to("docs").as_posix()
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return (
        f"### [{checked.title}]({link}) {{#{anchor(checked.file)}}}\n\n"
        f"| What | How many |\n|---|--:|\n{table}\n"
    )


def _golden(path: Path) -> int:
    if not path.is_file():
        return 0
    with np.load(path, allow_pickle=False) as arrays:
        return sum(array.size for array in arrays.values())


def _unchecked(pages: list[Checked]) -> str:
    count = sum(len(checked.found) for checked in pages)
    lines = [
        f"- [{checked.title}]({checked.file.relative_to('docs').as_posix()}), "
        f"line {equation.line}: {equation.unchecked}"
        for checked in pages
        for equation in checked.unchecked
    ]
    told = "\n".join(lines) or "There are none."
    return f"## Not checked, and why\n\nOf {count} displayed equations, {len(lines)}.\n\n{told}\n"


def _versions(commit: str) -> str:
    rows = [("Python", platform.python_version())]
    rows += [(name, version(package)) for name, package in (("NumPy", "numpy"), ("Lark", "lark"))]
    if commit:
        rows.append(("Commit", f"`{commit}`"))
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"## Made with\n\n| What | Version |\n|---|---|\n{table}\n"
