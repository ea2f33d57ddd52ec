"""Lists the addresses of the built site in docs/addresses.txt, before an edition gets its tag.

`python -m book.published site` adds the pages, headings, figures and equations that are not yet
listed. From then on, a build fails if one of them no longer leads anywhere. With `--check` it adds
nothing: it fails where the site is an edition and has addresses that are not listed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import html as lxml_html

from book.editions import FOLDER, tagged
from book.known.addresses import unlisted, with_all
from book.known.results import ROOT

__all__ = ["addresses", "complaint"]

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NAMED = ("eq:", "fig:")


def addresses(site: Path) -> Iterator[str]:
    """The addresses of a built site: pages, and in them headings, equations and figures."""
    for path in sorted(site.rglob("index.html")):
        url = path.relative_to(site).as_posix().removesuffix("index.html")
        if url.startswith(f"{FOLDER}/"):
            continue  # an older edition, which stays as it is
        root = lxml_html.fromstring(path.read_text(encoding="utf-8"))
        if root.find(".//meta[@name='moved']") is not None and not root.xpath("//main"):
            if url.startswith("eq/"):
                yield url
            continue  # it leads on to one that is listed
        yield url
        for element in root.iter():
            anchor = element.get("id") if isinstance(element.tag, str) else None
            if anchor and (element.tag in _HEADINGS or anchor.startswith(_NAMED)):
                yield f"{url}#{anchor}"


def complaint(edition: str, lacking: Sequence[str]) -> str | None:
    """Why a site cannot be published; None if it can.

    Args:
        edition: the number of the edition that the site is; empty if it is none.
        lacking: its addresses that are not listed.
    """
    if not edition or not lacking:
        return None
    return (
        f"edition {edition} has {len(lacking)} addresses that docs/addresses.txt does not list, "
        f"{lacking[0]} the first: run `make addresses`, commit the list, give that commit the tag"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.published", description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site")
    parser.add_argument("--check", action="store_true", help="fail if an edition's are not listed")
    given = parser.parse_args()
    found = set(addresses(given.site))
    path = ROOT / "docs" / "addresses.txt"
    text = path.read_text(encoding="utf-8")
    if given.check:
        sys.exit(complaint(tagged(ROOT), unlisted(text, found)))
    path.write_text(with_all(text, found), encoding="utf-8")


if __name__ == "__main__":
    main()
