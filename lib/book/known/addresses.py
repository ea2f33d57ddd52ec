"""The addresses that were published: each leads somewhere for ever.

`docs/addresses.txt` lists them, one a line: a page, `chapters/lstm/`, or a place in it,
`chapters/lstm/#the-cell`; a dot is the first page. One that has moved says where:
`reference/old/ -> reference/new/`. A place that has moved to another page under the same name is
found without that.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from book.shared.errors import Problem

__all__ = ["Address", "Moves", "read", "resolve", "unlisted", "with_all"]

_ARROW = "->"


@dataclass(frozen=True)
class Address:
    """One line of the list.

    Attributes:
        line: where it stands.
        url: relative to the site's root, with its fragment if it has one.
        target: where it leads instead; empty if it has not moved.
    """

    line: int
    url: str
    target: str = ""


@dataclass(frozen=True)
class Moves:
    """Where addresses lead that are no longer what they were.

    Attributes:
        pages: the new address of each page that is gone.
        places: for each page, the new addresses of the fragments that it no longer has.
    """

    pages: dict[str, str]
    places: dict[str, dict[str, str]]


def read(text: str) -> list[Address]:
    """Reads the list; a line that begins with `#` is a remark."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            url, _, target = line.partition(_ARROW)
            found.append(Address(number, _bare(url), _bare(target)))
    return found


def _bare(url: str) -> str:
    """An address as the site's pages have it: the first page's is empty, written as a dot."""
    url = url.strip()
    return url[1:] if url == "." or url.startswith(".#") else url


def resolve(
    addresses: list[Address], pages: Mapping[str, Set[str]], file: Path
) -> tuple[Moves, list[Problem]]:
    """Finds where each address leads now.

    Args:
        addresses: the published ones.
        pages: of the site, by address, and the ids in each.
        file: the list, for messages.

    Returns:
        What has moved; and the addresses that lead nowhere.
    """
    holders: dict[str, list[str]] = {}
    for url, ids in pages.items():
        for each in ids:
            holders.setdefault(each, []).append(url)
    moved = {address.url: address.target for address in addresses if address.target}
    moves = Moves({}, {})
    problems = []

    def leads(url: str) -> bool:
        page, _, fragment = url.partition("#")
        return page in pages and (not fragment or fragment in pages[page])

    for address in addresses:
        page, _, fragment = address.url.partition("#")
        target, seen = address.target, {address.url}
        while target in moved and target not in seen:  # it has moved again since
            seen.add(target)
            target = moved[target]
        if not target and not leads(address.url):
            others = holders.get(fragment, []) if fragment else []
            target = f"{others[0]}#{fragment}" if len(others) == 1 else ""
            if not target:
                message = f"{address.url} leads nowhere: write `-> ` and where it leads behind it"
                problems.append(Problem(file, address.line, message))
                continue
        elif target and leads(address.url):
            message = f"{address.url} is there: what leads to {target} instead?"
            problems.append(Problem(file, address.line, message))
            continue
        elif target and not leads(target):
            message = f"{address.url} leads to {target}, which is not there"
            problems.append(Problem(file, address.line, message))
            continue
        if target and fragment:
            moves.places.setdefault(page, {})[fragment] = target
        elif target:
            moves.pages[page] = target
    return moves, problems


def unlisted(text: str, urls: Set[str]) -> list[str]:
    """The addresses of a site that are not in the list, as it would have them, in their order."""
    known = {address.url for address in read(text)}
    return [f".{url}" if url[:1] in ("", "#") else url for url in sorted(urls - known)]


def with_all(text: str, urls: Set[str]) -> str:
    """The list with all addresses of a site: those that are new at its end."""
    return "".join([text, *(f"{url}\n" for url in unlisted(text, urls))])
