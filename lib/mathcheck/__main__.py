"""The command line: `python -m mathcheck check chapter.md`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mathcheck.claims.cache import check_cached
from mathcheck.claims.chapter import load
from mathcheck.claims.explain import explain
from mathcheck.claims.mutants import mutate_file
from mathcheck.claims.report import ChapterReport, check_file
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import render
from mathcheck.text.printer import latex

CACHE = Path(".cache/mathcheck")
_FAILED, _UNREADABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        The exit code: 0 if all is right, 1 if a claim fails, 2 if something cannot be read.
    """
    options = _parser().parse_args(arguments)
    missing = [path for path in options.files if not Path(path).is_file()]
    if missing:
        print(f"mathcheck: there is no file {missing[0]}", file=sys.stderr)
        return _UNREADABLE
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # Who reads, `head` or a pager, has seen enough.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mathcheck", description="Checks the equations of a text by evaluating them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="check every claim")
    check.set_defaults(run=_check)
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--draws", type=int, default=3, help="how often to draw random values")
    check.add_argument("--seed", type=int, default=0, help="which random values to draw")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    check.add_argument("-q", "--quiet", action="store_true", help="print only what is wrong")
    check.add_argument(
        "--cache",
        nargs="?",
        const=CACHE,
        type=Path,
        metavar="DIR",
        help=f"check only what has changed; remember in DIR, by default {CACHE}",
    )

    show = commands.add_parser("explain", help="show both sides of an equation at one point")
    show.set_defaults(run=_explain)
    show.add_argument("equation", help="its label, eq:name, or the line of its opening dollars")
    show.add_argument("files", nargs="*", metavar="FILE", help="by default those below docs")
    show.add_argument("--draw", type=int, default=0, help="in which draw")

    symbols = commands.add_parser("symbols", help="list the symbols as they were understood")
    symbols.set_defaults(run=_symbols)
    symbols.add_argument("files", nargs="+", metavar="FILE")

    change = commands.add_parser("mutate", help="change each equation in one place: does it fail?")
    change.set_defaults(run=_mutate)
    change.add_argument("files", nargs="+", metavar="FILE")
    change.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _check(options: argparse.Namespace) -> int:
    reports = []
    for path in options.files:
        if options.cache is None:
            reports.append(check_file(path, draws=options.draws, seed=options.seed))
        else:
            reports.append(
                check_cached(load(path), options.cache, draws=options.draws, seed=options.seed)
            )
    if options.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    else:
        for report in reports:
            _print_report(report, options.quiet)
    return max(report.exit_code for report in reports)


def _print_report(report: ChapterReport, quiet: bool) -> None:
    for text in report.rendered_errors():
        print(text)
    told = {error.message for error in report.errors}
    for claim in report.claims:
        if claim.ok and not quiet:
            print(
                f"ok {claim.worst:8.1e} {claim.points:6d} points {claim.seconds:6.2f} s  {claim.id}"
            )
        elif not claim.ok and not claim.skipped and claim.message not in told:
            print(f"{report.path}:{claim.line}:{claim.column}: {claim.id}: {claim.message}")
    holding = sum(claim.ok for claim in report.claims)
    print(
        f"{report.path}: {holding} of {len(report.claims)} claims hold, "
        f"{report.definitions} definitions, {len(report.unchecked)} unchecked, "
        f"{len(report.errors)} errors, {report.seconds:.1f} s"
    )


def _explain(options: argparse.Namespace) -> int:
    files = options.files or sorted(map(str, Path("docs").rglob("*.md")))
    for path in files:
        lines = explain(load(path), options.equation, draw=options.draw)
        if lines:
            print("\n".join(lines))
            return 0
    print(
        f"mathcheck: no claim {options.equation} in {', '.join(files) or 'docs'}", file=sys.stderr
    )
    return _UNREADABLE


def _symbols(options: argparse.Namespace) -> int:
    code = 0
    for path in options.files:
        chapter = load(path)
        section = None
        for symbol in chapter.symbols:
            if symbol.table.section is not section:
                section = symbol.table.section
                print(f"{path}:{symbol.table.place.line}: {section.title or 'the whole text'}")
            print("  " + _describe(symbol, symbol in chapter.facts.defined))
        for error in chapter.errors:
            print(render(error, chapter.document.text))
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


def _mutate(options: argparse.Namespace) -> int:
    reports = [mutate_file(path) for path in options.files]
    if options.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    else:
        for report in reports:
            print(report)
    if any(report.errors for report in reports):
        return _UNREADABLE
    return 0 if all(report.ok for report in reports) else _FAILED


if __name__ == "__main__":
    raise SystemExit(main())
