"""The command line: `python -m mathcheck check chapter.md`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mathcheck.report import ChapterReport, check_file

_UNREADABLE = 2


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
    code: int = options.run(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mathcheck", description="Checks the equations of a text."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="check every claim")
    check.set_defaults(run=_check)
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--draws", type=int, default=3, help="how often to draw random values")
    check.add_argument("--seed", type=int, default=0, help="which random values to draw")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    check.add_argument("-q", "--quiet", action="store_true", help="print only what is wrong")
    return parser


def _check(options: argparse.Namespace) -> int:
    reports = [check_file(path, draws=options.draws, seed=options.seed) for path in options.files]
    if options.json:
        print(json.dumps([report.as_dict() for report in reports], indent=1))
    else:
        for report in reports:
            _print_report(report, options.quiet)
    return max(report.exit_code for report in reports)


def _print_report(report: ChapterReport, quiet: bool) -> None:
    for text in report.rendered_errors():
        print(text)
    told = {(e.place.line, e.message) for e in report.errors}
    for claim in report.claims:
        if not claim.ok and (claim.line, claim.message) not in told:
            print(f"{report.path}:{claim.line}:{claim.column}: {claim.id}: {claim.message}")
        elif claim.ok and not quiet:
            print(
                f"ok {claim.worst:8.1e} {claim.points:6d} points {claim.seconds:6.2f} s  {claim.id}"
            )
    failed = len(report.failed)
    print(
        f"{report.path}: {len(report.claims) - failed} of {len(report.claims)} claims hold, "
        f"{report.definitions} definitions, {len(report.unchecked)} unchecked, "
        f"{len(report.errors)} errors, {report.seconds:.1f} s"
    )


if __name__ == "__main__":
    raise SystemExit(main())
