"""The command line: `mathcheck check chapter.md`, or `python -m mathcheck check chapter.md`.

It ends with 0 if all is right, 1 if a claim is false, 2 if something cannot be read, nothing is
claimed, or the command itself is wrong.
"""

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from mathcheck.claims.annotations import annotations
from mathcheck.claims.cache import check_cached
from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.explain import explain
from mathcheck.claims.mutants import mutate_file
from mathcheck.claims.report import ChapterReport, check_chapter
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import MathError, Place
from mathcheck.text.printer import latex
from mathcheck.text.sources import SUFFIXES, read

CACHE = Path(".cache/mathcheck")
_RIGHT, _FALSE, _UNREADABLE = 0, 1, 2
_MOST_SHOWN = 100  # errors of one file
_PAUSE = 0.3  # seconds between two looks at the files


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        The exit code: 0 if all is right, 1 if a claim is false, 2 if something cannot be read or
        nothing is claimed.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may not know \u2264
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # Who reads, `head` or a pager, has seen enough.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return _RIGHT
    except OSError as error:
        print(f"mathcheck: {_told(error)}", file=sys.stderr)
        return _UNREADABLE
    except Exception as fault:
        print(f"mathcheck: {_fault(fault)}", file=sys.stderr)
        return _UNREADABLE
    return code


