"""Runs the examples of a page as Python's own prompt would; in a reader's browser, by Pyodide."""

import ast
import importlib
import io
import json
import linecache
import sys
import traceback
from base64 import b64encode
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType

Emit = Callable[[str, str], None]


class _Stream(io.TextIOBase):
    """Hands on what is written, as it is written."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._emit("text", text)
        return len(text)


class Examples:
    """The namespaces of a page's examples, and how one is run.

    An example of a docstring sees the names of the module that the docstring is in; the examples
    of a chapter share one namespace.
    """

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, object]] = {}
        self._count = 0

    def run(self, source: str, scope: str, emit: Emit) -> bool:
        """Runs what was typed, statement by statement.

        Args:
            source: statements, without prompts.
            scope: the dotted name of what the docstring belongs to; empty in a chapter.
            emit: takes each piece of output, as ("text", what was printed) or as ("image", an SVG
                in base64).

        Returns:
            Whether it ended without an exception.
        """
        self._count += 1
        file = f"<example {self._count}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        if scope not in self._namespaces:
            self._namespaces[scope] = {"__name__": "__main__"} | _names_around(scope)
        namespace = self._namespaces[scope]
        stream = _Stream(emit)
        with redirect_stdout(stream), redirect_stderr(stream):
            try:
                for statement in ast.parse(source, file).body:
                    exec(compile(ast.Interactive([statement]), file, "single"), namespace)
            except BaseException as error:
                while (
                    error.__traceback__ and error.__traceback__.tb_frame.f_code.co_filename != file
                ):
                    error.__traceback__ = error.__traceback__.tb_next  # our own frames
                traceback.print_exception(error)
                return False
            finally:
                _show_figures(emit)
        return True

    def check(self, text: str, emit: Emit) -> bool:
        """Checks the equations of a text, and tells of each whether it holds.

        Args:
            text: Markdown, with a table of symbols.
            emit: takes each line of what is told, as ("text", line); as ("claim", JSON) what each
                claim is and whether it holds; and as ("place", number) the line of the text where
                something is wrong first.

        Returns:
            Whether all of it was read and holds.
        """
        chapter = importlib.import_module("mathcheck.claims.chapter").load("equations", text)
        report = importlib.import_module("mathcheck.claims.report").check_chapter(chapter)
        wrong = [error.place.line for error in report.errors]
        wrong += [claim.line for claim in report.failed]
        for error in report.errors:
            emit("text", f"{report.rendered(error)}\n")
        for claim in report.claims:
            told = (
                f"holds at {claim.points} points, worst relative error {claim.worst:.0e}"
                if claim.ok
                else claim.message
            )
            emit("text", f"line {claim.line}: {claim.latex}\n    {told}\n")
            emit("claim", json.dumps({"tex": claim.latex, "holds": bool(claim.ok)}))
        emit("text", f"{report.verdict}\n")
        if wrong:
            emit("place", str(min(wrong)))
        return report.ok


def _names_around(scope: str) -> dict[str, object]:
    """The names of the innermost module that a dotted name lies in."""
    while scope:
        try:
            module: ModuleType = importlib.import_module(scope)
        except ModuleNotFoundError:
            scope = scope.rpartition(".")[0]
        else:
            return dict(vars(module))
    return {}


def _show_figures(emit: Emit) -> None:
    """Draws the figures that an example made, if it used Matplotlib, and closes them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="svg", bbox_inches="tight")
        emit("image", b64encode(file.getvalue()).decode())
    pyplot.close("all")
