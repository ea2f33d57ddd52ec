"""Keeps what was published: `python -m book.editions site --kept FOLDER`.

The newest stands at the site's address, where an address lives for ever; each edition also stands
under its number, `editions/0.2.0/`, and stays as it was. FOLDER is what was published before: the
editions in it go into the site again. The site itself becomes an edition where its commit has the
tag of its version.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from book.known.bibliography import Publication
from book.known.results import ROOT
from book.shared.errors import BookError

__all__ = ["FOLDER", "keep"]

FOLDER = "editions"


def keep(site: Path, kept: Path | None, edition: str) -> list[str]:
    """Puts the editions into a site.

    Args:
        site: the folder of the built site.
        kept: the folder of what was published before; None if nothing was.
        edition: the number of the edition that the site is; empty if it is none.

    Returns:
        The numbers of those that are in it now.

    Raises:
        BookError: if the edition was published before, as something else.
    """
    target = site / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    if edition:
        shutil.copytree(site, target / edition, ignore=shutil.ignore_patterns(FOLDER))
    before = kept / FOLDER if kept is not None else None
    if before is not None and before.is_dir():
        for folder in sorted(each for each in before.iterdir() if each.is_dir()):
            if folder.name == edition and not _same(folder, target / edition):
                raise BookError(f"edition {edition} was published before, with other pages")
            if folder.name != edition:
                shutil.copytree(folder, target / folder.name)
    return sorted(each.name for each in target.iterdir()) if target.is_dir() else []


def _same(one: Path, other: Path) -> bool:
    """Whether two sites have the same pages."""
    pages = [{p.relative_to(site) for p in site.rglob("*.html")} for site in (one, other)]
    return pages[0] == pages[1] and all(
        (one / page).read_bytes() == (other / page).read_bytes() for page in pages[0]
    )


def tagged(root: Path) -> str:
    """The version of the commit that is checked out; empty if it has not the tag of its version."""
    version = Publication.read(root / "CITATION.cff").version
    command = ["git", "-C", str(root), "tag", "--points-at", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True)
    return version if f"v{version}" in done.stdout.split() else ""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m book.editions", description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=ROOT / "site")
    parser.add_argument("--kept", type=Path, help="what was published before")
    arguments = parser.parse_args()
    try:
        found = keep(arguments.site, arguments.kept, tagged(ROOT))
    except BookError as error:
        sys.exit(str(error))
    print(f"editions: {', '.join(found) or 'none, since no tag is published'}")


if __name__ == "__main__":
    main()
