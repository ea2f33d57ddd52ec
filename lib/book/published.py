"""Lists the addresses of the built site in docs/addresses.txt, when an edition is published.

`python -m book.published site` adds the pages, headings, figures and equations that are not yet
listed. From then on, a build fails if one of them no longer leads anywhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from lxml import html as lxml_html

from book.editions import FOLDER
from book.known.addresses import with_all
from book.known.results import ROOT

__all__ = ["addresses"]

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


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.published", description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site")
    found = set(addresses(parser.parse_args().site))
    path = ROOT / "docs" / "addresses.txt"
    path.write_text(with_all(path.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
