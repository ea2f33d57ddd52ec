"""Writes a report as GitHub's workflow commands, which it shows beside the lines of a change."""

from collections.abc import Iterator

from mathcheck.claims.report import ChapterReport


def annotations(report: ChapterReport) -> Iterator[str]:
    r"""Yields one line for each error, each claim that fails and each warning.

    The form is that of GitHub's documentation, "Workflow commands for GitHub Actions".

    Examples:
        >>> from mathcheck.claims.chapter import load
        >>> from mathcheck.claims.report import check_chapter
        >>> report = check_chapter(load("a.md", "Words, and no equation."))
        >>> (line,) = annotations(report)
        >>> line[:54]
        '::error file=a.md,line=1,col=1,title=mathcheck::a.md: '
    """
    told = {error.message for error in report.errors}
    for kind, found in (("error", report.errors), ("warning", report.warnings)):
        for each in found:
            yield _command(kind, each.place.path, each.place.line, each.place.column, each.message)
    for claim in report.failed:
        if claim.message not in told:
            message = f"{claim.latex}: {claim.message}"
            yield _command("error", report.path, claim.line, claim.column, message)
    if not report.claims and not report.errors:
        yield _command("error", report.path, 1, 1, report.verdict)


def _command(kind: str, path: str, line: int, column: int, message: str) -> str:
    where = f"file={_escaped(path, ',:')},line={line},col={column},title=mathcheck"
    return f"::{kind} {where}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    for letter in "%\r\n" + more:
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