def _told(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}"
    return f"{error.filename}: {error.strerror}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mathcheck",
        description="Checks the equations of a text by evaluating them. "
        "A FILE is Markdown, a notebook, LaTeX or Python; of a folder all of these are taken.",
        epilog="exit codes: 0 all is right; 1 a claim is false; 2 something cannot be read, "
        "nothing is claimed, or the command is wrong",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    draws = argparse.ArgumentParser(add_help=False)
    draws.add_argument("--draws", type=_positive, default=3, help="how often to draw values")
    draws.add_argument("--seed", type=_natural, default=0, help="which random values to draw")
    symbols = argparse.ArgumentParser(add_help=False)
    symbols.add_argument(
        "--symbols", metavar="FILE", help="a file whose symbols tables hold in every text"
    )
    symbols.add_argument(
        "--rows", action="store_true", help="want a row even for what the text itself defines"
    )

    check = commands.add_parser("check", parents=[draws, symbols], help="check every claim")
    check.set_defaults(run=_check)
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    check.add_argument(
        "--github",
        action="store_true",
        default=os.environ.get("GITHUB_ACTIONS") == "true",
        help="print what GitHub shows beside the lines (so by itself in a workflow of GitHub)",
    )
    check.add_argument("-q", "--quiet", action="store_true", help="print only what is wrong")
    check.add_argument(
        "--allow-empty", action="store_true", help="pass over files without displayed equations"
    )
    check.add_argument(
        "--watch", action="store_true", help="check again whenever a file changes, until Ctrl+C"
    )
    check.add_argument(
        "--cache",
        nargs="?",
        const=CACHE,
        type=Path,
        metavar="DIR",
        help=f"check only what has changed; remember in DIR, by default {CACHE}",
    )

    show = commands.add_parser(
        "explain", parents=[symbols], help="show both sides of an equation at one point"
    )
    show.set_defaults(run=_explain)
    show.add_argument("equation", help="its label, eq:name, or the line of its opening sign")
    show.add_argument("files", nargs="*", metavar="FILE", help="by default those below docs")
    show.add_argument("--draw", type=_natural, default=0, help="in which draw")
    show.add_argument("--seed", type=_natural, default=0, help="which random values to draw")

    listed = commands.add_parser(
        "symbols", parents=[symbols], help="list the symbols as they were understood"
    )
    listed.set_defaults(run=_symbols)
    listed.add_argument("files", nargs="+", metavar="FILE")

    change = commands.add_parser(
        "mutate", parents=[draws, symbols], help="change each equation in one place: does it fail?"
    )
    change.set_defaults(run=_mutate)
    change.add_argument("files", nargs="+", metavar="FILE")
    change.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _positive(text: str) -> int:
    if (number := _natural(text)) == 0:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return number


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _files(arguments: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yields the files that are meant, and whether each was named itself, not its folder."""
    for argument in arguments:
        path = Path(argument)
        if not path.is_dir():
            yield argument, True
            continue
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in SUFFIXES and file.is_file():
                yield str(file), False


# --- check --------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    if not options.watch:
        return _check_once(options, options.files)
    options.cache = options.cache or CACHE
    seen: dict[str, int] = {}
    code = _RIGHT
    try:
        while True:
            times = {path: _changed(path) for path, _ in _files(options.files)}
            tables = {options.symbols: _changed(options.symbols)} if options.symbols else {}
            known = any(tables[path] != seen.get(path) for path in tables)
            if new := [path for path in times if known or times[path] != seen.get(path)]:
                try:
                    code = _check_once(options, new)
                except OSError as error:  # it may come back: an editor writes a file anew
                    print(f"mathcheck: {_told(error)}", file=sys.stderr)
                    code = _UNREADABLE
                print(f"mathcheck: watching {len(times)} files, Ctrl+C ends it", flush=True)
            seen = times | tables
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        return code


def _changed(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:  # it is being written anew
        return 0


def _check_once(options: argparse.Namespace, files: Sequence[str]) -> int:
    reports = []
    passed = 0
    for path, named in _files(files):
        report = _report(path, options)
        if not report.equations and not report.errors and (options.allow_empty or not named):
            passed += 1
        else:
            reports.append(report)
    if options.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    else:
        for report in reports:
            _print_report(report, options)
    if not reports:
        if options.allow_empty:
            return _RIGHT
        where = ", ".join(files)
        print(f"mathcheck: nothing was checked: no displayed equation in {where}", file=sys.stderr)
        return _UNREADABLE
    return max(report.exit_code for report in reports)


def _report(path: str, options: argparse.Namespace) -> ChapterReport:
    """Checks a file; whatever happens, there is a report of it."""
    try:
        chapter = load(path, symbols=options.symbols, rows=options.rows)
        if options.cache is None:
            return check_chapter(chapter, draws=options.draws, seed=options.seed)
        return check_cached(chapter, options.cache, draws=options.draws, seed=options.seed)
    except OSError:
        raise
    except Exception as fault:
        document = read(path, "")
        document.problems.append(MathError(_fault(fault), Place(path, 1, 1)))
        return check_chapter(Chapter(document))


def _fault(fault: Exception) -> str:
    kind = f"{type(fault).__name__}: {fault}".splitlines()[0]
    return f"a fault of mathcheck, not of the text: please report it ({kind[:200]})"


def _print_report(report: ChapterReport, options: argparse.Namespace) -> None:
    if options.github:
        for line in annotations(report):
            print(line)
    for error in report.errors[:_MOST_SHOWN]:
        print(report.rendered(error))
    if len(report.errors) > _MOST_SHOWN:
        print(f"and {len(report.errors) - _MOST_SHOWN} errors more")
    for warning in report.warnings:
        print(f"{warning.place}: warning: {warning.message}")
    told = {error.message for error in report.errors}
    for claim in report.claims:
        if claim.ok and not options.quiet:
            print(
                f"ok {claim.worst:8.1e} {claim.points:6d} points {claim.seconds:6.2f} s  {claim.id}"
            )
        elif not claim.ok and not claim.skipped and claim.message not in told:
            print(f"{report.path}:{claim.line}:{claim.column}: {claim.id}: {claim.message}")
    print(report.verdict)


# --- the other commands -------------------------------------------------------------------------


def _explain(options: argparse.Namespace) -> int:
    files = options.files or sorted(map(str, Path("docs").rglob("*.md")))
    unread = 0
    for path in files:
        chapter = load(path, symbols=options.symbols, rows=options.rows)
        unread += len(chapter.errors)
        lines = explain(chapter, options.equation, draw=options.draw, seed=options.seed)
        if lines:
            print("\n".join(lines))
            return _RIGHT
    message = f"no claim {options.equation} in {', '.join(files) or 'docs'}"
    if unread:
        message += f"; {unread} errors keep something from being read: `mathcheck check` shows them"
    print(f"mathcheck: {message}", file=sys.stderr)
    return _UNREADABLE


def _symbols(options: argparse.Namespace) -> int:
    code = _RIGHT
    for path, _ in _files(options.files):
        chapter = load(path, symbols=options.symbols, rows=options.rows)
        table = None
        for symbol in chapter.symbols:
            if symbol.table is not table:
                table = symbol.table
                place = f"{table.place.path}:{table.place.line}"
                print(f"{place}: {table.section.title or 'the whole text'}")
            print("  " + _describe(symbol, symbol in chapter.facts.defined))
        for error in chapter.errors:
            print(chapter.rendered(error))
            code = _UNREADABLE
    return code


def _describe(symbol: Symbol, defined: bool) -> str:
    axes = [
        f"{axis.letter or '·'} = {latex(axis.first)}..{latex(axis.last)}" for axis in symbol.axes
    ]
    kind = "defined" if defined else symbol.domain if symbol.domain != "real" else "random"
    details = ", ".join(map(latex, symbol.details))
    parts = [
        symbol.name,
        f"[{', '.join(axes)}]" if axes else "",
        kind + (f"({details})" if details else ""),
        f"{symbol.outside:g} outside" if symbol.outside is not None else "",
        f"code {symbol.code}" if symbol.code else "",
    ]
    return "  ".join(part for part in parts if part)


def _with_equations(options: argparse.Namespace) -> Iterator[str]:
    """Yields the files that are named, and those of folders that have equations."""
    for path, named in _files(options.files):
        if named or load(path, symbols=options.symbols).document.equations:
            yield path


def _mutate(options: argparse.Namespace) -> int:
    reports = [
        mutate_file(path, draws=options.draws, seed=options.seed, symbols=options.symbols)
        for path in _with_equations(options)
    ]
    if options.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    else:
        for report in reports:
            print(report)
    if not reports or any(report.errors or not report.mutants for report in reports):
        return _UNREADABLE
    return _RIGHT if all(report.ok for report in reports) else _FALSE


if __name__ == "__main__":
    raise SystemExit(main())
