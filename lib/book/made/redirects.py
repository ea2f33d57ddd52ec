"""Pages that lead on: from where a page was to where it is, and from an equation's own address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape

from book.known.addresses import Moves
from book.known.equations import Equation, relative_url

__all__ = ["moved_places", "redirects"]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta name="moved" content="{moved}">
<title>This page has moved</title>
<link rel="canonical" href="{target}">
<script type="module" src="{script}"></script>
<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>
</head>
<body><p>This page has moved to <a href="{target}">{name}</a>.</p></body>
</html>
"""


def redirects(
    moves: Moves, equations: Mapping[str, Equation], script: str
) -> Iterator[tuple[str, str]]:
    """The pages that lead on, by their addresses.

    Args:
        moves: of pages and places.
        equations: by label; `eq:linear-dW` has the address `eq/linear-dW/`.
        script: the address of what leads a reader on, fragment and all.
    """
    for page, target in moves.pages.items():
        yield page, _page(page, target, moves.places.get(page, {}), script)
    for equation in equations.values():
        page = f"eq/{equation.id.removeprefix('eq:')}/"
        yield page, _page(page, f"{equation.source.url}#{equation.id}", {}, script)


def moved_places(moves: Moves, page: str) -> str:
    """What a page's script is told of the fragments that it no longer has; empty if of none."""
    return _told(page, moves.places.get(page, {}))


def _told(page: str, places: Mapping[str, str]) -> str:
    found = {fragment: _url(target, page) for fragment, target in sorted(places.items())}
    return json.dumps(found) if found else ""


def _url(target: str, page: str) -> str:
    path, sign, fragment = target.partition("#")
    return relative_url(path, page) + sign + fragment


def _page(page: str, target: str, places: Mapping[str, str], script: str) -> str:
    moved = _told(page, {**places, "": target})
    return _PAGE.format(
        moved=escape(moved),
        target=escape(_url(target, page)),
        name=escape(target),
        script=escape(relative_url(script, page)),
    )
